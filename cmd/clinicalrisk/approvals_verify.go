package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/lambda/approval/auditor"
	"clinical-risk-pipeline/lambda/approval/verify"
)

// verifyApproval is `clinicalrisk approvals verify`. It does not invoke the function: an auditor reads the records with their own AWS
// credentials. The exit code is 0 if everything holds, and 1 if something does not hold or is not verifiable.
type verifyApproval struct {
	ID        string `arg:"" help:"The request's id, ap-…"`
	Trial     string `placeholder:"ID" help:"The trial's id. It saves time in a store with the records of many trials. Default: all trials."`
	Bucket    string `placeholder:"NAME" help:"The bucket of the records. Without --function, the approvers are then not verifiable. Default: as the function is configured."`
	TrailLogs string `placeholder:"NAME" help:"The log group of the trail that logs the function's invocations. Default: as the function is configured."`
}

// newVerifier connects to AWS. Tests replace it.
var newVerifier = auditor.New

// longestFindings is the maximum number of findings of a check shown to a person. --json prints all of them.
const longestFindings = 20

// Run executes the command.
func (c *verifyApproval) Run(ctx context.Context, s program.Streams, approvals *approvalsCommand) error {
	settings, err := configuration(ctx)
	if err != nil {
		return err
	}
	of := auditor.Audited{Bucket: c.Bucket, Trial: c.Trial, TrailLogs: c.TrailLogs}
	if approvals.Function != "" || c.Bucket == "" {
		if of.Function, settings.Region, err = approvals.function(ctx, settings); err != nil {
			return err
		}
	}
	if settings.Region == "" {
		return errors.New("the AWS region is unknown: set AWS_REGION, or --function")
	}
	verifier, err := newVerifier(ctx, settings, of)
	if err != nil {
		return fmt.Errorf("%w: sign in to AWS or, if you may not read it, set --bucket and --trail-logs", err)
	}
	report, err := verifier.Verify(ctx, c.ID)
	if err != nil {
		return err
	}
	if approvals.JSON {
		err = printJSON(s.Out, report)
	} else {
		printReport(s.Out, report)
	}
	if err == nil && report.Result != verify.Holds {
		return program.Failed(conclusion(report))
	}
	return err
}

// conclusion counts what does not hold.
func conclusion(report *verify.Report) error {
	counts := map[verify.Result]int{}
	for _, c := range report.Checks {
		counts[c.Result]++
	}
	for _, r := range report.Records {
		for _, c := range r.Checks {
			counts[c.Result]++
		}
	}
	return fmt.Errorf("%s: %d checks hold, %d do not hold, %d are not verifiable", report.ID, counts[verify.Holds], counts[verify.Fails], counts[verify.Unverifiable])
}

func printReport(w io.Writer, report *verify.Report) {
	fmt.Fprintf(w, "Approval %s, verified on %s: %s\n", report.ID, stamp(report.VerifiedAt), report.Result)
	printChecks(w, report.Checks)
	for _, r := range report.Records {
		fmt.Fprintf(w, "\nRecord %s, version %s\n", plain.Line(r.Place), plain.Line(r.Version))
		if r.Signer != nil {
			fmt.Fprintf(w, "Round %d, %s by %s, %s, on %s\n", r.Round, plain.Line(string(r.Decision)), plain.Line(r.Signer.PrintedName), plain.Line(r.Signer.ARN), stamp(*r.SignedAt))
		}
		printChecks(w, r.Checks)
	}
}

// printChecks prints a row for each finding.
func printChecks(w io.Writer, checks []verify.Check) {
	tabulate(w, func(row func(cells ...any)) {
		for _, c := range checks {
			for i, finding := range c.Findings {
				switch {
				case i == 0:
					row(c.Result, c.Name, finding)
				case i == longestFindings:
					row("", "", fmt.Sprintf("… and %d more: --json shows all", len(c.Findings)-i))
				case i < longestFindings:
					row("", "", finding)
				}
			}
		}
	})
}
