package outcome

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/local/intake"
)

// execute runs a definition. Its tasks fail with one error after the other, and then return the result.
func execute(t *testing.T, definition string, input any, result any, failures ...*asl.Error) *asl.Execution {
	t.Helper()
	machine, err := asl.Load([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	execution, err := machine.Run(t.Context(), input, asl.Options{Name: "e", Handler: asl.HandlerFunc(
		func(context.Context, *asl.Task) (asl.Reply, error) {
			if len(failures) > 0 {
				failure := failures[0]
				failures = failures[1:]
				return asl.Reply{}, failure
			}
			return asl.Reply{Output: result}, nil
		})})
	if err != nil {
		t.Fatal(err)
	}
	return execution
}

// pipeline scores, checks and notifies, in JSONPath. Its states have the names of the real ones.
const pipeline = `{"StartAt": "InvokeModel", "States": {
	"InvokeModel": {"Type": "Task", "Resource": "arn:aws:states:::a:b", "ResultPath": "$.inference", "Next": "CheckRisk",
		"Retry": [{"ErrorEquals": ["Model.Busy"], "MaxAttempts": 3}]},
	"CheckRisk": {"Type": "Choice", "Choices": [{"Variable": "$.inference.risk_score", "NumericGreaterThan": 0.75, "Next": "NotifyTeam"}], "Default": "End"},
	"NotifyTeam": {"Type": "Task", "Resource": "arn:aws:states:::a:c", "Next": "End"},
	"End": {"Type": "Succeed"}}}`

var input = intake.Input{Line: 1, Subject: "S-1", TrialID: "T-1", Value: value.Must(map[string]any{"subject": "S-1", "transformed_features": map[string]any{"age": 83.0}})}

// unredacted returns a cause unchanged.
func unredacted(cause string) string { return cause }

func pipelineOutcome(t *testing.T, notifications int, result any, failures ...*asl.Error) *Outcome {
	t.Helper()
	return Of(input, execute(t, pipeline, input.Value, result, failures...), notifications, unredacted)
}

func answer(score any) any { return map[string]any{"risk_score": score} }

func TestOutcomeOfSuccess(t *testing.T) {
	score := 0.9
	want := &Outcome{
		Subject: "S-1", RiskScore: &score, Decision: HighRisk,
		Ending: Ending{
			TrialID: "T-1", Execution: "e", Status: asl.Succeeded, Alerted: true,
			Path:        []string{"InvokeModel", "CheckRisk", "NotifyTeam", "End"},
			Retries:     []Retry{{"InvokeModel", 2}},
			Transitions: [][2]string{{"InvokeModel", "CheckRisk"}, {"CheckRisk", "NotifyTeam"}, {"NotifyTeam", "End"}},
		},
	}
	busy := &asl.Error{Name: "Model.Busy"}
	if diff := cmp.Diff(want, pipelineOutcome(t, 1, answer(0.9), busy, busy)); diff != "" {
		t.Errorf("outcome (-want +got):\n%s", diff)
	}
}

func TestOutcomeOfFailure(t *testing.T) {
	name, cause := "Model.Down", "No model."
	want := &Outcome{
		Subject: "S-1", Decision: Undecided,
		Ending: Ending{
			TrialID: "T-1", Execution: "e", Status: asl.Failed, Error: &name, Cause: &cause,
			Path: []string{"InvokeModel"}, Retries: []Retry{}, FailedIn: "InvokeModel",
		},
	}
	if diff := cmp.Diff(want, pipelineOutcome(t, 0, nil, &asl.Error{Name: name, Cause: cause})); diff != "" {
		t.Errorf("outcome (-want +got):\n%s", diff)
	}
}

// A subject is at high risk even if the alert failed. The execution failed, too.
func TestHighRiskWithoutAnAlert(t *testing.T) {
	definition := `{"StartAt": "CheckRisk", "States": {"CheckRisk": {"Type": "Pass", "Next": "NotifyTeam"},
		"NotifyTeam": {"Type": "Task", "Resource": "arn:aws:states:::a:c", "End": true}}}`
	data := map[string]any{"inference": answer(0.9)}
	o := Of(input, execute(t, definition, data, nil, &asl.Error{Name: "SNS.Down"}), 0, unredacted)
	if o.Decision != HighRisk || o.Alerted || o.Status != asl.Failed || o.FailedIn != "NotifyTeam" {
		t.Errorf("outcome %+v, want a high risk without an alert", o)
	}
}

// Another pipeline may succeed without a usable score. That is not a low risk.
func TestSuccessWithoutAScore(t *testing.T) {
	for reason, score := range map[string]any{"a string": "0.2", "null": nil, "below zero": -0.1, "above one": 1.1} {
		definition := `{"StartAt": "CheckRisk", "States": {"CheckRisk": {"Type": "Pass", "Next": "End"}, "End": {"Type": "Succeed"}}}`
		o := Of(input, execute(t, definition, map[string]any{"inference": answer(score)}, nil), 0, unredacted)
		if o.Status != asl.Succeeded || o.Decision != Undecided || o.RiskScore != nil {
			t.Errorf("%s: outcome %+v, want undecided", reason, o)
		}
	}
}

// A low score of an execution that failed is not a low risk.
func TestFailureAfterALowScore(t *testing.T) {
	definition := `{"StartAt": "CheckRisk", "States": {"CheckRisk": {"Type": "Pass", "Next": "RecordDecision"},
		"RecordDecision": {"Type": "Task", "Resource": "arn:aws:states:::a:c", "End": true}}}`
	o := Of(input, execute(t, definition, map[string]any{"inference": answer(0.2)}, nil, &asl.Error{Name: "S3.Down"}), 0, unredacted)
	if o.Status != asl.Failed || o.Decision != Undecided || o.RiskScore == nil {
		t.Errorf("outcome %+v, want undecided, with the score", o)
	}
}

// The events of parallel branches interleave. Each retry and transition counts in its own branch.
func TestRetriesInBranches(t *testing.T) {
	branch := func(name string) string {
		return `{"StartAt": "` + name + `1", "States": {"` + name + `1": {"Type": "Task", "Resource": "arn:aws:states:::a:b", "Next": "` + name + `2",
			"Retry": [{"ErrorEquals": ["States.ALL"]}]}, "` + name + `2": {"Type": "Pass", "End": true}}}`
	}
	definition := `{"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": [` + branch("A") + `,` + branch("B") + `], "End": true}}}`
	o := Of(input, execute(t, definition, input.Value, nil, &asl.Error{Name: "X"}, &asl.Error{Name: "X"}), 0, unredacted)
	if diff := cmp.Diff([]Retry{{"A1", 1}, {"B1", 1}}, o.Retries); diff != "" {
		t.Errorf("retries (-want +got):\n%s", diff)
	}
	taken := map[[2]string]bool{}
	for _, transition := range o.Transitions {
		taken[transition] = true
	}
	if !taken[[2]string{"A1", "A2"}] || !taken[[2]string{"B1", "B2"}] || taken[[2]string{"A1", "B2"}] {
		t.Errorf("transitions %v", o.Transitions)
	}
}

func TestSummary(t *testing.T) {
	s := NewSummary("dev", "m")
	s.Add(pipelineOutcome(t, 1, answer(0.9)), 1)
	s.Add(pipelineOutcome(t, 0, answer(0.1), &asl.Error{Name: "Model.Busy"}), 0)
	s.Add(pipelineOutcome(t, 0, nil, &asl.Error{Name: "Model.Down"}), 0)
	want := &Summary{
		Environment: "dev", StateMachine: "m", Executions: 3, Succeeded: 2, Failed: 1, Alerts: 1, Retries: 1,
		ByDecision:  map[string]int{"HIGH_RISK": 1, "LOW_RISK": 1, "UNDECIDED": 1},
		ByLastState: map[string]int{"End": 2, "InvokeModel": 1},
		ByError:     map[string]int{"Model.Down": 1},
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

// A timed-out execution may have no error. Its status counts instead.
func TestErrorName(t *testing.T) {
	none, timeout := "", "States.Timeout"
	for _, c := range []struct {
		outcome Outcome
		want    string
	}{
		{Outcome{Ending: Ending{Status: asl.Succeeded}}, ""},
		{Outcome{Ending: Ending{Status: asl.TimedOut, Error: &none}}, "TIMED_OUT"},
		{Outcome{Ending: Ending{Status: asl.TimedOut, Error: &timeout}}, "States.Timeout"},
	} {
		if got := c.outcome.ErrorName(); got != c.want {
			t.Errorf("error name of %s is %q, want %q", c.outcome.Status, got, c.want)
		}
	}
}
