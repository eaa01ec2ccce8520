package outcome

import (
	"encoding/json"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/local/intake"
)

var sensitiveInput = intake.Input{Subject: "S-1", Value: value.Must(map[string]any{
	"subject": "S-1", "trialId": "T-1",
	"transformed_features": map[string]any{
		"age": 83.0, "rate": 0.452, "arm": "vitamin E", "sex": "male", "married": true, "nothing": "",
		"id": json.Number("9007199254740993"), "visits": []any{map[string]any{"note": "fell (twice)"}},
	},
})}

func TestRedactedText(t *testing.T) {
	r := NewRedactor(value.Must(map[string]any{"States": map[string]any{"F": map[string]any{"Type": "Fail", "Cause": "No score from 0 to 83."}}}))
	for _, c := range []struct{ reason, cause, want string }{
		{"no data", "Rate exceeded", "Rate exceeded"},
		{"ids, which are not removed", "Subject S-1 of T-1", "Subject S-1 of T-1"},
		{"a number", "Unable to cast 83 years", "Unable to cast … years"},
		{"a decimal number", "value 0.452.", "value …."},
		{"a text of several words", `got "vitamin E"`, `got "…"`},
		{"special characters of regular expressions", "note: fell (twice)!", "note: …!"},
		{"an integer that float64 cannot hold", "id=9007199254740993", "id=…"},
		{"neighbors", "83 83 83", "… … …"},
		{"only whole words", "female, 1832, 0.4521", "female, 1832, 0.4521"},
		{"the whole input", `could not be found in the input '{"age": 83, "x": ["}"]}' of state 'A'`, "could not be found in the input '…' of state 'A'"},
		{"a list", "got [1, 2, [3]] instead", "got … instead"},
		{"an expression, which is not data", "the expression '{% $states.input %}' failed", "the expression '{% $states.input %}' failed"},
		{"a cause in the definition", "No score from 0 to 83.", "No score from 0 to 83."},
	} {
		if got := r.For(&asl.Execution{}, sensitiveInput)(c.cause); got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}

// The cause of a stand-in holds no data and stays unchanged. The cause of the engine may quote data.
func TestRedactedCause(t *testing.T) {
	reported := execute(t, `{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::a:b", "End": true}}}`,
		sensitiveInput.Value, nil, &asl.Error{Name: "Model.Bad", Cause: "depression_score must be from 0 to 83"})
	if got := NewRedactor(nil).For(reported, sensitiveInput)(reported.Cause); got != "depression_score must be from 0 to 83" {
		t.Errorf("a stand-in's cause became %q", got)
	}
	quoting := execute(t, `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"a.$": "$.missing"}, "End": true}}}`, sensitiveInput.Value, nil)
	if !strings.Contains(quoting.Cause, "vitamin E") {
		t.Fatalf("the engine's cause quotes no input, so that this test proves nothing: %s", quoting.Cause)
	}
	if got := NewRedactor(nil).For(quoting, sensitiveInput)(quoting.Cause); strings.Contains(got, "vitamin E") || strings.Contains(got, "83") || !strings.Contains(got, "$.missing") {
		t.Errorf("the engine's cause became %q", got)
	}
	expression := execute(t, `{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Output": "{% $number($states.input.transformed_features.arm) %}", "End": true}}}`, sensitiveInput.Value, nil)
	if got := NewRedactor(nil).For(expression, sensitiveInput)(expression.Cause); strings.Contains(got, "vitamin E") {
		t.Errorf("the cause of an expression became %q", got)
	}
}

// Events of the same type have errors of the engine and errors of stand-ins. Their names tell them apart.
func TestRedactedCauseOfATask(t *testing.T) {
	for name, want := range map[string]string{"Model.Bad": "not 83", "States.DataLimitExceeded": "not …"} {
		execution := &asl.Execution{History: []asl.Event{{Type: "TaskFailed", Details: &asl.Failure{Error: name, Cause: "not 83"}}}}
		if got := NewRedactor(nil).For(execution, sensitiveInput)("not 83"); got != want {
			t.Errorf("the cause of %s became %q, want %q", name, got, want)
		}
	}
}
