package asl

import (
	"context"
	"errors"
	"fmt"
	"maps"
)

// ExecutionRedriven holds the details of the event of that name.
type ExecutionRedriven struct{ RedriveCount int }

func (d *ExecutionRedriven) attributes() map[string]any {
	return map[string]any{"redriveCount": float64(d.RedriveCount)}
}

// resumption is the point where a redriven execution continues. It is nil for an execution that is not redriven.
type resumption struct {
	failed    *Execution
	state     state
	input     any
	variables map[string]any
	count     int // number of redrives, including this one
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
	b.x.result.History = append(b.x.result.History, r.failed.History...)
	b.x.events = int64(len(r.failed.History))
	b.previous = b.x.events
	b.scope.assign(r.variables)
	b.record("ExecutionRedriven", &ExecutionRedriven{RedriveCount: r.count})
	return b.runFrom(r.state, r.input)
}

// Redrive resumes a Standard execution that did not succeed. It enters the failed state again with the same input and variables, and
// with all its retries. Clock and history continue where they stopped. Redrive does not change the failed execution. Pass the
// options of the first run; Redrive ignores their Name, ARN and Start.
//
// Redrive executes a failed Parallel or Map state again as a whole, whereas AWS resumes only its failed branches, iterations or child
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
	o.Name, o.ARN, o.Start = failed.Name, failed.ARN, failed.Stop
	return m.run(ctx, failed.Input, o, at)
}

// resumption reads from the history the state where the execution failed, its input and its variables.
func (m *Machine) resumption(failed *Execution) (*resumption, error) {
	at := &resumption{failed: failed, variables: map[string]any{}, count: 1}
	for _, event := range failed.History {
		switch d := event.Details.(type) {
		case *StateEntered:
			if s, ok := m.program.states[d.Name]; ok {
				at.state, at.input = s, d.Input
			}
		case *StateExited:
			if _, ok := m.program.states[d.Name]; ok {
				maps.Copy(at.variables, d.AssignedVariables)
			}
		case *ExecutionRedriven:
			at.count = d.RedriveCount + 1
		}
	}
	if at.state == nil {
		return nil, fmt.Errorf("asl: the history of execution %q enters no state of this machine", failed.Name)
	}
	return at, nil
}
