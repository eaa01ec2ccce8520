// Package runner executes a pipeline for every input of a file, on all cores, and writes what came of it.
//
// Results are written in the order of the inputs, each as soon as it and those before it ended. Whatever interrupts a
// run, what is written is complete lines.
package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"regexp"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/outcome"
)

// Pipeline is a state machine with its stand-ins, ready to run. It is safe for concurrent use.
type Pipeline struct {
	stateMachine *assembly.StateMachine
	machine      *asl.Machine
	services     *local.Services
	redactor     *outcome.Redactor
	alerts       sync.Map // execution name → *[]local.Notification
}

// Result is what came of one execution.
type Result struct {
	Outcome       *outcome.Outcome
	Notifications []local.Notification // in the order of their publication
	History       []byte               // what GetExecutionHistory returns, JSON; holds the execution's data
	Log           []byte               // what the log group gets, JSON Lines
}

// New loads the state machine. Every task must have a stand-in. Objects of S3 are files in the folder objects.
func New(stateMachine *assembly.StateMachine, m model.Model, objects string) (*Pipeline, error) {
	var definition any
	if err := json.Unmarshal(stateMachine.Definition, &definition); err != nil {
		return nil, err
	}
	machine, err := asl.Load(stateMachine.Definition)
	if err != nil {
		return nil, fmt.Errorf("state machine %s/%s: %w", stateMachine.Stack, stateMachine.LogicalID, err)
	}
	p := &Pipeline{stateMachine: stateMachine, machine: machine, redactor: outcome.NewRedactor(definition)}
	p.services = local.New(local.EMR{}, local.SageMaker{Model: m}, local.SNS{Deliver: p.deliver}, local.S3{Dir: objects})
	return p, p.services.Check(definition)
}

// deliver keeps a notification with the execution that published it.
func (p *Pipeline) deliver(execution string, n local.Notification) error {
	kept, ok := p.alerts.Load(execution)
	if !ok {
		return fmt.Errorf("a notification of the execution %s, which is not running", execution)
	}
	notifications := kept.(*[]local.Notification)
	*notifications = append(*notifications, n) // An execution publishes one at a time.
	return nil
}

// Run executes the pipeline for every input of the file, and hands each result to emit, in order and one at a time. It
// stops at the first error: of emit, of an input, of an execution that cannot go on here, or the cancelled context's.
func (p *Pipeline) Run(ctx context.Context, file *intake.File, emit func(*Result) error) error {
	workers := runtime.GOMAXPROCS(0)
	group, ctx := errgroup.WithContext(ctx)
	inOrder := make(chan *slot, 8*workers)
	work := make(chan *slot, 8*workers)
	group.Go(func() error {
		defer close(work)
		defer close(inOrder)
		return distribute(ctx, file, inOrder, work)
	})
	for range workers {
		group.Go(func() error {
			for s := range work {
				result, err := p.execute(ctx, s.input)
				s.done <- ending{result, err}
			}
			return nil
		})
	}
	group.Go(func() error {
		for s := range inOrder {
			end := <-s.done
			if end.err != nil {
				return end.err
			}
			if err := emit(end.result); err != nil {
				return err
			}
		}
		return nil
	})
	return group.Wait()
}

// slot is the place of an input in the order of the results.
type slot struct {
	input intake.Input
	done  chan ending // gets one
}

type ending struct {
	result *Result
	err    error
}

// distribute gives every input its place and its worker.
func distribute(ctx context.Context, file *intake.File, inOrder, work chan<- *slot) error {
	for input, err := range file.Inputs() {
		if err != nil {
			return err
		}
		s := &slot{input: input, done: make(chan ending, 1)}
		select {
		case work <- s:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case inOrder <- s:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// execute runs one execution.
func (p *Pipeline) execute(ctx context.Context, input intake.Input) (*Result, error) {
	var notifications []local.Notification
	name := executionName(input)
	p.alerts.Store(name, &notifications)
	defer p.alerts.Delete(name)
	workflowType := asl.Standard
	if p.stateMachine.Express {
		workflowType = asl.Express
	}
	execution, err := p.machine.Run(ctx, input.Value, asl.Options{
		Handler: p.services, Name: name, Type: workflowType, RoleARN: p.stateMachine.RoleARN, Seed: seed(input.Subject),
		ARN:          strings.Replace(p.stateMachine.ARN, ":stateMachine:", ":execution:", 1) + ":" + name,
		StateMachine: asl.StateMachine{ARN: p.stateMachine.ARN, Name: p.stateMachine.Name},
	})
	if err != nil {
		return nil, fmt.Errorf("subject %s: %w", input.Subject, err)
	}
	redact := p.redactor.For(execution, input)
	result := &Result{Outcome: outcome.Of(input, execution, len(notifications), redact), Notifications: notifications}
	if result.History, err = history(execution); err != nil {
		return nil, err
	}
	result.Log, err = p.log(execution, redact)
	return result, err
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9_-]`)

// executionName returns a name that Step Functions accepts, that is unique within the file, and that can be found.
func executionName(input intake.Input) string {
	name := fmt.Sprintf("%06d-%s", input.Line, notInName.ReplaceAllString(input.Subject, "_"))
	return name[:min(len(name), 80)]
}

// seed derives what AWS leaves open, such as jitter, from the subject: the same on every run, whatever else is in the file.
func seed(subject string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(subject))
	return h.Sum64()
}
