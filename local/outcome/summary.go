package outcome

import "clinical-risk-pipeline/asl"

// Summary counts the outcomes of a run. It is the same on every run of the same input: durations are not in it.
type Summary struct {
	Environment  string         `json:"environment"`
	StateMachine string         `json:"stateMachine"`
	Threshold    *float64       `json:"threshold"`  // the risk above which the pipeline alerts; null if the definition does not have it as a number
	Executions   int            `json:"executions"` // that ended
	Succeeded    int            `json:"succeeded"`
	Failed       int            `json:"failed"` // did not succeed
	Alerts       int            `json:"alerts"` // that were published
	Retries      int            `json:"retries"`
	*Coverage                   // of a cohort; nil otherwise
	ByDecision   map[string]int `json:"byDecision"`  // of subjects
	ByLastState  map[string]int `json:"byLastState"` // by the state in which the execution ended
	ByError      map[string]int `json:"byError"`     // by the name of the error; of a timed out execution without one, its status
}

// NewSummary returns a summary without outcomes.
func NewSummary(environment, stateMachine string) *Summary {
	return &Summary{Environment: environment, StateMachine: stateMachine,
		ByDecision: map[string]int{}, ByLastState: map[string]int{}, ByError: map[string]int{}}
}

// Add counts an outcome with that many alerts.
func (s *Summary) Add(o *Outcome, alerts int) {
	s.end(&o.Ending, alerts)
	s.ByDecision[string(o.Decision)]++
}

// AddCohort counts the outcome of a cohort with that many alerts; ByDecision counts its subjects.
func (s *Summary) AddCohort(c *Cohort, alerts int) {
	s.end(&c.Ending, alerts)
	s.Coverage = &c.Coverage
	for decision, n := range map[Decision]int{HighRisk: c.HighRisk, LowRisk: c.Scored - c.HighRisk, Undecided: c.NotScored} {
		if n > 0 {
			s.ByDecision[string(decision)] = n
		}
	}
}

// end counts an execution that ended.
func (s *Summary) end(e *Ending, alerts int) {
	s.Executions++
	s.Alerts += alerts
	if e.Status == asl.Succeeded {
		s.Succeeded++
	} else {
		s.Failed++
		s.ByError[e.ErrorName()]++
	}
	for _, r := range e.Retries {
		s.Retries += r.Count
	}
	s.ByLastState[e.LastState()]++
}
