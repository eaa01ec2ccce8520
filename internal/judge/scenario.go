package judge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/local/approver"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/registry"
	"clinical-risk-pipeline/local/runner"
	"clinical-risk-pipeline/workflow/trial"
)

// Sample is synthetic data for the scenarios. AWS gets what the states get from it.
type Sample struct {
	Inputs string // a file of inputs of executions of one subject, as `clinicalrisk run` reads them
	Cohort string // a file of a cohort
	Dir    string // an empty folder for the objects of S3 and the registries
}

// Scenario is an execution on this machine.
type Scenario struct {
	Name      string // such as "everybody is approved"
	Execution *asl.Execution
	Children  []*asl.Execution // of its Distributed Maps
}

// cuts are the data cuts of a registered trial, one for each scenario. The last one is that of an earlier run.
var cuts = []string{"2026-03-02", "2026-03-03", "2026-03-04", "2026-03-04"}

// people decide about approvals, one in each scenario of a cohort.
var people = []struct {
	name string
	approver.Person
}{
	{"everybody is approved", decides("approve")}, {"everybody is rejected", decides("reject")}, {"nobody decides", decides("")}, {"the same cut again", decides("approve")},
}

// decides is a person who always says the same; "" says nothing.
type decides string

// Decide implements approver.Person.
func (d decides) Decide(context.Context, *approval.View) (*approval.Decision, error) {
	if d == "" {
		return nil, nil
	}
	return &approval.Decision{Decision: string(d), Code: "other", Meaning: "simulated approval", Reason: "a scenario of the judge"}, nil
}

// Record executes a state machine with the stand-ins of this project: once for each input, or for the cohort once for each person who may
// decide.
func Record(ctx context.Context, machine *assembly.StateMachine, sample Sample) ([]Scenario, error) {
	if machine.Form() == assembly.OneSubject {
		return recordSubjects(ctx, machine, sample)
	}
	var all []Scenario
	for i, person := range people {
		if machine.Form() != assembly.RegisteredTrial && i > 2 {
			break // Only a registered trial claims cuts.
		}
		recorded, err := recordCohort(ctx, machine, sample, i)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", machine.Stack, person.name, err)
		}
		all = append(all, Scenario{person.name, recorded.Execution, recorded.Children})
	}
	return all, nil
}

func recordSubjects(ctx context.Context, machine *assembly.StateMachine, sample Sample) (all []Scenario, err error) {
	file, err := intake.Open(ctx, sample.Inputs, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	pipeline, err := runner.New(machine, runner.Setting{Model: model.Reference{}, Objects: filepath.Join(sample.Dir, machine.Stack), Person: people[0]})
	if err != nil {
		return nil, err
	}
	for input, err := range file.Inputs() {
		if err != nil {
			return nil, err
		}
		recorded, err := pipeline.Record(ctx, input)
		if err != nil {
			return nil, err
		}
		all = append(all, Scenario{fmt.Sprintf("input %d", input.Line), recorded.Execution, recorded.Children})
	}
	return all, nil
}

func recordCohort(ctx context.Context, machine *assembly.StateMachine, sample Sample, number int) (recorded *runner.Recorded, err error) {
	file, err := intake.OpenCohort(ctx, sample.Cohort, nil, intake.Table{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	setting := runner.Setting{Model: model.Reference{}, Objects: filepath.Join(sample.Dir, machine.Stack), Person: people[number], Cohort: file}
	of := runner.Trial{ID: "JUDGE-001"}
	if machine.Form() == assembly.RegisteredTrial {
		registered, err := trial.LoadCanonical(machine.TrialFile)
		if err != nil {
			return nil, err
		}
		kept, err := registry.Open(filepath.Join(sample.Dir, machine.Stack), registered)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, kept.Close()) }()
		setting.Registry, setting.Objects = kept, kept.Objects()
		setting.Excluded = func(io.Writer) error { return nil }
		of = runner.Trial{ID: registered.ID, CutDate: cuts[number]}
	}
	pipeline, err := runner.New(machine, setting)
	if err != nil {
		return nil, err
	}
	return pipeline.RecordCohort(ctx, file, of)
}

// timestamp writes a time as the context object has it.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
