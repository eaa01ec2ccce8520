package main

import (
	"context"

	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/workflow"
)

// pipelineOf is the pipeline of an execution.
type pipelineOf struct {
	form  assembly.Form
	trial string // of a registered trial
}

// stack is the stack of the pipeline.
func (p pipelineOf) stack() string {
	switch p.form {
	case assembly.OneSubject:
		return workflow.SubjectStack
	case assembly.RegisteredTrial:
		return p.trial
	}
	return workflow.CohortStack
}

// whichPipeline says by the definition of an execution which pipeline it is of. Default of the trial: that of its input.
func whichPipeline(ctx context.Context, client *operate.AWS, execution, trial string) (pipelineOf, error) {
	definition, err := client.Definition(ctx, execution)
	if err != nil {
		return pipelineOf{}, err
	}
	of := pipelineOf{(&assembly.StateMachine{Definition: definition}).Form(), trial}
	if of.form != assembly.RegisteredTrial || of.trial != "" {
		return of, nil
	}
	of.trial, err = client.Trial(ctx, execution)
	return of, err
}

// machineOf returns the state machine of an assembly.
func machineOf(dir, environment string, of pipelineOf) (*assembly.StateMachine, error) {
	a, err := assembly.Open(dir)
	if err != nil {
		return nil, err
	}
	if of.form == assembly.RegisteredTrial {
		return a.TrialStateMachine(environment, of.trial)
	}
	return a.StateMachine(environment, of.form)
}
