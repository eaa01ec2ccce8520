package operate

// Outcome is how an execution ended, or how far it came. It has no data of the execution.
type Outcome struct {
	Execution
	Cause     string   `json:"cause,omitempty"`     // what may be shown of it
	LastState string   `json:"lastState,omitempty"` // where the execution is, or where it failed
	Events    int64    `json:"events"`
	States    []*State `json:"states"`
	MapRuns   []MapRun `json:"mapRuns,omitempty"`
	Approval  *Pending `json:"approval,omitempty"` // what waits for a person
}

// Succeeded reports whether the execution succeeded.
func (o *Outcome) Succeeded() bool { return o.Status == "SUCCEEDED" }

func outcomeOf(e *Execution, t *Track, runs []MapRun) *Outcome {
	o := &Outcome{
		Execution: *e, Cause: t.causes.Of(e.cause, t.Failing), LastState: t.Last, Events: t.Events, States: t.States, MapRuns: runs, Approval: t.Pending,
	}
	if o.States == nil {
		o.States = []*State{}
	}
	return o
}
