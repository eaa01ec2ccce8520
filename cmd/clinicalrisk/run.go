package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/report"
	"clinical-risk-pipeline/local/runner"
)

// runCommand is `clinicalrisk run`.
//
// Requirements: SRC-12
type runCommand struct {
	Assembly    string `default:"cdk.out" placeholder:"DIR" help:"The cloud assembly that cdk synth wrote. Default: ${default}."`
	Environment string `default:"dev" placeholder:"NAME" help:"The environment whose pipeline is run. Default: ${default}."`
	Endpoint    string `placeholder:"URL" help:"A model server that speaks SageMaker's container contract (GET /ping, POST /invocations), such as http://127.0.0.1:8080. Default: the built-in reference model, which illustrates and predicts nothing."`
	Approve     string `placeholder:"all|none|FILE" help:"Who decides where the pipeline asks for approval: all approves every request, none says nothing, a FILE has a decision on each line. Default: you are asked at the terminal; without one, none."`
	Cohort      string `placeholder:"FILE" help:"Score the cohort of this file in one execution, by the environment's cohort pipeline: .jsonl, a subject per line, {\"subject\": \"…\", \"features\": {…}}; or - for standard input."`
	Trial       string `placeholder:"ID" help:"The trial of the cohort, with --cohort. Default: the records and alerts say that it is unknown."`
	Out         string `default:"out" placeholder:"DIR" help:"The folder for the results: executions.jsonl, alerts.jsonl, histories, logs, report.html and others. Default: ${default}."`
	JSON        bool   `help:"Print the summary as JSON."`
	File        string `arg:"" optional:"" help:"The inputs of one execution a subject: a .jsonl file, one per line; a .json file, one input; or - for lines from standard input."`
}

// Help is shown by --help below the flags.
func (runCommand) Help() string {
	return `The synthesized definition runs on a virtual clock: an EMR step, a retry's delay or a timeout takes no real time. Only a model server does.

The results are readable by you only. Features stand in the histories and in the objects of S3, and nowhere else unless the log group includes execution data.

Exit codes: 0, every execution succeeded; 1, executions failed; 2, the command line, the input or the assembly is wrong; 130, interrupted.`
}

// Validate is called by the parser.
func (c *runCommand) Validate() error {
	switch {
	case c.File == "" && c.Cohort == "":
		return errors.New("expected \"<file>\", or --cohort with one")
	case c.File != "" && c.Cohort != "":
		return errors.New("<file> and --cohort exclude each other: an execution scores one subject or a cohort")
	case c.Trial != "" && c.Cohort == "":
		return errors.New("--trial goes with --cohort: other inputs have a trialId of their own")
	}
	return nil
}

// job is everything that a run needs, in order and ready.
type job struct {
	file     *intake.File
	pipeline *runner.Pipeline
	results  *results
}

// Run executes the command.
func (c *runCommand) Run(ctx context.Context, s program.Streams) (err error) {
	progress := &progress{}
	stateMachine, assemblyErr := c.stateMachine()
	m, modelName, modelErr := c.model(ctx, s)
	person, personErr := newPerson(c.Approve, s)
	file, inputErr := c.open(ctx, s)
	if inputErr == nil {
		defer func() { err = errors.Join(err, file.Close()) }()
	}
	if ctx.Err() != nil {
		return program.Interrupted("nothing was executed")
	}
	if err := errors.Join(assemblyErr, modelErr, personErr, inputErr); err != nil {
		return err
	}
	pipeline, err := runner.New(stateMachine, runner.Setting{
		Model: m, Objects: runner.Objects(c.Out), Person: undisturbed{person, progress}, Cohort: c.cohort(file),
	})
	if err != nil {
		return err
	}
	output, err := runner.OpenOutput(c.Out, stateMachine.Logging.Group) // Only now is anything written.
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, output.Close()) }()
	about := report.About{StateMachine: stateMachine, Environment: c.Environment, Input: file.Name, Inputs: file.Count, Model: modelName}
	return c.execute(ctx, s, &job{file, pipeline, newResults(about, output, c.Out, progress)})
}

// open reads the inputs.
func (c *runCommand) open(ctx context.Context, s program.Streams) (*intake.File, error) {
	if c.Cohort != "" {
		return intake.OpenCohort(ctx, c.Cohort, s.In)
	}
	return intake.Open(ctx, c.File, s.In)
}

// cohort is what an extraction writes: the file of --cohort.
func (c *runCommand) cohort(file *intake.File) *intake.File {
	if c.Cohort == "" {
		return nil
	}
	return file
}

// execute runs what is ready, and says what came of it.
func (c *runCommand) execute(ctx context.Context, s program.Streams, j *job) error {
	run, unit := c.runSubjects, "executions"
	if c.Cohort != "" {
		run, unit = c.runCohort, "subjects"
	}
	j.results.progress.start(s.Err, j.file.Count, unit)
	runErr := run(ctx, j)
	j.results.progress.end()
	switch done := j.results.done(j.file.Count, unit); {
	case ctx.Err() != nil:
		return program.Interrupted(done)
	case runErr != nil:
		return fmt.Errorf("%w\nthe run stopped: %s", runErr, done)
	}
	if err := j.results.output.WriteReport(j.results.page.Write(j.results.summary)); err != nil {
		return err
	}
	return c.conclude(s, j.results)
}

// runSubjects executes the pipeline for each subject.
func (c *runCommand) runSubjects(ctx context.Context, j *job) error {
	return j.pipeline.Run(ctx, j.file, j.results.add)
}

// runCohort executes the pipeline for the cohort.
func (c *runCommand) runCohort(ctx context.Context, j *job) error {
	result, err := j.pipeline.RunCohort(ctx, j.file, c.Trial, j.results.addBatch)
	if err != nil {
		return err
	}
	return j.results.addCohort(result)
}

// stateMachine finds the state machine of the environment.
func (c *runCommand) stateMachine() (*assembly.StateMachine, error) {
	a, err := assembly.Open(c.Assembly)
	if err != nil {
		return nil, err
	}
	if c.Cohort != "" {
		return a.StateMachine(c.Environment, assembly.WholeCohort)
	}
	return a.StateMachine(c.Environment, assembly.OneSubject)
}

// model returns the model that answers, and its name for the report.
func (c *runCommand) model(ctx context.Context, s program.Streams) (model.Model, string, error) {
	if c.Endpoint == "" {
		return model.Reference{}, "the built-in reference model, which illustrates and predicts nothing about anyone", nil
	}
	endpoint, err := model.NewEndpoint(c.Endpoint)
	if err != nil {
		return nil, "", err
	}
	warning, err := endpoint.Ping(ctx)
	if warning != "" {
		fmt.Fprintln(s.Err, "clinicalrisk: warning:", warning)
	}
	return endpoint, c.Endpoint, err
}

// conclude prints what came of the run.
func (c *runCommand) conclude(s program.Streams, r *results) error {
	if c.JSON {
		text, err := json.MarshalIndent(r.summary, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintln(s.Out, string(text))
	} else {
		r.notable.print(s.Out, r.summary)
		fmt.Fprintf(s.Out, "\nReport: %s\n", r.output.Report())
	}
	if r.summary.Failed > 0 {
		return program.Failed(nil) // The summary says what failed.
	}
	return nil
}
