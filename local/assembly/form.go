package assembly

import (
	"encoding/json"

	"clinical-risk-pipeline/workflow"
)

// Form says what the executions of a state machine score.
type Form string

// The two forms of the pipeline. A state machine with the state ScoreCohort scores a whole cohort.
const (
	OneSubject  Form = "one subject"
	WholeCohort Form = "a whole cohort"
)

// instead says how to run the other form.
func (f Form) instead() string {
	if f == WholeCohort {
		return "scores one subject: omit --cohort"
	}
	return "scores a cohort: name its file with --cohort"
}

// Form says what an execution of the state machine scores.
func (m *StateMachine) Form() Form {
	var definition struct{ States map[string]any }
	if json.Unmarshal(m.Definition, &definition) == nil && definition.States[workflow.ScoreCohort] != nil {
		return WholeCohort
	}
	return OneSubject
}
