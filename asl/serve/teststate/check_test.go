package teststate_test

import "testing"

// ends is the fault of the text {.
const ends = "Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)\"{\"; line: 1, column: 1])"

func TestRefused(t *testing.T) {
	const (
		mocked   = `"mock": {"result": "{}"}`
		token    = `{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true}`
		activity = `{"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "End": true}`
		exports  = `{"Type": "Map", "End": true, "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}}, "ItemProcessor": {
			"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}`
		works  = "InvalidDefinition: TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]"
		only   = "ValidationException: TestState does not support "
		either = "ValidationException: A test mock should have only one of the following fields: [result, errorOutput]."
	)
	for _, c := range []struct{ name, definition, more, want string }{
		{"a state that cannot be mocked", pass, mocked, "ValidationException: State type 'Pass' is not supported when a mock is specified"},
		{"a Map without a mock", list, ``, works},
		{"a Parallel state without a mock", parallel, ``, works},
		{"a callback without a mock", token, ``, only + "Resource 'arn:aws:states:::sqs:sendMessage.waitForTaskToken' when a mock is not specified."},
		{"an activity without a mock", activity, ``, only + "Resource 'arn:aws:states:us-east-1:123456789012:activity:a' when a mock is not specified."},
		{"a task without a mock and a role", task, ``, "ValidationException: RoleArn must be specified when testing a Task state"},
		{"secrets of a mock", task, mocked + `, "revealSecrets": true`, only + "RevealSecrets when a mock is specified."},
		{"a result and an error", task, `"mock": {"result": "{}", "errorOutput": {"error": "E"}}`, either},
		{"neither", task, `"mock": {}`, either},
		{"an error without a name", task, `"mock": {"errorOutput": {"cause": "C"}}`, "ValidationException: Error must be specified when an ErrorOutput is mocked."},
		{"retries without a mock", pass, `"stateConfiguration": {"retrierRetryCount": 0}`, only + "RetrierRetryCount when a mock is not specified."},
		{"failed items without a mock", list, `"stateConfiguration": {"mapIterationFailureCount": 0}`, only + "MapIterationFailureCount when a mock is not specified."},
		{"a context without a mock", pass, `"context": "{}"`, only + "Context when a mock is not specified."},
		{"failed items of a task", task, mocked + `, "stateConfiguration": {"mapIterationFailureCount": 0}`, "ValidationException: TestState supports MapIterationFailureCount for Map states only."},
		{"a failed state inside a task", task, mocked + `, "stateConfiguration": {"errorCausedByState": "S"}`, "ValidationException: TestState supports ErrorCausedByState for Map and Parallel states only."},
		{"an unknown failed state", list, `"mock": {"errorOutput": {"error": "E"}}, "stateConfiguration": {"errorCausedByState": "S"}`,
			"ValidationException: ErrorCausedByState 'S' does not exist inside the state 'StateName'"},
		{"a result that is no JSON", task, `"mock": {"result": "{"}`, "ValidationException: Mocked result must be valid JSON: " + ends},
		{"the result of a Map", list, mocked, "ValidationException: Mocked result must be an array."},
		{"the result of a Parallel state", parallel, mocked, "ValidationException: Mocked result must be an array."},
		{"the result of a Map that exports", exports, `"mock": {"result": "[]"}`, "ValidationException: Mocked result must be an object."},
		{"more failed items than items", list, `"input": "[1]", "mock": {"result": "[]"}, "stateConfiguration": {"mapIterationFailureCount": 2}`,
			"ValidationException: The state cannot be tested: 2 items failed, but the Map has 1"},
		{"an input that is no JSON", pass, `"input": "{"`, "InvalidExecutionInput: Invalid State Machine Execution Input: '" + ends + "'"},
		{"variables that are no object", pass, `"variables": "[]"`, "ValidationException: Invalid variables provided: variables must be an object"},
		{"variables that are no JSON", pass, `"variables": "x"`, "ValidationException: Invalid variables provided: Unrecognized token 'x': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"},
		{"a level that does not exist", pass, `"inspectionLevel": "ALL"`, "ValidationException: 1 validation error detected: Value 'ALL' at 'inspectionLevel' failed to satisfy constraint: " +
			"Member must satisfy enum value set: [INFO, DEBUG, TRACE]"},
		{"a definition with a fault", `{"Type": "Pass"}`, ``, "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [Next] or [End] at /States/StateName'"},
	} {
		t.Run(c.name, call{c.name, request(t, c.definition, c.more), c.want}.run)
	}
}

func TestContext(t *testing.T) {
	const (
		shows   = `{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "ResultSelector": {"c.$": "$$"}, "OutputPath": "$.c", "End": true}`
		invalid = "ValidationException: Invalid Context object provided: "
	)
	for _, c := range []struct{ name, context, want string }{
		{"all members", `{\"Execution\": {\"RedriveCount\": 1, \"Input\": []}, \"State\": {\"RetryCount\": 2}, \"Task\": {\"Token\": \"t\"}}`,
			`{"status": "SUCCEEDED", "output": "{\"Execution\": {\"RedriveCount\": 1, \"Input\": []}, \"State\": {\"RetryCount\": 2}, \"Task\": {\"Token\": \"t\"}}"}`},
		{"no members", `{}`, `{"status": "SUCCEEDED", "output": "{}"}`},
		{"a Map", `{\"Map\": {}}`, invalid + "'Map' field is not supported when mocking a Context object"},
		{"an unknown member", `{\"Other\": {}}`, invalid + "Field 'Other' is not allowed"},
		{"an unknown field", `{\"Task\": {\"Other\": 1}}`, invalid + "Field 'Other' is not allowed"},
		{"a text", `{\"State\": {\"Name\": 1}}`, invalid + "State.Name must be a string"},
		{"a number", `{\"State\": {\"RetryCount\": \"1\"}}`, invalid + "State.RetryCount must be a number"},
		{"an object", `{\"State\": 1}`, invalid + "State must be an object"},
		{"no object", `[]`, invalid + "it must be an object"},
		{"no JSON", `{`, invalid + ends},
	} {
		t.Run(c.name, call{c.name, request(t, shows, `"mock": {"result": "{}", "fieldValidationMode": "NONE"}, "context": "`+c.context+`"`), c.want}.run)
	}
}
