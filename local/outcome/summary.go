package outcome

import "clinical-risk-pipeline/asl"

// Summary counts the outcomes of a run. It is the same on every run of the same input: durations are not in it.
type Summary struct {
	Environment  string         `json:"environment"`
	StateMachine string         `json:"stateMachine"`
	Executions   int            `json:"executions"` // that ended
	Succeeded    int            `json:"succeeded"`
	Failed       int            `json:"failed"` // did not succeed
	Alerts       int            `json:"alerts"` // notifications that were published
	Retries      int            `json:"retries"`
	ByDecision   map[string]int `json:"byDecision"`
	ByLastState  map[string]int `json:"byLastState"` // by the state in which the execution ended
	ByError      map[string]int `json:"byError"`     // by the name of the error; of a timed out execution without one, its status
}

// NewSummary returns a summary without outcomes.
func NewSummary(environment, stateMachine string) *Summary {
	return &Summary{Environment: environment, StateMachine: stateMachine,
		ByDecision: map[string]int{}, ByLastState: map[string]int{}, ByError: map[string]int{}}
}

// Add counts an outcome with that many notifications.
func (s *Summary) Add(o *Outcome, notifications int) {
	s.Executions++
	s.Alerts += notifications
	if o.Status == asl.Succeeded {
		s.Succeeded++
	} else {
		s.Failed++
		s.ByError[o.ErrorName()]++
	}
	for _, r := range o.Retries {
		s.Retries += r.Count
	}
	s.ByDecision[string(o.Decision)]++
	s.ByLastState[o.LastState()]++
}
