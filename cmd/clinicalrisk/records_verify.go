package main

import (
	"context"
	"fmt"
	"io"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/records/verify"
)

// verifyRecords is `clinicalrisk records verify`. It needs the folder only: neither AWS nor the repository. The exit code is 0 if
// everything holds, and 1 if something does not.
type verifyRecords struct {
	Dir    string `arg:"" help:"The folder of the export."`
	Digest string `placeholder:"SHA256" help:"The digest of the manifest, as the exporter told you by another way than with the files. Default: it is printed, and not compared."`
	JSON   bool   `help:"Print the report as JSON."`
}

// Run executes the command.
func (c *verifyRecords) Run(ctx context.Context, s program.Streams) error {
	var shown progress
	before := 0
	report, err := verify.Verify(ctx, verify.Options{Dir: c.Dir, Digest: c.Digest, Now: now, Progress: func(done, of int) {
		if before == 0 {
			shown.start(s.Err, of, "months")
		}
		shown.step(done - before)
		before = done
	}})
	shown.end()
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.Out, report)
	} else {
		printVerified(s.Out, report)
	}
	if err == nil && !report.Holds {
		return program.Failed(fmt.Errorf("%s: %s", c.Dir, plural(len(report.Faults), "fault")))
	}
	return err
}

// printVerified prints a line for each fault, and what nobody can verify.
func printVerified(w io.Writer, report *verify.Report) {
	for _, fault := range report.Faults {
		fmt.Fprintf(w, "%s: %s\n", plain.Line(fault.File), plain.Line(fault.Fault))
	}
	if report.Holds {
		fmt.Fprintf(w, "%s: everything holds: %s, %s, %s\n", plain.Line(report.TrialID), recordCount(report.Counts), plural(report.Files, "file"), plural(report.Approvals, "approval"))
	}
	if report.Digest != "" {
		fmt.Fprintf(w, "Digest of the manifest: %s\n", report.Digest)
	}
	for i, note := range report.NotVerifiable {
		if i == 0 {
			fmt.Fprintln(w, "\nNot verifiable with the files:")
		}
		times := ""
		if note.Times > 1 {
			times = fmt.Sprintf(" (%d times)", note.Times)
		}
		fmt.Fprintf(w, "  %s%s\n", plain.Line(note.What), times)
	}
}
