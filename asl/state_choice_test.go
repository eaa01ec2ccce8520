package asl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

// chooses returns a definition with a choice between Yes and No.
func chooses(rule string) string {
	return `{"StartAt": "S", "States": {"S": {"Type": "Choice", "Choices": [` + rule[:len(rule)-1] + `, "Next": "Yes"}], "Default": "No"},
		"Yes": {"Type": "Pass", "Result": true, "End": true}, "No": {"Type": "Pass", "Result": false, "End": true}}}`
}

func TestTheFirstRuleThatMatchesDecides(t *testing.T) {
	definition := `{"StartAt": "S", "States": {"S": {"Type": "Choice", "InputPath": "$.in", "OutputPath": "$.out", "Assign": {"by": "default"}, "Default": "End", "Choices": [
		{"Variable": "$.n", "NumericGreaterThan": 10, "Next": "End", "Assign": {"by": "first"}},
		{"Variable": "$.n", "NumericGreaterThan": 5, "Next": "End", "Assign": {"by": "second"}},
		{"Variable": "$.n", "NumericGreaterThan": 4, "Next": "End", "Assign": {"by": "third"}}]},
		"End": {"Type": "Pass", "Parameters": {"by.$": "$by", "out.$": "$"}, "End": true}}}`
	for n, by := range map[string]string{"11": "first", "6": "second", "5": "third", "4": "default"} {
		succeeds(t, execute(t, definition, `{"in": {"n": `+n+`, "out": 1}}`, asl.Options{}), `{"by": "`+by+`", "out": 1}`)
	}
}

func TestChoiceJSONata(t *testing.T) {
	definition := `{"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": {"Type": "Choice", "Default": "End", "Assign": {"by": "default"}, "Output": "{% 'none of ' & $states.input.n %}", "Choices": [
		{"Condition": "{% $states.input.n > 10 %}", "Next": "End", "Assign": {"by": "{% $states.input.n %}"}, "Output": {"high": "{% $states.input.n %}"}},
		{"Condition": "{% $states.input.n > 5 %}", "Next": "End", "Assign": {"by": "second"}}, {"Condition": false, "Next": "End"}]},
		"End": {"Type": "Pass", "Output": ["{% $by %}", "{% $states.input %}"], "End": true}}}`
	for n, want := range map[string]string{"11": `[11, {"high": 11}]`, "6": `["second", {"n": 6}]`, "5": `["default", "none of 5"]`} {
		succeeds(t, execute(t, definition, `{"n": `+n+`}`, asl.Options{}), want)
	}
	x := execute(t, definition, `{"n": "high"}`, asl.Options{})
	fails(t, x, asl.ErrQueryEvaluation, "An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '$states.input.n > 10' specified for "+
		"the field 'Choices[0]/Condition' threw an error during evaluation. T2009: The values \"high\" and 10 either side of operator \">\" must be of the same data type")
}

func TestConditionThatIsNotBoolean(t *testing.T) {
	x := execute(t, `{"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n %}", "Next": "E"}]}, "E": {"Type": "Succeed"}}}`,
		`{"n": 1}`, asl.Options{})
	fails(t, x, asl.ErrQueryEvaluation, "An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '$states.input.n' specified for "+
		"the field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1")
}

func TestNoRuleMatchesAndNoDefault(t *testing.T) {
	x := execute(t, `{"StartAt": "S", "States": {"S": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "E"}]}, "E": {"Type": "Succeed"}}}`, `{"n": 2}`, asl.Options{})
	fails(t, x, asl.ErrRuntime, "An error occurred while executing the state 'S' (entered at the event id #2). Failed to transition out of the state. The state does not point to a next state.")
}

func TestAMissingVariable(t *testing.T) {
	cause := "An error occurred while executing the state 'S' (entered at the event id #2). Invalid path '$.none': The choice state's condition path references an invalid value."
	fails(t, execute(t, chooses(`{"Variable": "$.none", "NumericEquals": 1}`), `{}`, asl.Options{}), asl.ErrRuntime, cause)
	fails(t, execute(t, chooses(`{"Variable": "$.a", "NumericEqualsPath": "$.none"}`), `{"a": 1}`, asl.Options{}), asl.ErrRuntime, cause)
	fails(t, execute(t, chooses(`{"Not": {"Variable": "$.none", "IsNull": true}}`), `{}`, asl.Options{}), asl.ErrRuntime, cause)
}

func TestChoiceFaults(t *testing.T) {
	_, err := asl.Load([]byte(`{"StartAt": "S", "States": {"S": {"Type": "Choice", "End": true, "Choices": [
		{"Variable": "$.a", "NumericEquals": "1", "Next": "E"}, {"Variable": "$.a", "Next": "E"}, {"NumericEquals": 1, "Next": "None"},
		{"And": [], "Next": "E"}, {"Not": {"Variable": "a", "IsNull": true, "Next": "E"}, "Next": "E"}, {"Variable": "$.a", "NumericLess": 1, "Next": "E"},
		{"Variable": "$.a", "IsNull": true, "IsString": true}, {"Variable": "$.a", "IsNullPath": "$.b", "Next": "E"}]}, "E": {"Type": "Succeed"}}}`))
	want := []string{
		`state "S": Choices[0].NumericEquals: must be a number, got "1"`,
		`state "S": Choices[1]: a choice rule needs one comparison operator such as NumericGreaterThan, got 0: `,
		`state "S": Choices[2].Variable: is missing`,
		`state "S": Choices[3].And: must be a list of at least one rule`,
		`state "S": Choices[4].Not.Next: is only allowed in a top-level rule of Choices`,
		`state "S": Choices[5].NumericLess: is not a field of a choice rule`,
		`state "S": Choices[6].Next: is missing`,
		`state "S": Choices[6]: a choice rule needs one comparison operator such as NumericGreaterThan, got 2: IsNull, IsString`,
		`state "S": Choices[7].IsNullPath: is not an operator; use IsNull`,
		`state "S": End: is not a field of a Choice state`,
		`state "S": Choices[2].Next: there is no state "None" here; the states are E, S`,
	}
	got := map[string]bool{}
	for _, g := range faults(err) {
		got[g] = true
	}
	for _, w := range want {
		if !got[w] {
			t.Errorf("lacks %s", w)
		}
	}
	if t.Failed() {
		t.Log(cmp.Diff(want, faults(err)))
	}
}
