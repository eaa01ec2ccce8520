// Package runner executes a pipeline for every input of a file, on all cores, or once for a whole cohort, and writes the results.
//
// It writes results in the order of the inputs, each as soon as its execution and all earlier ones ended. An interrupted run leaves
// complete lines only.
package runner

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"regexp"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/approver"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/local/registry"
	"clinical-risk-pipeline/services"
	"clinical-risk-pipeline/workflow"
)

// Setting is the surroundings of a pipeline.
type Setting struct {
	Model   model.Model
	Objects string          // the folder for the objects of S3
	Person  approver.Person // decides on requests for approval. Default: nobody decides
	Cohort  *intake.File    // the cohort that an extraction writes. Default: none

	// Excluded writes who is not in the cohort, and why: a line {"subject", "reason"} each. Default: the extraction says nothing of it.
	Excluded func(io.Writer) error

	Spark *local.Spark // runs the extraction of an EMR cluster. Default: none

	// Registry has the alerts of the registered trial whose state machine it is. Required for such a state machine.
	Registry *registry.Folder
}

// Pipeline is a state machine with its stand-ins, ready to run. It is safe for concurrent use.
type Pipeline struct {
	stateMachine *assembly.StateMachine
	definition   any
	machine      *asl.Machine
	services     *local.Services
	objects      local.S3
	redactor     *outcome.Redactor
	spark        *local.Spark
	alertTopic   string           // the ARN; "" in a pipeline that alerts nobody
	registry     *registry.Folder // nil without a registered trial
}

// Result is the result of the execution of one subject.
type Result struct {
	Outcome *outcome.Outcome
	Effects
	Files
}

// Files are the history and the log of an execution.
type Files struct {
	History []byte // the answer of GetExecutionHistory, JSON; it holds the execution's data
	Log     []byte // the records of the log group, JSON Lines
}

// New loads the state machine. Every task must have a stand-in.
func New(stateMachine *assembly.StateMachine, in Setting) (*Pipeline, error) {
	p := &Pipeline{stateMachine: stateMachine, objects: local.S3{Dir: in.Objects}, spark: in.Spark}
	if err := strictjson.Check(stateMachine.Definition); err != nil {
		return nil, err
	}
	var err error
	if p.definition, err = asl.Decode(stateMachine.Definition); err != nil {
		return nil, err
	}
	if p.machine, err = asl.Load(stateMachine.Definition); err != nil {
		return nil, fmt.Errorf("state machine %s/%s: %w", stateMachine.Stack, stateMachine.LogicalID, err)
	}
	if in.Spark != nil && !strings.Contains(string(stateMachine.Definition), services.AddStep.Integration) {
		return nil, errors.New("--tables runs the Spark step of an EMR cluster, and this environment extracts in another way: use --cohort FILE")
	}
	if p.alertTopic, err = stateMachine.AlertTopic(); err != nil {
		return nil, err
	}
	p.redactor = outcome.NewRedactor(p.definition)
	if in.Person == nil {
		in.Person, _ = approver.Open("none")
	}
	etl := local.ETL{S3: p.objects, Excluded: in.Excluded}
	if in.Cohort != nil {
		etl.Cohort = in.Cohort.WriteLines
	}
	others := []local.Service{&local.StepFunctions{}, &local.ServiceNow{}}
	approvals := &approver.Approver{Objects: p.objects, Person: in.Person}
	if in.Registry != nil {
		approvals.Alerts = in.Registry.Events()
		p.registry = in.Registry
		others = append(others, &registry.Service{Folder: in.Registry, Topic: p.alertTopic})
	}
	p.services = local.New(append(others,
		local.EMR{ETL: etl, Spark: in.Spark}, local.EMRServerless{ETL: etl}, local.Glue{ETL: etl}, local.SageMaker{Model: in.Model}, p.objects,
		local.SNS{}, approvals,
	)...)
	return p, p.services.Check(p.definition)
}

// Run executes the pipeline for every input of the file and hands each result to emit, in order and one at a time. It stops at
// the first error of emit, of an input, of an execution that cannot run here, or of a cancelled context.
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
	done  chan ending // receives one
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

// execute runs the execution of one subject.
func (p *Pipeline) execute(ctx context.Context, input intake.Input) (*Result, error) {
	result := &Result{}
	execution, err := p.perform(ctx, input, &result.Effects)
	if err != nil {
		return nil, err
	}
	redact := p.redactor.For(execution, input)
	result.Outcome = outcome.Of(input, execution, len(result.Alerts), redact)
	result.Files = p.files(execution, redact)
	return result, nil
}

// perform runs the execution of one subject. Its effects are added to effects.
func (p *Pipeline) perform(ctx context.Context, input intake.Input, effects *Effects) (*asl.Execution, error) {
	options := p.options(executionName(input), seed(input.Subject), effects)
	cut, _ := field(input.Value, workflow.CutDate).(string)
	options.Start = startOf(cut)
	ctx = local.WithFeatures(ctx, input.Subject, input.Value.Value(workflow.TransformedFeatures))
	execution, err := p.machine.Run(ctx, input.Value, options)
	if err != nil {
		return nil, fmt.Errorf("subject %s: %w", input.Subject, err)
	}
	return execution, nil
}

// options returns the options of an execution. Its effects are added to effects.
func (p *Pipeline) options(name string, seed uint64, effects *Effects) asl.Options {
	workflowType := asl.Standard
	if p.stateMachine.Express {
		workflowType = asl.Express
	}
	return asl.Options{
		Handler: p.services.Observed(p.observer(effects)), Name: name, Type: workflowType, RoleARN: p.stateMachine.RoleARN, Seed: seed, Objects: p.objects,
		ARN:          strings.Replace(p.stateMachine.ARN, ":stateMachine:", ":execution:", 1) + ":" + name,
		StateMachine: asl.StateMachine{ARN: p.stateMachine.ARN, Name: p.stateMachine.Name},
	}
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9_-]`)

// executionName returns a name that Step Functions accepts, that is unique within the file, and that names line and subject.
func executionName(input intake.Input) string {
	name := fmt.Sprintf("%06d-%s", input.Line, notInName.ReplaceAllString(input.Subject, "_"))
	return name[:min(len(name), 80)]
}

// seed returns the seed of what AWS leaves to chance, such as jitter. It depends on the subject alone, so that every run agrees.
func seed(subject string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(subject))
	return h.Sum64()
}
