package outcome

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// batch scores, checks and records a batch, in JSONPath. Its states have the names of the real ones.
const batch = `{"StartAt": "InvokeModel", "States": {
	"InvokeModel": {"Type": "Task", "Resource": "arn:aws:states:::a:b", "ResultPath": "$.answer", "Next": "CheckPredictions",
		"Retry": [{"ErrorEquals": ["Model.Busy"], "MaxAttempts": 3}],
		"Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "NotScored"}]},
	"CheckPredictions": {"Type": "Choice", "Choices": [{"Variable": "$.answer.usable", "BooleanEquals": true, "Next": "RecordDecisions"}], "Default": "NotScored"},
	"RecordDecisions": {"Type": "Pass", "End": true},
	"NotScored": {"Type": "Pass", "End": true}}}`

func child(t *testing.T, answer any, failures ...*asl.Error) *asl.Execution {
	t.Helper()
	input := map[string]any{"Items": []any{map[string]any{"index": 20.0}, map[string]any{"index": 21.0}}}
	return execute(t, batch, input, answer, failures...)
}

func TestBatches(t *testing.T) {
	usable := map[string]any{"usable": true}
	busy := &asl.Error{Name: "Model.Busy", Cause: "try again"}
	for _, c := range []struct {
		reason   string
		answer   any
		failures []*asl.Error
		want     string
	}{
		{"scored", usable, nil, ""},
		{"scored at the third attempt", usable, []*asl.Error{busy, busy}, ""},
		{"an answer of another length", map[string]any{"usable": false}, nil, "the model's answer does not have one prediction for each subject of the batch"},
		{"the error of a service, with its cause", nil, []*asl.Error{{Name: "Model.Down", Cause: "No model."}}, "the batch failed in InvokeModel: Model.Down: No model."},
		{"the error of Step Functions, whose cause may quote data", nil, []*asl.Error{{Name: "States.TaskFailed", Cause: "secret"}}, "the batch failed in InvokeModel: States.TaskFailed"},
	} {
		var children Children
		got := children.Add(child(t, c.answer, c.failures...))
		if want := (Batch{Name: "batch-0000020", First: 20, Size: 2, Reason: c.want}); got != want {
			t.Errorf("%s: %+v, want %+v", c.reason, got, want)
		}
	}
	ended := child(t, usable)
	ended.Status, ended.Error, ended.Cause = asl.TimedOut, "States.Timeout", "secret"
	var children Children
	if got := children.Add(ended).Reason; got != "the batch ended as TIMED_OUT in RecordDecisions: States.Timeout" {
		t.Errorf("a child that did not succeed: %q", got)
	}
}

func TestOfCohort(t *testing.T) {
	var children Children
	children.Add(child(t, map[string]any{"usable": true}, &asl.Error{Name: "Model.Busy"}))
	children.Add(child(t, map[string]any{"usable": false}))
	definition := `{"StartAt": "CheckRisk", "States": {"CheckRisk": {"Type": "Pass", "Next": "End"}, "End": {"Type": "Succeed"}}}`
	counts := map[string]any{"counts": map[string]any{"subjects": 4.0, "scored": 2.0, "failed": 2.0, "high": 1.0}}
	c := OfCohort("T-1", execute(t, definition, counts, nil), 1, unredacted, &children)
	if !c.Alerted || c.TrialID != "T-1" || len(c.Retries) != 1 || c.Retries[0] != (Retry{"InvokeModel", 1}) {
		t.Errorf("outcome %+v", c)
	}
	m := c.MapRun
	if m.Batches != 2 || m.Lost != 1 || m.Invocations != 3 || m.Entered["InvokeModel"] != 2 || m.Transitions[[2]string{"CheckPredictions", "NotScored"}] != 1 {
		t.Errorf("map run %+v", m)
	}
	if want := (Coverage{Subjects: 4, Scored: 2, NotScored: 2, HighRisk: 1}); m.Counted == nil || *m.Counted != want {
		t.Errorf("counted %+v, want %+v", m.Counted, want)
	}
	if c := OfCohort("", execute(t, definition, map[string]any{}, nil), 0, unredacted, &Children{}); c.MapRun.Counted != nil || c.Alerted {
		t.Errorf("an execution without counts: %+v", c.MapRun.Counted)
	}
}

func TestOverlap(t *testing.T) {
	at := func(seconds int) time.Time { return time.Unix(int64(seconds), 0) }
	most, took := overlap([][2]time.Time{{at(0), at(2)}, {at(1), at(3)}, {at(2), at(4)}, {at(9), at(10)}})
	if most != 2 || took != 10*time.Second {
		t.Errorf("%d at once within %v, want 2 within 10s", most, took)
	}
	if most, took := overlap(nil); most != 0 || took != 0 {
		t.Errorf("no lives: %d, %v", most, took)
	}
}

func TestSummaryOfACohort(t *testing.T) {
	s := NewSummary("dev", "m")
	s.AddCohort(&Cohort{Ending: Ending{Status: asl.Succeeded, Path: []string{"End"}}, Coverage: Coverage{Subjects: 5, Scored: 4, NotScored: 1, HighRisk: 3}}, 1)
	want := &Summary{
		Environment: "dev", StateMachine: "m", Executions: 1, Succeeded: 1, Alerts: 1, Coverage: &Coverage{Subjects: 5, Scored: 4, NotScored: 1, HighRisk: 3},
		ByDecision: map[string]int{"HIGH_RISK": 3, "LOW_RISK": 1, "UNDECIDED": 1}, ByLastState: map[string]int{"End": 1}, ByError: map[string]int{},
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

func TestStrictly(t *testing.T) {
	reported := child(t, nil, &asl.Error{Name: "Model.Down", Cause: "No model."})
	redact := NewRedactor(value.Must(map[string]any{"F": map[string]any{"Type": "Fail", "Cause": "Nothing."}})).Strictly(reported)
	for cause, want := range map[string]string{"No model.": "No model.", "Nothing.": "Nothing.", "it is not 83": "…"} {
		if got := redact(cause); got != want {
			t.Errorf("%q becomes %q, want %q", cause, got, want)
		}
	}
}

// A batch in whose place there is another execution's record was scored, and does not count.
func TestABatchWithARecordOfAnotherExecution(t *testing.T) {
	var children Children
	conflict := &asl.Execution{Status: asl.Succeeded, Output: value.Must(map[string]any{"scored": 0.0, "high": 0.0, "failed": 2.0, "conflicts": 1.0})}
	if b := children.Add(conflict); b.Reason != "another execution, cohort or definition wrote the record of the batch" {
		t.Errorf("the reason is %q", b.Reason)
	}
}
