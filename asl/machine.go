package asl

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"clinical-risk-pipeline/asl/internal/clock"
	"clinical-risk-pipeline/asl/value"
)

// Machine is a loaded state machine. It is immutable and safe for concurrent use.
type Machine struct {
	program *program
	timeout float64 // TimeoutSeconds; 0: none

	references map[string][]string // the variables that states use

	standardOnly error // why it cannot run as an Express workflow; nil: it can
}

// Run executes the state machine with an input, which is any value that encoding/json can marshal. The error reports only what is
// not an outcome of an execution: an error of the handler that is not an *Error, a cancelled context, invalid options, or an input that
// is too large to start an execution. A context that was cancelled with a [*Stop] aborts the execution, which is an outcome.
func (m *Machine) Run(ctx context.Context, input any, o Options) (*Execution, error) {
	return m.run(ctx, input, o, nil)
}

// run executes the state machine from its start, or from the state where a redriven execution resumes.
func (m *Machine) run(ctx context.Context, input any, o Options, resumed *resumption) (*Execution, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	if o.Type == Express && m.standardOnly != nil {
		return nil, fmt.Errorf("asl: Options.Type is EXPRESS: %w", m.standardOnly)
	}
	input, err := value.Normalize(input)
	if err != nil {
		return nil, fmt.Errorf("asl: the input cannot be encoded as JSON: %w", err)
	}
	if n := value.Size(input); n > maxPayload {
		return nil, fmt.Errorf("asl: the input has %d bytes of JSON text, and an execution starts with at most %d: pass the address of the data instead", n, maxPayload)
	}
	r, root := newRun(ctx, &o)
	x := r.newExecution(m, o.Type, o.Name, o.ARN, input, root.Now())
	x.recording, x.resumed = true, resumed
	if err := x.perform(m.program, root); err != nil {
		return nil, err
	}
	x.result.Bill = r.bill
	return &x.result, nil
}

// complete fills in the defaults.
func (o *Options) complete() error {
	if o.Type == "" {
		o.Type = Standard
	}
	if o.Type != Standard && o.Type != Express {
		return fmt.Errorf("asl: Options.Type must be %s or %s, got %q", Standard, Express, o.Type)
	}
	setDefault(&o.Name, "execution")
	if o.StateMachine.ARN != "" {
		setDefault(&o.StateMachine.Name, o.StateMachine.ARN[strings.LastIndex(o.StateMachine.ARN, ":")+1:])
	}
	setDefault(&o.StateMachine.Name, "stateMachine")
	setDefault(&o.StateMachine.ARN, arn("stateMachine:"+o.StateMachine.Name))
	setDefault(&o.ARN, strings.Replace(o.StateMachine.ARN, ":stateMachine:", ":execution:", 1)+":"+o.Name)
	setDefault(&o.RoleARN, "arn:aws:iam::"+defaultAccount+":role/StepFunctionsRole")
	if o.Start.IsZero() {
		o.Start = defaultStart
	}
	if o.Handler == nil {
		o.Handler = HandlerFunc(func(context.Context, *Task) (Reply, error) {
			return Reply{}, errors.New("Options.Handler is not set, so nothing can perform the task")
		})
	}
	return nil
}

// run holds what an execution shares with its child executions.
type run struct {
	ctx     context.Context
	options *Options
	random  *rand.Rand
	bill    Bill
	tokens  int
	now     func() time.Time
}

// newRun returns a run and the process at whose end it ends.
func newRun(ctx context.Context, o *Options) (*run, *clock.Process) {
	r := &run{ctx: ctx, options: o, random: rand.New(rand.NewPCG(o.Seed, 0))}
	r.bill.Calls = map[string]int64{}
	root := clock.New(o.Start)
	if o.RealTime {
		root = clock.NewReal(o.Start)
	}
	root.Cancel(ctx)
	r.now = root.Now
	return r, root
}
