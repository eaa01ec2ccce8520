package asl

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"clinical-risk-pipeline/asl/internal/clock"
	"clinical-risk-pipeline/asl/value"
)

// execution is a running execution of the machine, or a child execution of a Distributed Map.
type execution struct {
	run         *run
	result      Execution
	kind        Type
	machineARN  string
	machineName string
	deadline    time.Time
	parent      *execution // of a child execution
	random      *rand.Rand
	recording   bool        // keep the history
	resumed     *resumption // of a redriven execution
	events      int64
	full        bool // the history has room only for the last event
	ended       bool
	visits      int
	context     *value.Object
}

// newExecution returns an execution that starts now.
func (r *run) newExecution(m *Machine, kind Type, name, arn string, input any, now time.Time) *execution {
	x := &execution{run: r, kind: kind, random: r.random,
		machineARN: r.options.StateMachine.ARN, machineName: r.options.StateMachine.Name,
		result: Execution{Name: name, ARN: arn, Input: input, Start: now}}
	lifetime := maxStandard
	if kind == Express {
		lifetime = maxExpress
		r.bill.ExpressRequests++
	}
	if m.timeout > 0 {
		lifetime = min(lifetime, time.Duration(m.timeout)*time.Second)
	}
	x.deadline = now.Add(lifetime)
	return x
}

// perform runs the program to its end and fills in the result. It returns an error that is foreign or belongs to an outer execution.
func (x *execution) perform(p *program, process *clock.Process) error {
	b := newBranch(x, process, nil, nil, 0)
	output, err := x.begin(b, p)
	if err == nil && x.full {
		err = historyFailure()
	}
	x.result.Stop, x.ended = process.Now(), true
	x.billTime()
	var e *failure
	var late *expired
	var stop *Stop
	switch {
	case err == nil:
		x.result.Status, x.result.Output = Succeeded, output
		b.record("ExecutionSucceeded", &ExecutionSucceeded{Output: output})
	case errors.As(err, &e):
		x.result.Status, x.result.Error, x.result.Cause = Failed, e.name, e.cause
		b.record("ExecutionFailed", &Failure{Error: e.name, Cause: e.cause})
	case errors.As(err, &late) && late.execution == x:
		x.result.Status, x.result.Error = TimedOut, ErrTimeout
		b.record("ExecutionTimedOut", &Failure{Error: ErrTimeout})
	case errors.As(err, &stop) && x.parent == nil:
		x.result.Status, x.result.Error, x.result.Cause = Aborted, stop.Name, stop.Cause
		x.record(0, process.Now(), "ExecutionAborted", &Failure{Error: stop.Name, Cause: stop.Cause})
	default:
		x.result.Status = Aborted
		b.record("ExecutionAborted", nil)
		return err
	}
	return nil
}

// begin starts or resumes the execution.
func (x *execution) begin(b *branch, p *program) (any, error) {
	if x.resumed != nil {
		return x.resumed.begin(b)
	}
	b.note("ExecutionStarted", &ExecutionStarted{Input: x.result.Input, RoleARN: x.run.options.RoleARN})
	if err := checkSize(x.result.Input, x.result.Name); err != nil {
		return nil, err
	}
	return b.run(p, x.result.Input)
}

// record appends an event and returns its id. It keeps the last place in the history for the event that ends the execution.
func (x *execution) record(previous int64, now time.Time, eventType string, details Details) int64 {
	if x.kind == Standard && x.events >= maxEvents-1 && !x.ended {
		x.full = true
		return previous
	}
	x.events++
	event := Event{ID: x.events, PreviousEventID: previous, Timestamp: now, Type: eventType, Details: details}
	if tell := x.run.options.OnEvent; tell != nil && x.parent == nil {
		tell(&event)
	} else if x.recording {
		if history := x.result.History; len(history) == cap(history) {
			x.result.History = slices.Grow(history, max(64, len(history)))
		}
		x.result.History = append(x.result.History, event)
	}
	return x.events
}

// admit fails when the context is cancelled or a limit is reached. It is called before an execution continues.
func (x *execution) admit() error {
	if x.run.ctx.Err() != nil {
		return &foreign{context.Cause(x.run.ctx)}
	}
	if x.full {
		return historyFailure()
	}
	x.visits++
	if x.kind == Express && x.visits > maxExpressVisits {
		return &expired{x}
	}
	return nil
}

// historyFailure is the failure of an execution whose history is full.
func historyFailure() error {
	return &failure{name: ErrRuntime, cause: fmt.Sprintf("The execution reached the maximum number of history events (%d).", maxEvents)}
}

// sleepUntil lets virtual time pass, at most until the execution's deadline.
func (b *branch) sleepUntil(t time.Time) error {
	deadline, owner := b.deadline()
	if !t.After(deadline) {
		return b.p.SleepUntil(t)
	}
	if err := b.p.SleepUntil(deadline); err != nil {
		return err
	}
	return &expired{owner}
}

// deadline returns the first deadline of the execution and those around it, and the execution that has it.
func (b *branch) deadline() (time.Time, *execution) {
	owner := b.x
	for x := b.x.parent; x != nil; x = x.parent {
		if x.deadline.Before(owner.deadline) {
			owner = x
		}
	}
	return owner.deadline, owner
}

// transition counts a state transition.
func (x *execution) transition() {
	if x.kind == Standard {
		x.run.bill.Transitions++
	}
}

// billTime adds the duration of an Express execution to the bill, in steps of 100 ms at 64 MB.
func (x *execution) billTime() {
	if x.kind == Express {
		steps := math.Ceil(x.result.Stop.Sub(x.result.Start).Seconds() * 10)
		x.run.bill.ExpressGBSeconds += max(steps, 1) / 10 * 64 / 1024
	}
}
