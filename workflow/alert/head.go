package alert

import "fmt"

// Head is the last run of a trial and model. The registry keeps it beside the items.
type Head struct {
	Run   Run   `json:"run"`
	Phase Phase `json:"phase"`

	// Source is where the run's decisions and its cohort are: what is needed to finish it.
	Source Source `json:"source"`
}

// Source says what a run decided on.
type Source struct {
	StartedAt string `json:"startedAt"` // of the execution, as workflow.Started writes it
	Records   string `json:"records"`   // the folder of the decision records, workflow.RecordsOf
	Cohort    Object `json:"cohort"`    // the object whose lines are the subjects
	Counts    Counts `json:"counts"`    // what the run counted
}

// Object is a version of an object in S3.
type Object struct {
	Bucket    string `json:"bucket"`
	Key       string `json:"key"`
	VersionID string `json:"versionId"`
}

// Counts are the counts of a run's subjects. Scored and Failed add up to Subjects.
type Counts struct {
	Subjects int `json:"subjects"`
	Scored   int `json:"scored"`
	High     int `json:"high"` // of the scored
	Failed   int `json:"failed"`
}

// Phase says how far a run has come.
type Phase string

// The phases of a run.
const (
	Begun Phase = "begun" // events and items may be missing, and nobody was told
	Told  Phase = "told"  // events and items are there, and the messages were sent

	Replaced Phase = "replaced" // told, and the trial's file names another model: the alerts are closed
)

// Step is what to do for a run.
type Step string

// What to do for a run.
const (
	Start  Step = "start"  // store the head as begun, then update the alerts
	Resume Step = "resume" // update the alerts; look for the next event of every item, which an earlier attempt may have left
	Finish Step = "finish" // resume the run of the head first
	Skip   Step = "skip"   // the run is done
)

// Next says what to do for a run after a head, nil if there was no run. A run with an earlier cut and another run with the same cut are
// refused.
func (h *Head) Next(run Run) (Step, error) {
	if err := run.check(); err != nil {
		return "", err
	}
	switch {
	case h == nil:
		return Start, nil
	case run.Cut < h.Run.Cut:
		return "", fmt.Errorf("%w: %s after %s", ErrOutOfOrder, run.Cut, h.Run.Cut)
	case run.Cut == h.Run.Cut && run.Execution != h.Run.Execution:
		return "", fmt.Errorf("%w, %s", ErrAlreadyScored, run.Cut)
	case run.Cut == h.Run.Cut && h.Phase != Begun:
		return Skip, nil
	case run.Cut == h.Run.Cut:
		return Resume, nil
	case h.Phase == Begun:
		return Finish, nil
	}
	return Start, nil
}
