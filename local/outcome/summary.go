package outcome

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local/labels"
)

// Summary counts the outcomes of a run. Equal inputs have equal summaries: it has no durations.
type Summary struct {
	Environment  string   `json:"environment"`
	StateMachine string   `json:"stateMachine"`
	Threshold    *float64 `json:"threshold"` // the risk above which the pipeline alerts; null if the definition does not have it as a number
	// DefinedThreshold is the threshold of the definition, if the run used another one; nil if not.
	DefinedThreshold *float64       `json:"definedThreshold,omitempty"`
	Executions       int            `json:"executions"` // executions that ended
	Succeeded        int            `json:"succeeded"`
	Failed           int            `json:"failed"` // executions that did not succeed
	Alerts           int            `json:"alerts"` // published alerts
	Retries          int            `json:"retries"`
	*Coverage                       // nil without a cohort
	Excluded         map[string]int `json:"excluded,omitempty"` // subjects whom the extraction left out, by reason; nil if it did not run here
	ByDecision       map[string]int `json:"byDecision"`         // subjects by decision
	ByLastState      map[string]int `json:"byLastState"`        // executions by their last state
	ByError          map[string]int `json:"byError"`            // executions by the name of their error, or else by their status

	// Labels compares the scores with known outcomes; nil without --labels.
	Labels *labels.Comparison `json:"labels,omitempty"`
}

// NewSummary returns a summary without outcomes.
func NewSummary(environment, stateMachine string) *Summary {
	return &Summary{Environment: environment, StateMachine: stateMachine,
		ByDecision: map[string]int{}, ByLastState: map[string]int{}, ByError: map[string]int{}}
}

// Add counts an outcome and its alerts.
func (s *Summary) Add(o *Outcome, alerts int) {
	s.end(&o.Ending, alerts)
	s.ByDecision[string(o.Decision)]++
}

// AddCohort counts the outcome of a cohort and its alerts. ByDecision counts its subjects.
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

// ExcludedWords says whom the extraction left out, such as "2 ended, 1 screen_failure"; "" if nobody.
func (s *Summary) ExcludedWords() string {
	var words []string
	for _, reason := range slices.SortedFunc(maps.Keys(s.Excluded), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Excluded[b], s.Excluded[a]), cmp.Compare(a, b))
	}) {
		words = append(words, fmt.Sprint(s.Excluded[reason], " ", reason))
	}
	return strings.Join(words, ", ")
}

// ExcludedCount is the number of subjects whom the extraction left out.
func (s *Summary) ExcludedCount() (count int) {
	for _, n := range s.Excluded {
		count += n
	}
	return count
}

// NoCohort tells whether an execution was to score a cohort, and no subject came to the model: the extraction failed, or the cohort is
// empty.
func (s *Summary) NoCohort() bool { return s.Coverage != nil && s.Subjects == 0 }

// NobodyScored tells whether subjects were to be scored, and none has a decision by a score.
func (s *Summary) NobodyScored() bool {
	return s.ByDecision[string(HighRisk)] == 0 && s.ByDecision[string(LowRisk)] == 0 && s.ByDecision[string(Undecided)] > 0
}
