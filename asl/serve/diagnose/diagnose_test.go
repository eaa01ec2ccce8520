package diagnose_test

import (
	"fmt"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/diagnose"
)

func TestDefinitions(t *testing.T) {
	for _, row := range []struct {
		reason, definition string
		kind               asl.Type
		want               string // SEVERITY CODE MESSAGE at LOCATION
	}{
		{"a valid one", `{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}`, asl.Standard, ""},
		{"blanks", " \n", asl.Standard, "ERROR SCHEMA_VALIDATION_FAILED Definition must be a valid JSON object at "},
		{"a list", "[]", asl.Standard, "ERROR SCHEMA_VALIDATION_FAILED Definition must be a valid JSON object at "},
		{"null", "null", asl.Standard, "ERROR SCHEMA_VALIDATION_FAILED Definition must be a valid JSON object at "},
		{"no JSON", "hello there", asl.Standard, "ERROR INVALID_JSON_DESCRIPTION Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n" +
			" at [Source: (String)\"hello there\"; line: 1, column: 6] at [Source: (String)\"hello there\"; line: 1, column: 6]"},
		{"no fields", "{}", asl.Standard, "ERROR SCHEMA_VALIDATION_FAILED These fields are required: [States, StartAt] at /"},
		{"no Resource", `{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true}}}`, asl.Standard, "ERROR SCHEMA_VALIDATION_FAILED These fields are required: [Resource] at /States/A"},
		{"in a branch", `{"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Task", "End": true}}}]}}}`, asl.Standard,
			"ERROR SCHEMA_VALIDATION_FAILED These fields are required: [Resource] at /States/A/Branches[0]/States/B"},
		{"a branch without a start", `{"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": true, "Branches": [{"States": {"B": {"Type": "Succeed"}}}]}}}`, asl.Standard,
			"ERROR SCHEMA_VALIDATION_FAILED These fields are required: [StartAt] at /States/A/Branches[0]"},
		{"an unknown target", `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B \"x\""}}}`, asl.Standard, `ERROR MISSING_TRANSITION_TARGET Missing 'Next' target: B "x" at /States/A/Next`},
		{"an unknown start", `{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}`, asl.Standard, "ERROR MISSING_TRANSITION_TARGET Missing 'StartAt' target: B at /StartAt"},
		{"a state that nothing reaches", `{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}}}`, asl.Standard,
			`ERROR MISSING_TRANSITION_TARGET State "B" is not reachable. at /States/B`},
		{"an older query language", `{"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": {"Type": "Succeed", "QueryLanguage": "JSONPath"}}}`, asl.Standard,
			"ERROR SCHEMA_VALIDATION_FAILED 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/A"},
		{"a token in an Express workflow", task("arn:aws:states:::sqs:sendMessage.waitForTaskToken"), asl.Express,
			"ERROR SCHEMA_VALIDATION_FAILED Express state machine does not support '.waitForTaskToken' service integration  at /States/A/Resource"},
		{"a job in an Express workflow", task("arn:aws:states:::glue:startJobRun.sync"), asl.Express,
			"ERROR SCHEMA_VALIDATION_FAILED Express state machine does not support '.sync' service integration at /States/A/Resource"},
		{"an activity in an Express workflow", task("arn:aws:states:us-east-1:123456789012:activity:a"), asl.Express,
			"ERROR SCHEMA_VALIDATION_FAILED Express state machine does not support Activity ARN at /States/A/Resource"},
		{"the engine's own words", `{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": -1, "End": true}}}`, asl.Standard,
			"ERROR SCHEMA_VALIDATION_FAILED Seconds must be an integer from 0 to 99999999, got -1 at /States/A/Seconds"},
		{"an unknown field", `{"StartAt": "A", "States": {"A": {"Type": "Succeed", "Foo": 1}}}`, asl.Standard, "ERROR SCHEMA_VALIDATION_FAILED Foo is not a field of a Succeed state at /States/A/Foo"},
		{"no end", `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}`, asl.Standard,
			"ERROR MISSING_END_STATE States: no state ends here: give one \"End\": true, or add a Succeed or Fail state at /"},
		{"a resource that does not exist", task("arn:aws:states:::sns:shout"), asl.Standard,
			"ERROR INVALID_RESOURCE Resource: the integration with sns has no action \"shout\"; it has publish at /States/A/Resource"},
		{"a label with a blank", `{"StartAt": "A", "States": {"A": {"Type": "Map", "Label": "a b", "End": true, "ItemProcessor": {
			"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "B", "States": {"B": {"Type": "Succeed"}}}}}}`, asl.Standard,
			"ERROR INVALID_LABEL_NAME Label must have 1 to 40 characters, without spaces and ? * < > { } [ ] : ; , \\ | ^ ~ $ # % & \" / `, got \"a b\" at /States/A/Label"},
		{"a warning", `{"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "$unknown", "End": true}}}`, asl.Standard,
			"WARNING RUNTIME_FAILURE InputPath uses the variable $unknown, which no state assigns at /States/A/InputPath"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			machine, diagnostics := diagnose.Definition(row.definition, row.kind)
			var lines []string
			for _, d := range diagnostics {
				lines = append(lines, fmt.Sprintf("%s %s %s at %s", d.Severity, d.Code, d.Message, d.Location))
			}
			if got := strings.Join(lines, "\n"); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
			if refused := diagnose.Refusal(diagnostics) != ""; refused != (machine == nil) || refused != strings.HasPrefix(row.want, "ERROR") {
				t.Errorf("refused: %v, machine: %v", refused, machine)
			}
		})
	}
}

