package outcome

import (
	"time"

	"clinical-risk-pipeline/asl"
)

// Cohort is how the execution of a cohort ended: a line of executions.jsonl.
type Cohort struct {
	Ending
	Coverage
	Records string `json:"records"` // the place of the decision records, an S3 URI

	MapRun *MapRun `json:"-"`
}

// Coverage says how many subjects of a cohort were scored, by their decision records: what is not recorded does not count.
type Coverage struct {
	Subjects  int `json:"subjects"`  // in the file
	Scored    int `json:"scored"`    // with a recorded score
	NotScored int `json:"notScored"` // without one
	HighRisk  int `json:"highRisk"`  // with a recorded score above the threshold
}

// Subject is what was decided about one subject of a cohort: a line of subjects.jsonl.
type Subject struct {
	Subject   string   `json:"subject"`
	Line      int      `json:"line"`      // in the cohort's file, from 1
	RiskScore *float64 `json:"riskScore"` // from 0 to 1; null when there is none
	Decision  Decision `json:"decision"`
	Batch     string   `json:"batch"`  // "batch-0000100", named after the place of its first subject; "" when the subject was in none
	Reason    string   `json:"reason"` // why there is no score; "" when there is one
}

// Add counts a subject.
func (c *Coverage) Add(s *Subject) {
	c.Subjects++
	switch s.Decision {
	case HighRisk:
		c.Scored, c.HighRisk = c.Scored+1, c.HighRisk+1
	case LowRisk:
		c.Scored++
	default:
		c.NotScored++
	}
}

// MapRun is what the children of a Distributed Map did, each with a batch.
type MapRun struct {
	Batches        int           // children that ended
	Lost           int           // batches of which no subject was scored
	MaxConcurrency int           // as the definition says; 0: no limit of its own
	AtOnce         int           // the most children that ran at the same time
	Invocations    int           // attempts to get the scores of a batch
	Took           time.Duration // virtual time from the first child's start to the last one's end
	Counted        *Coverage     // what the pipeline itself counted; nil when it did not come so far
	Bill           asl.Bill      // of the whole execution

	Entered     map[string]int    // how often the children entered each state
	Transitions map[[2]string]int // and took each transition
}

// OfCohort returns the outcome of a cohort's execution, without coverage. Retries of the children count as the execution's.
func OfCohort(trial string, execution *asl.Execution, alerts int, redact func(cause string) string, children *Children) *Cohort {
	c := &Cohort{Ending: ending(trial, execution, alerts, redact), MapRun: children.mapRun(execution)}
	c.Retries = append(c.Retries, children.trace.retries...)
	return c
}
