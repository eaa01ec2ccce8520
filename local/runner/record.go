package runner

import (
	"context"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local/intake"
)

// Recorded is an execution with the child executions of its Distributed Maps, in the order in which they ended. All have their histories.
type Recorded struct {
	*asl.Execution
	Children []*asl.Execution
}

// Record executes the pipeline for one input, and returns what happened. It redacts nothing.
func (p *Pipeline) Record(ctx context.Context, input intake.Input) (*Recorded, error) {
	execution, err := p.perform(ctx, input, &Effects{})
	if err != nil {
		return nil, err
	}
	return &Recorded{Execution: execution}, nil
}

// RecordCohort executes the pipeline once for the cohort of the Setting, as [Pipeline.RunCohort] does, and returns what happened. It redacts
// nothing, and accounts for no subject.
func (p *Pipeline) RecordCohort(ctx context.Context, file *intake.File, trial Trial) (*Recorded, error) {
	run := &cohortRun{Pipeline: p, name: cohortName(trial.ID)}
	if err := run.begin(trial); err != nil {
		return nil, err
	}
	recorded := &Recorded{}
	options := p.options(run.name, seed(run.name), &Effects{})
	options.Start = startOf(trial.CutDate)
	options.OnChild = func(child *asl.Execution) { recorded.Children = append(recorded.Children, child) }
	input := trial.input()
	if err := p.place(ctx, file, input, options); err != nil {
		return nil, err
	}
	var err error
	if recorded.Execution, err = p.machine.Run(ctx, input, options); err != nil {
		return nil, err
	}
	if p.registry != nil {
		err = p.registry.End()
	}
	return recorded, err
}
