package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/report"
	"clinical-risk-pipeline/local/runner"
)

// runCommand is `clinicalrisk run`.
type runCommand struct {
	Assembly    string `default:"cdk.out" placeholder:"DIR" help:"The cloud assembly that cdk synth wrote. Default: ${default}."`
	Environment string `default:"dev" placeholder:"NAME" help:"The environment whose pipeline is run. Default: ${default}."`
	Endpoint    string `placeholder:"URL" help:"A model server that speaks SageMaker's container contract (GET /ping, POST /invocations), such as http://127.0.0.1:8080. Default: the built-in reference model, which illustrates and predicts nothing."`
	Out         string `default:"out" placeholder:"DIR" help:"The folder for the results: executions.jsonl, alerts.jsonl, histories, logs and report.html. Default: ${default}."`
	JSON        bool   `help:"Print the summary as JSON."`
	File        string `arg:"" help:"The inputs: a .jsonl file, one per line; a .json file, one input; or - for lines from standard input."`
}

// Help is shown by --help below the flags.
func (runCommand) Help() string {
	return `The synthesized definition runs on a virtual clock: an EMR step, a retry's delay or a timeout takes no real time. Only a model server does.

The results are readable by you only. Features stand in the histories, and nowhere else unless the log group includes execution data.

Exit codes: 0, every execution succeeded; 1, executions failed; 2, the command line, the input or the assembly is wrong; 130, interrupted.`
}

// Run executes the command.
func (c *runCommand) Run(ctx context.Context, s streams) (err error) {
	stateMachine, assemblyErr := c.stateMachine()
	m, modelName, modelErr := c.model(ctx, s)
	file, inputErr := intake.Open(ctx, c.File, s.in)
	if inputErr == nil {
		defer func() { err = errors.Join(err, file.Close()) }()
	}
	if ctx.Err() != nil {
		return interrupted(s, "nothing was executed")
	}
	if err := errors.Join(assemblyErr, modelErr, inputErr); err != nil {
		return err
	}
	output, pipeline, err := c.prepare(stateMachine, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, output.Close()) }()

	about := report.About{StateMachine: stateMachine, Environment: c.Environment, Input: file.Name, Inputs: file.Count, Model: modelName}
	results := newResults(about, output, c.Out, newProgress(s.err, file.Count))
	runErr := pipeline.Run(ctx, file, results.add)
	results.progress.end()
	switch done := results.done(file.Count); {
	case ctx.Err() != nil:
		return interrupted(s, done)
	case runErr != nil:
		return fmt.Errorf("%w\nthe run stopped: %s", runErr, done)
	}
	if err := output.WriteReport(results.page.Write(results.summary)); err != nil {
		return err
	}
	return c.conclude(s, results)
}

// interrupted says how far the command came.
func interrupted(s streams, done string) error {
	fmt.Fprintln(s.err, "clinicalrisk: interrupted:", done)
	return exit(exitInterrupted)
}

// stateMachine finds the state machine of the environment.
func (c *runCommand) stateMachine() (*assembly.StateMachine, error) {
	a, err := assembly.Open(c.Assembly)
	if err != nil {
		return nil, err
	}
	return a.StateMachine(c.Environment)
}

// model returns the model that answers, and its name for the report.
func (c *runCommand) model(ctx context.Context, s streams) (model.Model, string, error) {
	if c.Endpoint == "" {
		return model.Reference{}, "the built-in reference model, which illustrates and predicts nothing about anyone", nil
	}
	endpoint, err := model.NewEndpoint(c.Endpoint)
	if err != nil {
		return nil, "", err
	}
	warning, err := endpoint.Ping(ctx)
	if warning != "" {
		fmt.Fprintln(s.err, "clinicalrisk: warning:", warning)
	}
	return endpoint, c.Endpoint, err
}

// prepare loads the pipeline, and makes the folder for its results only if that works.
func (c *runCommand) prepare(stateMachine *assembly.StateMachine, m model.Model) (*runner.Output, *runner.Pipeline, error) {
	pipeline, err := runner.New(stateMachine, m, runner.Objects(c.Out))
	if err != nil {
		return nil, nil, err
	}
	output, err := runner.OpenOutput(c.Out, stateMachine.Logging.Group)
	return output, pipeline, err
}

// conclude prints what came of the run.
func (c *runCommand) conclude(s streams, r *results) error {
	if c.JSON {
		text, err := json.MarshalIndent(r.summary, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintln(s.out, string(text))
	} else {
		r.notable.print(s.out, r.summary)
		fmt.Fprintf(s.out, "\nReport: %s\n", r.output.Report())
	}
	if r.summary.Failed > 0 {
		return exit(exitFailed)
	}
	return nil
}
