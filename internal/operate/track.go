package operate

import (
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/workflow"
)

// Track is what a history says of an execution, without its data. A history has 25,000 events at most.
type Track struct {
	Events  int64
	Last    string   // the state of the last event
	States  []*State // in the order in which the execution entered them first
	MapRuns []string // the ARNs of its Map Runs, in order
	Pending *Pending // the approval that nobody has given yet
	Ended   bool     // whether the last event ends the execution
	Failing bool     // whether a Fail state ended it

	causes  Causes
	byName  map[string]*State
	visits  map[int64]visit // of an event that another one may follow
	latest  map[string]visit
	waiting int64 // the id of the visit that waits for an approval
}

// State counts what happened in a state.
type State struct {
	Name     string         `json:"name"`
	Entered  int            `json:"entered"`
	Retries  int            `json:"retries"`
	Failures []StateFailure `json:"failures,omitempty"` // by error and cause
}

// StateFailure is an error of a state's attempts.
type StateFailure struct {
	Error string `json:"error"`
	Cause string `json:"cause,omitempty"` // what may be shown of it
	Count int    `json:"count"`
}

// Pending is an approval that waits for a person.
type Pending struct {
	RequestedAt time.Time  `json:"requestedAt"`
	Deadline    *time.Time `json:"deadline,omitempty"` // nil if the definition has none
}

// visit is one stay in a state.
type visit struct {
	entered  int64 // the id of the event that entered it
	state    string
	attempts *int
	failed   *StateFailure
}

// Change is something that a new event tells.
type Change struct {
	At   time.Time
	What string // one line
}

// NewTrack returns an empty track.
func NewTrack(causes Causes) *Track {
	return &Track{causes: causes, byName: map[string]*State{}, visits: map[int64]visit{}, latest: map[string]visit{}}
}

// Add adds the next event, and returns what it changes for a person who follows; nil for nothing.
func (t *Track) Add(e *asl.Event) *Change {
	at := t.visits[e.PreviousEventID]
	told := ""
	switch details := e.Details.(type) {
	case *asl.StateEntered:
		at = t.enter(e, details.Name)
		told = details.Name
	case *asl.StateExited:
		at = t.latest[details.Name]
		t.leave(at)
	case *asl.MapIteration:
		at = t.latest[details.Name]
	case *asl.EvaluationFailed:
		at = t.latest[details.State]
		told = t.fail(&at, details.Error, details.Cause)
	case *asl.TaskScheduled:
		told = t.attempt(e, at, details)
	case *asl.MapRunStarted:
		t.MapRuns = append(t.MapRuns, details.MapRunARN)
	case *asl.ExecutionRedriven:
		told = "redriven"
	case *asl.Failure:
		if !strings.HasPrefix(e.Type, "Execution") {
			told = t.fail(&at, details.Error, details.Cause)
		}
	}
	t.Events, t.Ended = e.ID, ends[e.Type]
	if !t.Ended {
		t.Last = at.state
		t.Failing = e.Type == "FailStateEntered"
	} else {
		t.Pending = nil
	}
	if t.visits[e.ID] = at; at.attempts == nil {
		delete(t.visits, e.ID)
	}
	if told == "" {
		return nil
	}
	return &Change{e.Timestamp, told}
}

// ends are the types of the events that end an execution.
var ends = map[string]bool{"ExecutionSucceeded": true, "ExecutionFailed": true, "ExecutionTimedOut": true, "ExecutionAborted": true}

func (t *Track) enter(e *asl.Event, name string) visit {
	if t.byName[name] == nil {
		t.byName[name] = &State{Name: name}
		t.States = append(t.States, t.byName[name])
	}
	t.byName[name].Entered++
	v := visit{entered: e.ID, state: name, attempts: new(int), failed: new(StateFailure)}
	t.latest[name] = v
	return v
}

// leave ends a visit.
func (t *Track) leave(v visit) {
	if v.entered == t.waiting {
		t.Pending, t.waiting = nil, 0
	}
}

// attempt counts an attempt of a state's task.
func (t *Track) attempt(e *asl.Event, at visit, details *asl.TaskScheduled) string {
	if at.attempts == nil {
		return ""
	}
	*at.attempts++
	told := ""
	if *at.attempts > 1 {
		t.byName[at.state].Retries++
		told = at.state + ": tries again after " + describe(at.failed.Error, at.failed.Cause)
	}
	if at.state == workflow.RequestApproval {
		t.Pending, t.waiting = &Pending{RequestedAt: e.Timestamp}, at.entered
		if details.TimeoutInSeconds > 0 {
			deadline := e.Timestamp.Add(time.Duration(details.TimeoutInSeconds) * time.Second)
			t.Pending.Deadline = &deadline
		}
	}
	return told
}

// fail counts an error of a state.
func (t *Track) fail(at *visit, name, cause string) string {
	if at.attempts == nil {
		return ""
	}
	shown := t.causes.Of(cause, false)
	*at.failed = StateFailure{Error: name, Cause: shown}
	state := t.byName[at.state]
	for i := range state.Failures {
		if f := &state.Failures[i]; f.Error == name && withoutRequest(f.Cause) == withoutRequest(shown) {
			f.Count++
			return at.state + ": " + describe(name, shown)
		}
	}
	if len(state.Failures) < maxFailures {
		state.Failures = append(state.Failures, StateFailure{name, shown, 1})
	}
	return at.state + ": " + describe(name, shown)
}

// maxFailures is the maximum number of errors of a state that are told apart.
const maxFailures = 20

// withoutRequest removes the id of a request: each attempt has its own.
func withoutRequest(cause string) string {
	cause, _, _ = strings.Cut(cause, " Request ID: ")
	return cause
}

func describe(name, cause string) string {
	switch {
	case name == "":
		return "an error"
	case cause == "":
		return name
	}
	return name + " (" + cause + ")"
}
