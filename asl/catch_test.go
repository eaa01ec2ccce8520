package asl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

func catching(catch string) string {
	return `{"StartAt": "S", "States": {
		"S": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "TimeoutSeconds": 5, "OutputPath": "$.never", "Catch": ` + catch + `, "End": true},
		"A": {"Type": "Pass", "Next": "End"}, "B": {"Type": "Pass", "Next": "End"}, "End": {"Type": "Succeed"}}}`
}

func TestCatch(t *testing.T) {
	for _, row := range []struct {
		why, catch string
		task       reply
		path       []string
		output     string
	}{
		{"the error output replaces the input", `[{"ErrorEquals": ["E"], "Next": "A"}, {"ErrorEquals": ["F"], "Next": "B"}]`, throws("E"),
			[]string{"S", "A", "End"}, `{"Error": "E", "Cause": "because"}`},
		{"the first catcher that matches", `[{"ErrorEquals": ["E"], "Next": "A"}, {"ErrorEquals": ["States.ALL"], "Next": "B"}]`, throws("F"),
			[]string{"S", "B", "End"}, `{"Error": "F", "Cause": "because"}`},
		{"ResultPath adds to the raw input, and OutputPath does not apply", `[{"ErrorEquals": ["E"], "ResultPath": "$.error", "Next": "A"}, {"ErrorEquals": ["F"], "Next": "B"}]`, throws("E"),
			[]string{"S", "A", "End"}, `{"in": 1, "error": {"Error": "E", "Cause": "because"}}`},
		{"ResultPath null drops the error", `[{"ErrorEquals": ["E"], "ResultPath": null, "Next": "A"}, {"ErrorEquals": ["F"], "Next": "B"}]`, throws("E"),
			[]string{"S", "A", "End"}, `{"in": 1}`},
		{"a timeout has an empty cause", `[{"ErrorEquals": ["States.Timeout"], "Next": "A"}, {"ErrorEquals": ["F"], "Next": "B"}]`, reply{Reply: asl.Reply{Hangs: true}},
			[]string{"S", "A", "End"}, `{"Error": "States.Timeout", "Cause": ""}`},
		{"no name and no cause are null", `[{"ErrorEquals": ["E"], "Next": "A"}, {"ErrorEquals": ["States.ALL"], "Next": "B"}]`, reply{err: &asl.Error{}},
			[]string{"S", "B", "End"}, `{"Error": null, "Cause": null}`},
	} {
		t.Run(row.why, func(t *testing.T) {
			x := execute(t, catching(row.catch), `{"in": 1}`, asl.Options{Handler: replies{"S": {row.task}}})
			succeeds(t, x, row.output)
			if diff := cmp.Diff(row.path, x.Path()); diff != "" {
				t.Errorf("path (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoCatcherMatches(t *testing.T) {
	x := execute(t, catching(`[{"ErrorEquals": ["F"], "Next": "A"}, {"ErrorEquals": ["G"], "Next": "B"}]`), `{}`, asl.Options{Handler: replies{"S": {throws("E")}}})
	fails(t, x, "E", "because")
	want := []string{"ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskFailed", "ExecutionFailed"}
	if diff := cmp.Diff(want, types(x)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestCatchComesAfterRetry(t *testing.T) {
	definition := `{"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
		"Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 2}], "Catch": [{"ErrorEquals": ["E"], "Next": "C"}]}, "C": {"Type": "Succeed"}}}`
	x := execute(t, definition, `{}`, asl.Options{Handler: replies{"S": failsTimes(3)}})
	succeeds(t, x, `{"Error": "E", "Cause": "because"}`)
	if x.Bill.Calls["sns:publish"] != 3 {
		t.Errorf("%d calls, want 3", x.Bill.Calls["sns:publish"])
	}
}

func TestCatchJSONata(t *testing.T) {
	definition := `{"QueryLanguage": "JSONata", "StartAt": "S", "States": {
		"S": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Assign": {"v": "never"}, "End": true, "Catch": [
			{"ErrorEquals": ["E"], "Assign": {"v": "{% $states.errorOutput.Error %}"}, "Output": {"in": "{% $states.input.in %}", "e": "{% $states.errorOutput %}"}, "Next": "C"},
			{"ErrorEquals": ["States.ALL"], "Next": "D"}]},
		"C": {"Type": "Pass", "Output": {"v": "{% $v %}", "input": "{% $states.input %}"}, "Next": "D"}, "D": {"Type": "Succeed"}}}`
	x := execute(t, definition, `{"in": 1}`, asl.Options{Handler: replies{"S": {throws("E")}}})
	succeeds(t, x, `{"v": "E", "input": {"in": 1, "e": {"Error": "E", "Cause": "because"}}}`)
	x = execute(t, definition, `{"in": 1}`, asl.Options{Handler: replies{"S": {throws("F")}}})
	succeeds(t, x, `{"Error": "F", "Cause": "because"}`)
}

func TestAFailedAttemptAssignsNothing(t *testing.T) {
	// Assign succeeds, then Output fails.
	definition := `{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "S"},
		"S": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Assign": {"v": 2}, "Output": "{% $states.result.none %}", "End": true,
			"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}]}, "C": {"Type": "Succeed", "Output": "{% $v %}"}}}`
	succeeds(t, execute(t, definition, `{}`, asl.Options{Handler: echo}), `1`)
}

func TestAFailedExpressionIsCaughtAndRecorded(t *testing.T) {
	definition := `{"QueryLanguage": "JSONata", "StartAt": "S", "States": {
		"S": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": {"a": [1, "{% $states.input.none %}"]}, "End": true,
			"Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Output": "caught", "Next": "C"}]}, "C": {"Type": "Succeed"}}}`
	x := execute(t, definition, `{}`, asl.Options{Handler: echo})
	succeeds(t, x, `"caught"`)
	got := x.History[2].Details
	want := &asl.EvaluationFailed{Error: "States.QueryEvaluationError", State: "S", Location: "Arguments/a[1]",
		Cause: "An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '$states.input.none' specified for the field 'Arguments/a[1]' returned nothing (undefined)."}
	if diff := cmp.Diff(asl.Details(want), got); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

func TestResultPathThatDoesNotFit(t *testing.T) {
	x := execute(t, one(`{"Type": "Pass", "Result": 1, "ResultPath": "$.a.b", "End": true}`), `{"a": 5}`, asl.Options{})
	fails(t, x, "States.ResultPathMatchFailure",
		"An error occurred while executing the state 'S' (entered at the event id #2). Unable to apply ReferencePath $.a.b to input {\"a\":5}")
}