func task(resource string) string {
	return fmt.Sprintf(`{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": %q, "End": true}}}`, resource)
}

// A definition with ten faults gets ten diagnostics, and one refusal with all.
func TestTenFaults(t *testing.T) {
	var states []string
	for i := range 10 {
		states = append(states, fmt.Sprintf(`"S%d": {"Type": "Pass", "Next": "missing %d"}`, i, i))
	}
	_, diagnostics := diagnose.Definition(`{"StartAt": "S0", "States": {`+strings.Join(states, ",")+`}}`, asl.Standard)
	refusal := diagnose.Refusal(diagnostics)
	for i := range 10 {
		if want := fmt.Sprintf("MISSING_TRANSITION_TARGET: Missing 'Next' target: missing %d at /States/S%d/Next", i, i); !strings.Contains(refusal, want) {
			t.Errorf("%s is missing in %s", want, refusal)
		}
	}
}

func TestJSON(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{`{"a": [1, -2.5e3, true, false, null, "x\n\u00e9"], "b": {}, "c": []}`, ""},
		{`1 2`, ""}, // What follows the value does not count.
		{``, "No content to map due to end-of-input line: 1, column: 1"},
		{`{"a" 1}`, "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value line: 1, column: 7"},
		{"{\n \"a\": 1 \"b\"}", "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries line: 2, column: 10"},
		{`[1 2]`, "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries line: 1, column: 5"},
		{`[1, ]`, "Unexpected character (']' (code 93)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false') line: 1, column: 6"},
		{`{"a": 1,}`, "Unexpected character ('}' (code 125)): was expecting double-quote to start field name line: 1, column: 10"},
		{`{"a": 1`, `Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)"{"a": 1"; line: 1, column: 1]) line: 1, column: 8`},
		{`"a`, "Unexpected end-of-input in VALUE_STRING line: 1, column: 3"},
		{`"\x"`, "Unrecognized character escape 'x' (code 120) line: 1, column: 4"},
		{"\"\t\"", "Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash to be included in string value line: 1, column: 3"},
		{`01`, "Invalid numeric value: Leading zeroes not allowed line: 1, column: 3"},
		{`[nul]`, "Unrecognized token 'nul': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') line: 1, column: 5"},
		{`{ü}`, "Unexpected character ('ü' (code 252)): was expecting double-quote to start field name line: 1, column: 3"},
	} {
		got := ""
		if fault := diagnose.JSON(row.text); fault != nil {
			got = fault.Message + " " + strings.TrimSuffix(fault.Source[strings.LastIndex(fault.Source, "line: "):], "]")
		}
		if got != row.want {
			t.Errorf("%s\ngot  %s\nwant %s", row.text, got, row.want)
		}
	}
	if fault := diagnose.JSON(strings.Repeat("[", 5000)); fault == nil || !strings.Contains(fault.Message, "nesting") || !strings.Contains(fault.Source, "[truncated 4500 chars]") {
		t.Errorf("deep nesting: %v", fault)
	}
}
