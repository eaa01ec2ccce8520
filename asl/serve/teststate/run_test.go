package teststate_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/serve/teststate"
)

// call is a request in JSON, and the answer in JSON or the error as "CODE: MESSAGE".
type call struct{ name, request, want string }

func (c call) run(t *testing.T) {
	t.Helper()
	c.compare(t, answer(t, c.request, teststate.Options{}))
}

// compare compares an answer with the one that is wanted.
func (c call) compare(t *testing.T, got string) {
	t.Helper()
	if got == c.want {
		return
	}
	var a, b any
	if json.Unmarshal([]byte(got), &a) != nil || json.Unmarshal([]byte(c.want), &b) != nil {
		t.Fatalf("%s: got %s\nwant %s", c.name, got, c.want)
	}
	if diff := cmp.Diff(b, a); diff != "" {
		t.Errorf("%s (-want +got):\n%s", c.name, diff)
	}
}

// answer returns the answer in JSON, or the error.
func answer(t *testing.T, request string, o teststate.Options) string {
	t.Helper()
	in := &teststate.Input{}
	if fault := api.Decode([]byte(request), in); fault != nil {
		return fault.Error()
	}
	o.Now = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	out, fault := teststate.Run(context.Background(), in, o)
	if fault != nil {
		return fault.Error()
	}
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// request returns a request for the definition of a state, with more members in JSON.
func request(t *testing.T, definition, more string) string {
	t.Helper()
	text, err := json.Marshal(definition)
	if err != nil {
		t.Fatal(err)
	}
	if more != "" {
		more = ", " + more
	}
	return `{"definition": ` + string(text) + more + `}`
}

const (
	pass     = `{"Type": "Pass", "End": true}`
	task     = `{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}`
	jsonata  = `{"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::lambda:invoke", "End": true}`
	parallel = `{"Type": "Parallel", "InputPath": "$.a", "Next": "T", "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}]}`
	list     = `{"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}`
	retried  = `{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true, "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2}],
		"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "T"}]}`
)

func TestAnswers(t *testing.T) {
	for _, c := range []struct{ name, definition, more, want string }{
		{"only the output without a level", pass, `"input": "{\"a\": 1}"`, `{"status": "SUCCEEDED", "output": "{\"a\": 1}"}`},
		{"the default input", pass, ``, `{"status": "SUCCEEDED", "output": "{}"}`},
		{"what a state passes on keeps its blanks, also a part", `{"Type": "Pass", "InputPath": "$.a", "Next": "T"}`, `"input": "{\"a\": [1,  2]}"`,
			`{"status": "SUCCEEDED", "output": "[1,  2]", "nextState": "T"}`},
		{"what a state makes has none", `{"Type": "Pass", "Parameters": {"b.$": "$.a"}, "End": true}`, `"input": "{\"a\": [1,  2]}"`,
			`{"status": "SUCCEEDED", "output": "{\"b\":[1,2]}"}`},
		{"a Pass state", pass, `"inspectionLevel": "DEBUG"`, `{"status": "SUCCEEDED", "output": "{}", "inspectionData": {"input": "{}", "afterInputPath": "{}",
			"afterParameters": "{}", "afterResultSelector": "{}", "afterResultPath": "{}"}}`},
		{"a Pass state with Result shows nothing before it", `{"Type": "Pass", "Result": 1, "End": true}`, `"inspectionLevel": "DEBUG"`,
			`{"status": "SUCCEEDED", "output": "1", "inspectionData": {"input": "{}", "result": "1", "afterResultSelector": "1", "afterResultPath": "1"}}`},
		{"a Parallel state shows nothing before its result", parallel, `"input": "{\"a\": 1}", "inspectionLevel": "DEBUG", "mock": {"result": "[1]"}`,
			`{"status": "SUCCEEDED", "output": "[1]", "nextState": "T", "inspectionData": {"input": "{\"a\": 1}", "afterResultSelector": "[1]", "afterResultPath": "[1]"}}`},
		{"a Map", list, `"input": "[1, 2]", "inspectionLevel": "TRACE", "mock": {"result": "[3]"}`,
			`{"status": "SUCCEEDED", "output": "[3]", "inspectionData": {"input": "[1, 2]", "afterInputPath": "[1, 2]", "afterItemsPath": "[1, 2]", "maxConcurrency": 0,
			"afterResultSelector": "[3]", "afterResultPath": "[3]"}}`},
		{"a task in JSONata", jsonata, `"inspectionLevel": "DEBUG", "mock": {"result": "{\"StatusCode\": 1}"}`,
			`{"status": "SUCCEEDED", "output": "{\"StatusCode\": 1}", "inspectionData": {"input": "{}", "afterArguments": "{}", "result": "{\"StatusCode\": 1}"}}`},
		{"variables", `{"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"w": "{% $v + 1 %}"}, "Output": "{% $v %}", "End": true}`,
			`"variables": "{\"v\": 1}", "inspectionLevel": "DEBUG"`, `{"status": "SUCCEEDED", "output": "1", "inspectionData": {"input": "{}", "variables": "{\"v\":1,\"w\":2}"}}`},
		{"a retrier", retried, `"inspectionLevel": "DEBUG", "mock": {"errorOutput": {"error": "Busy", "cause": "later"}}, "stateConfiguration": {"retrierRetryCount": 1}`,
			`{"status": "RETRIABLE", "error": "Busy", "cause": "later", "inspectionData": {"input": "{}", "afterInputPath": "{}", "afterParameters": "{}",
			"errorDetails": {"retryIndex": 0, "retryBackoffIntervalSeconds": 4}}}`},
		{"a catcher, after the last retry", retried, `"inspectionLevel": "DEBUG", "mock": {"errorOutput": {"error": "Busy"}}, "stateConfiguration": {"retrierRetryCount": 3}`,
			`{"status": "CAUGHT_ERROR", "error": "Busy", "nextState": "T", "output": "{\"Error\":\"Busy\",\"Cause\":null}", "inspectionData": {"input": "{}", "afterInputPath": "{}",
			"afterParameters": "{}", "errorDetails": {"catchIndex": 0}}}`},
		{"a failure has no output", task, `"mock": {"errorOutput": {"error": "E", "cause": "C"}}`, `{"status": "FAILED", "error": "E", "cause": "C"}`},
	} {
		t.Run(c.name, call{c.name, request(t, c.definition, c.more), c.want}.run)
	}
}

// TestStateName tests that a state machine's state is found at any depth.
func TestStateName(t *testing.T) {
	const machine = `{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": 1, "End": true}}}}}}`
	for _, c := range []call{
		{"inside a Map", request(t, machine, `"stateName": "P"`), `{"status": "SUCCEEDED", "output": "1"}`},
		{"unknown", request(t, machine, `"stateName": "Q"`), "ValidationException: State 'Q' does not exist in the definition"},
		{"a machine without a name", request(t, machine, ``), "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [Type] at /States/StateName'"},
		{"a name without a machine", request(t, pass, `"stateName": "P"`), "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /, " +
			"SCHEMA_VALIDATION_FAILED: End is not a field of the state machine at /End, SCHEMA_VALIDATION_FAILED: Type is not a field of the state machine at /Type'"},
	} {
		t.Run(c.name, c.run)
	}
}

// TestModes tests what each field validation mode accepts of the same state.
func TestModes(t *testing.T) {
	const (
		start     = `{"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": true}`
		fault     = "ValidationException: Mock result schema validation error: "
		missing   = fault + "Field 'ExecutionArn' is required"
		noText    = fault + "Field 'ExecutionArn' must be a string"
		accepted  = `{"output":"{}","status":"SUCCEEDED"}`
		accepted1 = `{"output":"{\"ExecutionArn\":1}","status":"SUCCEEDED"}`
	)
	for _, c := range []struct{ mode, result, want string }{
		{``, `{}`, missing},
		{`STRICT`, `{}`, missing},
		{`PRESENT`, `{}`, accepted},
		{`NONE`, `{}`, accepted},
		{`PRESENT`, `{\"ExecutionArn\":1}`, noText},
		{`NONE`, `{\"ExecutionArn\":1}`, accepted1},
	} {
		mode := ""
		if c.mode != "" {
			mode = `, "fieldValidationMode": "` + c.mode + `"`
		}
		t.Run(c.mode+c.result, call{c.mode, request(t, start, `"mock": {"result": "`+c.result+`"`+mode+`}`), c.want}.run)
	}
	const function = `{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true}`
	t.Run("a function may return anything", call{"", request(t, function, `"mock": {"result": "1"}`), `{"output":"1","status":"SUCCEEDED"}`}.run)
}

// TestDefaultPlace tests the account and the region without options.
func TestDefaultPlace(t *testing.T) {
	const definition = `{"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $substringBefore($states.context.Execution.Id, ':express') %}", "End": true}`
	call{"", request(t, definition, ``), `{"output":"\"arn:aws:states:us-east-1:123456789012\"","status":"SUCCEEDED"}`}.run(t)
}

// TestTasks tests that a task without a mock goes to the handler.
func TestTasks(t *testing.T) {
	handler := asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) { return asl.Reply{Output: task.Input}, nil })
	req := request(t, task, `"roleArn": "arn:aws:iam::123456789012:role/r", "input": "1"`)
	if got := answer(t, req, teststate.Options{Handler: handler}); got != `{"output":"1","status":"SUCCEEDED"}` {
		t.Errorf("got %s", got)
	}
	want := "ValidationException: The state cannot be tested: nothing performs the task arn:aws:states:::lambda:invoke here: mock its result"
	if got := answer(t, req, teststate.Options{}); got != want {
		t.Errorf("got %s", got)
	}
}
