package assembly

import (
	"encoding/json"

	"clinical-risk-pipeline/workflow"
)

// Form says what the executions of a state machine score.
type Form string

// The forms of the pipeline. A state machine with the state ScoreCohort scores a whole cohort; one that claims data cuts, or that refuses
// every run, that of a registered trial.
const (
	OneSubject      Form = "one subject"
	WholeCohort     Form = "a whole cohort"
	RegisteredTrial Form = "the cohorts of a registered trial"
)

// instead says how to run another form.
func (f Form) instead() string {
	switch f {
	case WholeCohort:
		return "scores one subject: omit --cohort"
	case RegisteredTrial:
		return "takes every trial: omit --registry"
	}
	return "scores a cohort: name its file with --cohort"
}

// Form says what an execution of the state machine scores.
func (m *StateMachine) Form() Form {
	var definition struct{ States map[string]any }
	err := json.Unmarshal(m.Definition, &definition)
	has := func(state string) bool { return err == nil && definition.States[state] != nil }
	switch {
	case has(workflow.ClaimCut) || has(workflow.TrialNotActive):
		return RegisteredTrial
	case has(workflow.ScoreCohort):
		return WholeCohort
	}
	return OneSubject
}
