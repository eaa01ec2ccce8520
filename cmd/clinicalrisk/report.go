package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/operate/retrace"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/records"
)

// reportCommand is `clinicalrisk report`. It reads with your own AWS credentials, and never writes to AWS.
type reportCommand struct {
	operating `embed:""`
	Out       string `default:"report.html" placeholder:"FILE" help:"The page to write. Only you can read it: it has scores. Default: ${default}."`
	Execution string `arg:"" help:"The ARN of the execution, which has ended."`
}

// Help returns the details that --help shows.
func (reportCommand) Help() string {
	return `The page is that of clinicalrisk run. It has scores and pseudonymous ids, and no features.

Exit codes: 0, the execution succeeded; 1, it did not; 2, the command line is wrong, the execution runs, or AWS refuses; 130, interrupted.`
}

// Validate checks the flags. The parser calls it.
func (c *reportCommand) Validate() error {
	_, err := operate.ParseExecution(c.Execution)
	return errors.Join(err, c.check())
}

// Run executes the command.
func (c *reportCommand) Run(ctx context.Context, s program.Streams) error {
	region, _ := operate.ParseExecution(c.Execution) // Validate has checked it.
	settings, err := c.settings(ctx, region)
	if err != nil {
		return err
	}
	source := retrace.Source{
		AWS: connect(s, settings, 0), Environment: c.Environment,
		Records: func(bucket string) records.Store { return newStore(settings, bucket) },
	}
	retraced, err := source.Retrace(ctx, c.Execution)
	if err != nil {
		return operate.Explain(err)
	}
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(retraced.Write(file), file.Close()); err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.Out, retraced.Summary)
	} else {
		_, err = fmt.Fprintf(s.Out, "Report: %s\n", plain.Line(c.Out))
	}
	if err == nil && retraced.Summary.Failed > 0 {
		return program.Failed(nil)
	}
	return err
}
