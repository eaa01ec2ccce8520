package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/operate/proof"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/workflow"
)

// verifyCommand is `clinicalrisk verify`. It reads with your own AWS credentials, and never writes to AWS.
type verifyCommand struct {
	operating `embed:""`
	Assembly  string `default:"cdk.out" placeholder:"DIR" help:"The cloud assembly that cdk synth wrote from the commit that is deployed. Without one, the definition is not verifiable. Default: ${default}."`
	Trial     string `placeholder:"ID" help:"The registered trial whose stack has the execution. Default: the trial of the input."`
	TrailLogs string `placeholder:"NAME" help:"The log group of the trail. Default: as the function that decides approvals is configured."`
	Out       string `placeholder:"DIR" help:"Write the report there, as verify-NAME.html and verify-NAME.json, for the file of a validated system. Default: it is only printed."`
	Execution string `arg:"" help:"The ARN of the execution."`
}

// Help returns the details that --help shows.
func (verifyCommand) Help() string {
	return `Each line says found, missing or not verifiable, and why. The report has no data of a subject.

Exit codes: 0, everything is found; 1, something is missing or not verifiable; 2, the command line is wrong, or the execution cannot be read; 130, interrupted.`
}

// Validate checks the flags. The parser calls it.
func (c *verifyCommand) Validate() error {
	_, err := operate.ParseExecution(c.Execution)
	if c.Trial != "" && !workflow.IsID(c.Trial) {
		err = errors.Join(err, fmt.Errorf("--trial %s, got %q", workflow.IDRule, c.Trial))
	}
	return errors.Join(err, c.check())
}

// Run executes the command.
func (c *verifyCommand) Run(ctx context.Context, s program.Streams) error {
	region, _ := operate.ParseExecution(c.Execution) // Validate has checked it.
	settings, err := c.settings(ctx, region)
	if err != nil {
		return err
	}
	client := connect(s, settings, 0)
	of, err := whichPipeline(ctx, client, c.Execution, c.Trial)
	if err != nil {
		return err
	}
	verifier := proof.Verifier{AWS: client, Digest: c.digestOf(of), Program: program.Version("clinicalrisk"), Now: operateClock.Now, Ports: newPorts(ctx, c, settings, of)}
	report, err := verifier.Verify(ctx, c.Execution)
	if err != nil {
		return operate.Explain(err)
	}
	if c.Out != "" {
		if err := writeReport(c.Out, report); err != nil {
			return err
		}
	}
	if c.JSON {
		err = printJSON(s.Out, report)
	} else {
		printProof(s.Out, report)
	}
	if err == nil && report.Result != proof.Found {
		return program.Failed(fmt.Errorf("%s: %d found, %d missing, %d not verifiable", report.Name, report.Count(proof.Found), report.Count(proof.Missing), report.Count(proof.Unverifiable)))
	}
	return err
}

// digestOf is the digest of the assembly's definition, "" without one.
func (c *verifyCommand) digestOf(of pipelineOf) string {
	m, err := machineOf(c.Assembly, c.Environment, of)
	if err != nil {
		return ""
	}
	return m.Digest
}

// writeReport writes the report for the file of a validated system.
func writeReport(dir string, report *proof.Report) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for ending, write := range map[string]func(io.Writer) error{
		".html": report.WritePage,
		".json": func(w io.Writer) error { return printJSON(w, report) },
	} {
		file, err := os.OpenFile(filepath.Join(dir, "verify-"+filepath.Base(report.Name)+ending), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		if err := errors.Join(write(file), file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// printProof prints a row for each finding.
func printProof(w io.Writer, report *proof.Report) {
	fmt.Fprintf(w, "Execution %s, verified on %s: %s\n", plain.Line(report.Execution), stamp(report.VerifiedAt), report.Result)
	tabulate(w, func(row func(cells ...any)) {
		for _, line := range report.Lines {
			for i, finding := range line.Findings {
				if i == 0 {
					row(line.Result, line.Check, finding)
				} else {
					row("", "", finding)
				}
			}
		}
	})
}
