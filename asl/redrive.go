package asl

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clinical-risk-pipeline/asl/value"
)

// ExecutionRedriven holds the details of the event of that name.
type ExecutionRedriven struct{ RedriveCount int }

func (d *ExecutionRedriven) encode(e *EventEncoder) { e.number("redriveCount", int64(d.RedriveCount)) }

// resumption is the point where a redriven execution continues. It is nil for an execution that is not redriven.
type resumption struct {
	failed    *Execution
	state     state
	input     any
	variables *value.Object
	count     int         // number of redrives, including this one
	time      time.Time   // of this redrive
	done      map[int]any // of an inline Map: the outputs of the iterations that succeeded, by index, until the Map took them
	again     bool        // while the history is read: the Map is about to start again by a redrive
}

// finished returns the outputs of the iterations of the failed Map that succeeded, once: a retrier repeats the whole Map.
func (r *resumption) finished(s *mapState) map[int]any {
	if r == nil || r.state != state(s) {
		return nil
	}
	done := r.done
	r.done = nil
	return done
}

// isFlat reports whether no iteration of the Map has iterations or branches of its own.
func (s *mapState) isFlat() bool {
	for _, inner := range s.processor.states {
		switch inner.(type) {
		case *mapState, *parallelState:
			return false
		}
	}
	return true
}

// enter notes that the execution entered a state. One that a redrive enters again keeps its iterations.
func (r *resumption) enter(s state, input any) {
	if r.state != s || !r.again {
		r.done, r.again = nil, false
	}
	r.state, r.input = s, input
}

// note keeps what an event says of the iterations of a Map.
func (r *resumption) note(event *Event, outputs map[int64]any) {
	switch d := event.Details.(type) {
	case *ExecutionRedriven:
		r.again = true
	case *MapStarted:
		if s, ok := r.state.(*mapState); ok && s.isFlat() && (!r.again || r.done == nil) { // a first attempt, or a retrier's
			r.done = map[int]any{}
		}
		r.again = false
	case *StateExited:
		outputs[event.ID] = d.Output
	case *MapIteration:
		if r.done != nil && event.Type == "MapIterationSucceeded" {
			r.done[d.Index] = outputs[event.PreviousEventID]
		}
	}
}

func (r *resumption) redrives() int {
	if r == nil {
		return 0
	}
	return r.count
}

// begin restores the history and variables of the failed execution and continues.
func (r *resumption) begin(b *branch) (any, error) {
	b.x.result.Start = r.failed.Start
	if b.x.run.options.OnEvent == nil {
		b.x.result.History = append(b.x.result.History, r.failed.History...)
	}
	b.x.events = int64(len(r.failed.History))
	b.previous = b.x.events
	b.scope.assign(r.variables)
	b.record("ExecutionRedriven", &ExecutionRedriven{RedriveCount: r.count})
	return b.runFrom(r.state, r.input)
}

// Redrive resumes a Standard execution that did not succeed. It enters the failed state again with the same input and variables, and
// with all its retries. Clock and history continue where they stopped. Redrive does not change the failed execution. Pass the
// options of the first run; Redrive ignores their Name and ARN, and Start, unless it is later than the end.
//
// Of a failed inline Map, Redrive repeats the iterations that did not succeed, each from its first state. It executes a failed Parallel
// state, a Distributed Map and a Map with iterations or branches inside again as a whole, whereas AWS resumes only their failed branches, iterations or child
// executions. See https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html.
func (m *Machine) Redrive(ctx context.Context, failed *Execution, o Options) (*Execution, error) {
	if failed.Status == Succeeded {
		return nil, errors.New("asl: an execution that succeeded cannot be redriven")
	}
	if o.Type == Express {
		return nil, errors.New("asl: an Express execution cannot be redriven")
	}
	at, err := m.resumption(failed)
	if err != nil {
		return nil, err
	}
	o.Name, o.ARN = failed.Name, failed.ARN
	if o.Start.Before(failed.Stop) {
		o.Start = failed.Stop
	}
	at.time = o.Start
	return m.run(ctx, failed.Input, o, at)
}

// resumption reads from the history the state where the execution failed, its input and its variables.
func (m *Machine) resumption(failed *Execution) (*resumption, error) {
	at := &resumption{failed: failed, variables: value.NewObject(0), count: 1}
	outputs := map[int64]any{}
	entered := false
	for i := range failed.History {
		event := &failed.History[i]
		at.note(event, outputs)
		switch d := event.Details.(type) {
		case *StateEntered:
			entered = true
			if s, ok := m.program.states[d.Name]; ok {
				at.enter(s, d.Input)
			}
		case *StateExited:
			if _, ok := m.program.states[d.Name]; ok {
				for _, m := range d.AssignedVariables.Members() {
					at.variables.Set(m.Key, m.Value)
				}
			}
		case *ExecutionRedriven:
			at.count = d.RedriveCount + 1
		}
	}
	if !entered && len(failed.History) > 0 { // It was stopped before its first state.
		at.enter(m.program.start, failed.Input)
	}
	if at.state == nil {
		return nil, fmt.Errorf("asl: the history of execution %q enters no state of this machine", failed.Name)
	}
	return at, nil
}
