package asl_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

// CreateStateMachine refuses all of these, so Lenient does, too.
func TestWhatNobodyAccepts(t *testing.T) {
	task := func(credentials string) string {
		return one(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Credentials": ` + credentials + `, "End": true}`)
	}
	jsonataTask := func(credentials string) string {
		return oneJSONata(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Credentials": ` + credentials + `, "End": true}`)
	}
	const noEnd = `States: no state ends here: give one "End": true, or add a Succeed or Fail state`
	loop := `{"StartAt": "I", "States": {"I": {"Type": "Wait", "Seconds": 1, "Next": "J"}, "J": {"Type": "Pass", "Next": "I"}}}`
	for _, row := range []struct{ why, definition, want string }{
		{"a machine that cannot end", loop, noEnd},
		{"a choice that leads back", `{"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "C"}], "Default": "C"}}}`, noEnd},
		{"a branch that cannot end", one(`{"Type": "Parallel", "Branches": [` + loop + `], "End": true}`), `state "S": Branches[0].` + noEnd},
		{"an iteration that cannot end", one(`{"Type": "Map", "ItemProcessor": ` + loop + `, "End": true}`), `state "S": ItemProcessor.` + noEnd},
		{"credentials without a role", task(`{}`), `state "S": Credentials.RoleArn: is missing`},
		{"credentials with another field", task(`{"Role": "x"}`), `state "S": Credentials.RoleArn: is missing`},
		{"credentials that are a text", task(`"x"`), `state "S": Credentials: must be an object with the field RoleArn, got string`},
		{"credentials that are null", task(`null`), `state "S": Credentials: must be an object with the field RoleArn, got null`},
		{"a role that is no text", task(`{"RoleArn": 1}`), `state "S": Credentials.RoleArn: must be a string, got number`},
		{"a path to a role in JSONata", jsonataTask(`{"RoleArn.$": "$.role"}`), `state "S": Credentials.RoleArn: is missing`},
		{"the root of JSONata", oneJSONata(`{"Type": "Pass", "Output": {"r": "{% $$ %}"}, "End": true}`),
			`state "S": Output/r: uses $, $$ or a name without $states before it, but expressions have no input document: use $states.input`},
		{"a bare name", oneJSONata(`{"Type": "Pass", "Output": "{% phone %}", "End": true}`),
			`state "S": Output: uses $, $$ or a name without $states before it, but expressions have no input document: use $states.input`},
		{"an error output outside a catcher", oneJSONata(`{"Type": "Pass", "Assign": {"e": "{% $states.errorOutput %}"}, "End": true}`),
			`state "S": Assign/e: uses $states.errorOutput, but only $states.input and $states.context are available here`},
		{"a result before there is one", oneJSONata(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": {"a": "{% $states.result %}"}, "End": true}`),
			`state "S": Arguments/a: uses $states.result, but only $states.input and $states.context are available here`},
		{"an expression that does not end", oneJSONata(`{"Type": "Pass", "Output": {"a": "{% 1 %"}, "End": true}`),
			`state "S": Output/a: "{% 1 %" is no JSONata expression: it must start with {% and end with %}`},
		{"an expression that does not begin", oneJSONata(`{"Type": "Pass", "Output": ["1 %}"], "End": true}`),
			`state "S": Output[0]: "1 %}" is no JSONata expression: it must start with {% and end with %}`},
		{"an action that the service does not have", one(`{"Type": "Task", "Resource": "arn:aws:states:::dynamodb:query", "End": true}`),
			`state "S": Resource: the integration with dynamodb has no action "query"; it has deleteItem, getItem, putItem, updateItem`},
	} {
		t.Run(row.why, func(t *testing.T) {
			for _, options := range [][]asl.LoadOption{nil, {asl.Lenient()}} {
				_, err := asl.Load([]byte(row.definition), options...)
				if diff := cmp.Diff([]string{row.want}, faults(err)); diff != "" {
					t.Errorf("faults (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestCredentialsWithARole(t *testing.T) {
	for _, definition := range []string{
		one(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Credentials": {"RoleArn": "arn:aws:iam::123456789012:role/r"}, "End": true}`),
		one(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Credentials": {"RoleArn.$": "$.role"}, "End": true}`),
		oneJSONata(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Credentials": {"RoleArn": "{% $states.input.role %}"}, "End": true}`),
		oneJSONata(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Credentials": "{% $states.input.credentials %}", "End": true}`),
	} {
		load(t, definition)
	}
}

func TestLoadForAType(t *testing.T) {
	definition := `{"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Next": "A"},
		"A": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "Next": "M"},
		"M": {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "End": true}}}`
	for _, options := range [][]asl.LoadOption{nil, {asl.As(asl.Standard)}} {
		if _, err := asl.Load([]byte(definition), options...); err != nil {
			t.Error(err)
		}
	}
	_, err := asl.Load([]byte(definition), asl.As(asl.Express), asl.Lenient())
	want := []string{
		`state "S": Resource: an activity, .sync or .waitForTaskToken is not supported in an Express workflow`,
		`state "A": Resource: an activity, .sync or .waitForTaskToken is not supported in an Express workflow`,
		`state "M": ItemProcessor.ProcessorConfig.Mode: a Distributed Map is not supported in an Express workflow`,
	}
	if diff := cmp.Diff(want, faults(err), sortStrings(func(a, b string) bool { return a < b })); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if _, err := asl.Load([]byte(definition), asl.As("FAST")); err == nil || !strings.Contains(err.Error(), `got "FAST"`) {
		t.Errorf("an unknown type: %v", err)
	}
}

func TestPlaceholders(t *testing.T) {
	const remedy = " is a placeholder of SAM, CloudFormation or the CDK: put its value into the definition first"
	for _, row := range []struct {
		why, definition string
		want            []string
	}{
		{"where a text may be", one(`{"Type": "Task", "Resource": "${FunctionArn}", "Parameters": {"Topic": "${Token[TopicArn.1]}"}, "End": true}`), nil},
		{"where a number must be", one(`{"Type": "Wait", "Seconds": "${Wait}", "End": true}`), []string{
			`state "S": Seconds: must be an integer from 0 to 99999999, got "${Wait}"; ${Wait}` + remedy}},
		{"where an object must be", one(`{"Type": "Task", "Resource": "${Arn}", "Retry": "${Retries}", "End": true}`), []string{
			`state "S": Retry: must be an array, got string; ${Retries}` + remedy}},
		{"where a path must be", one(`{"Type": "Pass", "InputPath": "${Path}", "Parameters": {"a.$": "${Token[P.2]}"}, "End": true}`), []string{
			`state "S": InputPath: Invalid path '${Path}': '{Path}' is not the name of a variable at offset 1; ${Path}` + remedy,
			`state "S": Parameters.a.$: Invalid path '${Token[P.2]}': expected a quoted name, an index, '*', a filter or a script after '[' at offset 8; ${Token[P.2]}` + remedy}},
		{"where a state must be", `{"StartAt": "A", "States": {"A": "${State}"}}`, []string{`state "A": must be an object, got string "${State}"; ${State}` + remedy}},
		{"where a retrier must be", one(`{"Type": "Task", "Resource": "${Arn}", "Retry": ["${Retrier}"], "End": true}`), []string{
			`state "S": Retry[0]: must be an object, got string "${Retrier}"; ${Retrier}` + remedy}},
		{"where true must be", one(`{"Type": "Pass", "End": "${End}"}`), []string{`state "S": End: must be true or false, got string; ${End}` + remedy}},
		{"a whole definition", `"${Definition}"`, []string{`the definition is not a JSON object: its type is string "${Definition}"; ${Definition}` + remedy}},
		{"the name of a state", `{"StartAt": "${First}", "States": {"A": {"Type": "Pass", "Next": "${Next}"}}}`, []string{
			`StartAt: there is no state "${First}"; the states are A; ${First}` + remedy, `state "A": Next: there is no state "${Next}" here; the states are A; ${Next}` + remedy}},
		{"a type", one(`{"Type": "${Type}"}`), []string{`state "S": Type: must be one of Choice, Fail, Map, Parallel, Pass, Succeed, Task, Wait, got "${Type}"; ${Type}` + remedy}},
		{"without quotes", "{\"StartAt\": \"A\",\n \"TimeoutSeconds\": ${Timeout},\n \"States\": {\"A\": {\"Type\": \"Wait\", \"Seconds\": ${Token[W.3]}, \"Comment\": \"a \\\" ${Text}\", \"End\": true}}}", []string{
			"line 2: ${Timeout}" + remedy, "line 3: ${Token[W.3]}" + remedy}},
	} {
		t.Run(row.why, func(t *testing.T) {
			_, err := asl.Load([]byte(row.definition))
			if diff := cmp.Diff(row.want, faults(err), sortStrings(func(a, b string) bool { return a < b })); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}
