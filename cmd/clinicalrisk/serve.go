package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"clinical-risk-pipeline/asl/mock"
	"clinical-risk-pipeline/asl/serve"
	"clinical-risk-pipeline/asl/serve/host"
	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/approver"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/runner"
)

// serveCommand is `clinicalrisk serve`.
type serveCommand struct {
	Assembly    string `default:"cdk.out" placeholder:"DIR" help:"The cloud assembly that cdk synth writes. Default: ${default}."`
	Environment string `default:"dev" placeholder:"NAME" help:"The environment whose state machines the server has. Default: ${default}."`
	host.Flags
	Time          string `enum:"real,virtual" default:"virtual" help:"How time passes in executions: ${enum}. Default: ${default}, so that a Spark job takes no time."`
	Data          string `placeholder:"DIR" help:"Keep executions in this folder. Default: in memory only."`
	Keep          int    `default:"50000" placeholder:"N" help:"The number of ended executions that the server remembers. Default: ${default}."`
	Stubs         string `placeholder:"FILE" help:"The results of tasks, in the format of AWS's MockConfigFile.json. Start an execution of stateMachineArn#TestCase."`
	Endpoint      string `placeholder:"URL" help:"A model server with SageMaker's container interface, such as http://127.0.0.1:8080. Default: the built-in reference model, an illustration that predicts nothing."`
	Approve       string `default:"none" placeholder:"all|none|FILE" help:"Who decides when a pipeline asks for approval: all approves every request; none leaves it to SendTaskSuccess; a FILE holds one decision per line. Default: ${default}."`
	Cohort        string `placeholder:"FILE" help:"The cohort that the extraction of the cohort pipeline writes. Default: none, and such an execution fails."`
	SubjectColumn string `placeholder:"NAME" help:"The column of a CSV or Parquet cohort that has the ids of the subjects."`
	Out           string `default:"out/serve" placeholder:"DIR" help:"The folder for the objects of S3. Default: ${default}."`
}

// Help returns the details that --help shows.
func (serveCommand) Help() string {
	return `The server answers the API of Step Functions, as asl serve does, and has the state machines of the environment: each with a version and its alias live.
Local stand-ins perform their tasks, as in clinicalrisk run. State machines of registered trials are left out: they need a registry.

Only you can read the folder. It has features.

Exit codes: 0, a signal ended the server; 2, it could not start.`
}

// Run serves until the context ends.
func (c *serveCommand) Run(ctx context.Context, s program.Streams) (err error) {
	config := serve.Config{Time: serve.Time(c.Time), Data: c.Data, Keep: c.Keep, Log: func(line string) { note(s, line) }}
	pipelines, closeFile, err := c.pipelines(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeFile()) }()
	if c.Stubs != "" {
		text, err := os.ReadFile(c.Stubs)
		if err != nil {
			return err
		}
		if config.Stubs, err = mock.Parse(text); err != nil {
			return fmt.Errorf("%s: %w", c.Stubs, err)
		}
	}
	listener, err := c.Listen(ctx)
	if err != nil {
		return err
	}
	server, err := serverOf(ctx, config, pipelines)
	if err != nil {
		_ = listener.Close() // The first error counts.
		return err
	}
	defer func() { _ = server.Close() }() // What was answered is stored.
	for _, p := range pipelines {
		note(s, "start executions of "+plain.Line(p.StateMachine().ARN)+":"+operate.Live)
	}
	return c.Serve(ctx, s.Out, listener, server)
}

// pipelines returns the pipelines of the environment, for one subject and for a cohort, if it has them. closeFile closes the cohort.
func (c *serveCommand) pipelines(ctx context.Context, s program.Streams) (pipelines []*runner.Pipeline, closeFile func() error, err error) {
	closeFile = func() error { return nil }
	a, err := assembly.Open(c.Assembly)
	if err != nil {
		return nil, closeFile, err
	}
	setting, err := c.setting(ctx, s)
	if err != nil {
		return nil, closeFile, err
	}
	if setting.Cohort != nil {
		closeFile = setting.Cohort.Close
	}
	var missing []error
	for _, form := range []assembly.Form{assembly.OneSubject, assembly.WholeCohort} {
		m, err := a.StateMachine(c.Environment, form)
		if err != nil {
			missing = append(missing, err)
			continue
		}
		p, err := runner.New(m, setting)
		if err != nil {
			return nil, closeFile, errors.Join(err, closeFile())
		}
		pipelines = append(pipelines, p)
	}
	if len(pipelines) == 0 {
		return nil, closeFile, errors.Join(append(missing, closeFile())...)
	}
	return pipelines, closeFile, nil
}

// setting is what the pipelines share.
func (c *serveCommand) setting(ctx context.Context, s program.Streams) (setting runner.Setting, err error) {
	setting.Model = model.Reference{}
	var errs []error
	if c.Endpoint != "" {
		endpoint, err := model.NewEndpoint(c.Endpoint)
		if err == nil {
			var warning string
			if warning, err = endpoint.Ping(ctx); warning != "" {
				warn(s, warning)
			}
		}
		setting.Model, errs = endpoint, append(errs, err)
	}
	if setting.Person, err = approver.Open(c.Approve); err != nil {
		errs = append(errs, fmt.Errorf("--approve: %w", err))
	}
	out, err := runner.Folder(c.Out)
	setting.Objects, errs = runner.Objects(out), append(errs, err)
	if c.Cohort != "" {
		setting.Cohort, err = intake.OpenCohort(ctx, c.Cohort, s.In, intake.Table{SubjectColumn: c.SubjectColumn})
		errs = append(errs, err)
	}
	return setting, errors.Join(errs...)
}
