package outcome

import (
	"fmt"
	"time"

	"clinical-risk-pipeline/asl"
)

// Cohort is the outcome of the execution of a cohort: a line of executions.jsonl.
type Cohort struct {
	Ending
	Coverage
	Records string `json:"records"` // the folder of the decision records, an S3 URI

	MapRun *MapRun `json:"-"`
}

// Coverage counts the subjects of a cohort by their decision records. A score without a record does not count.
type Coverage struct {
	Subjects  int `json:"subjects"`  // in the file
	Scored    int `json:"scored"`    // with a recorded score
	NotScored int `json:"notScored"` // without one
	HighRisk  int `json:"highRisk"`  // with a recorded score above the threshold
}

// Contradiction returns an error if the execution succeeded with counts that are not those of the decision records.
func (c *Cohort) Contradiction() error {
	counted := c.MapRun.Counted
	switch {
	case c.Status != asl.Succeeded || counted != nil && *counted == c.Coverage:
		return nil
	case counted == nil:
		return fmt.Errorf("the execution succeeded without a count of its subjects, and its decision records have %s: "+
			"trust neither, and run the cohort again", c.words())
	}
	return fmt.Errorf("the execution succeeded with %d of %d subjects scored and %d at high risk, but its decision records have %s: "+
		"trust neither, and run the cohort again", counted.Scored, counted.Subjects, counted.HighRisk, c.words())
}

// words describes the coverage.
func (c *Coverage) words() string {
	return fmt.Sprintf("%d of %d scored and %d at high risk", c.Scored, c.Subjects, c.HighRisk)
}

// Subject is the decision about one subject of a cohort: a line of subjects.jsonl.
type Subject struct {
	Subject   string   `json:"subject"`
	Line      int      `json:"line"`      // in the cohort's file, from 1
	RiskScore *float64 `json:"riskScore"` // from 0 to 1; null without a score
	Decision  Decision `json:"decision"`
	Batch     string   `json:"batch"`  // named after the place of its first subject, such as "batch-0000100"; "" for a subject in no batch
	Reason    string   `json:"reason"` // why the subject has no score; "" with a score
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

// MapRun sums up the children of a Distributed Map, each of which has a batch.
type MapRun struct {
	Batches        int           // children that ended
	Lost           int           // batches without a scored subject
	MaxConcurrency int           // the limit in the definition; 0 for none
	AtOnce         int           // the highest number of children that ran at the same time
	Invocations    int           // requests to the model, retries included
	Took           time.Duration // virtual time from the first start of a child to the last end
	Counted        *Coverage     // the counts of the pipeline itself; nil if it ended earlier
	Bill           asl.Bill      // the bill of the whole execution

	Entered     map[string]int    // how often the children entered each state
	Transitions map[[2]string]int // how often they took each transition
}

// OfCohort returns the outcome of a cohort's execution, without coverage. It adds the retries of the children.
func OfCohort(trial string, execution *asl.Execution, alerts int, redact func(cause string) string, children *Children) *Cohort {
	c := &Cohort{Ending: ending(trial, execution, alerts, redact), MapRun: children.mapRun(execution)}
	c.Retries = append(c.Retries, children.trace.retries...)
	return c
}
