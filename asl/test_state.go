package asl

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clinical-risk-pipeline/asl/value"
)

// StateTest is a visit to one state without the rest of its machine, for [Machine.TestState].
type StateTest struct {
	State     string     // the name of the state, at any depth
	Input     any        // any value that encoding/json can marshal
	Variables any        // an object: the variables before the state. Default: none
	Context   any        // the context object, without Map. Default: made from the options
	Retries   int        // how often the retrier that matches an error has retried before
	Mock      *StateMock // replaces the work of a Parallel or Map state; a task gets it from the handler. Default: the work is done
}

// StateMock is what comes of the work of a state under test.
type StateMock struct {
	Result      any
	Err         *Error  // nil: the work succeeds with Result
	FailedItems int     // of a Map: how many items failed, which the tolerance of a Distributed Map judges
	Items       *string // of a Distributed Map with an ItemReader: the object that it reads. nil: the items are unknown
}

// StateStatus is how the visit to a state ended.
type StateStatus string

// The statuses of a tested state, as TestState names them.
const (
	StateSucceeded StateStatus = "SUCCEEDED"
	StateFailed    StateStatus = "FAILED"
	StateRetriable StateStatus = "RETRIABLE"    // a retrier has an attempt left
	StateCaught    StateStatus = "CAUGHT_ERROR" // a catcher leads to the next state
)

// StateResult is the outcome of a visit.
type StateResult struct {
	Status       StateStatus
	Output       any           // of a state that succeeded or whose error was caught
	NextState    string        // "": the state ends its program, or failed
	Error, Cause string        // unless the state succeeded
	Variables    any           // an object: the variables after the state; nil: there are none
	Steps        map[Step]any  // the intermediate values
	Retrier      int           // the index of the retrier that has an attempt left; -1: none
	Catcher      int           // the index of the catcher that caught the error; -1: none
	Backoff      time.Duration // the delay before the retrier's next attempt
}

// Step is an intermediate value in the data flow of a state, by the name that TestState gives it.
type Step string

// The steps of the data flow. A state has those that it reaches.
const (
	StepInputPath           Step = "afterInputPath"  // JSONPath only
	StepParameters          Step = "afterParameters" // JSONPath only
	StepArguments           Step = "afterArguments"  // JSONata only
	StepResult              Step = "result"
	StepResultSelector      Step = "afterResultSelector" // JSONPath only
	StepResultPath          Step = "afterResultPath"     // JSONPath only
	StepItemsPath           Step = "afterItemsPath"      // JSONPath only
	StepItemsPointer        Step = "afterItemsPointer"
	StepItemSelector        Step = "afterItemSelector"
	StepItemBatcher         Step = "afterItemBatcher"
	StepMaxConcurrency      Step = "maxConcurrency"
	StepToleratedCount      Step = "toleratedFailureCount"
	StepToleratedPercentage Step = "toleratedFailurePercentage"
)

// stateTest is a test in progress.
type stateTest struct {
	StateTest
	result StateResult
}

// TestState visits one state. It ends when the state ends, or fails for the first time. The visit lasts at most five minutes. The error
// reports only what is not an outcome of the state, as that of [Machine.Run].
func (m *Machine) TestState(ctx context.Context, t StateTest, o Options) (*StateResult, error) {
	s := m.program.find(t.State)
	if s == nil {
		return nil, fmt.Errorf("asl: there is no state %q", t.State)
	}
	o.Type = Express
	if err := o.complete(); err != nil {
		return nil, err
	}
	if err := t.normalize(); err != nil {
		return nil, fmt.Errorf("asl: the test cannot be encoded as JSON: %w", err)
	}
	r, root := newRun(ctx, &o)
	x := r.newExecution(&Machine{}, o.Type, o.Name, o.ARN, t.Input, root.Now())
	b := newBranch(x, root, nil, nil, 0)
	b.test = &stateTest{StateTest: t, result: StateResult{Steps: map[Step]any{}, Retrier: -1, Catcher: -1}}
	if variables, ok := t.Variables.(*value.Object); ok {
		b.scope.assign(variables)
	}
	b.record("ExecutionStarted", nil)
	if err := b.test.visit(b, s); err != nil {
		return nil, err
	}
	if len(b.scope.variables) > 0 {
		b.test.result.Variables = value.Must(b.scope.variables)
	}
	return &b.test.result, nil
}

// normalize makes JSON values of what the caller gave. It changes nothing that belongs to the caller.
func (t *StateTest) normalize() (err error) {
	values := []*any{&t.Input, &t.Variables, &t.Context}
	if t.Mock != nil {
		mock := *t.Mock
		t.Mock = &mock
		values = append(values, &mock.Result)
	}
	for _, v := range values {
		if *v, err = value.Normalize(*v); err != nil {
			return err
		}
	}
	return nil
}

// visit visits the state and fills in the result.
func (t *stateTest) visit(b *branch, s state) error {
	output, next, err := b.visit(s, t.Input)
	r := &t.result
	var e *failure
	var late *expired
	switch {
	case err == nil:
		r.Output = output
		if next != nil {
			r.NextState = next.name
		}
		if r.Status == "" {
			r.Status = StateSucceeded
		}
	case errors.As(err, &e):
		if r.Status != StateRetriable {
			r.Status, r.Catcher = StateFailed, -1
		}
		r.Error, r.Cause = e.name, e.cause
	case errors.As(err, &late):
		r.Status, r.Error = StateFailed, ErrTimeout
	default:
		return err
	}
	return nil
}

// recover decides what follows an error: another attempt, a catcher's state, or the end.
func (t *stateTest) recover(b *branch, rules *recovery, e *failure) (any, *target, error) {
	r := &t.result
	for i := range rules.retriers {
		k := &rules.retriers[i]
		if !catches(k.errors, e) {
			continue
		}
		if t.Retries >= k.maxAttempts {
			break
		}
		r.Status, r.Retrier, r.Backoff = StateRetriable, i, k.delay(t.Retries+1, b.x.random.Float64)
		return nil, nil, e
	}
	for i := range rules.catchers {
		k := &rules.catchers[i]
		if !catches(k.errors, e) {
			continue
		}
		r.Status, r.Catcher, r.Error, r.Cause = StateCaught, i, e.name, e.cause
		output, err := b.catch(k, e)
		return output, k.next, located(err, &b.at)
	}
	return nil, nil, e
}
