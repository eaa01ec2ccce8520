package main

import (
	"fmt"

	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/local/report"
	"clinical-risk-pipeline/local/runner"
)

// results writes what comes of the executions, and keeps what is told about them at the end.
type results struct {
	output   *runner.Output
	out      string // its folder
	summary  *outcome.Summary
	page     *report.Report
	notable  *notable
	progress *progress
}

func newResults(about report.About, output *runner.Output, out string, progress *progress) *results {
	return &results{
		output: output, out: out, progress: progress, notable: newNotable(out), page: report.New(about),
		summary: outcome.NewSummary(about.Environment, about.StateMachine.Name),
	}
}

// add writes a result. What is counted is written.
func (r *results) add(result *runner.Result) error {
	if err := r.output.Write(result); err != nil {
		return err
	}
	r.summary.Add(result.Outcome, len(result.Notifications))
	r.page.Add(result.Outcome)
	r.notable.add(result)
	r.progress.step()
	return nil
}

// done says how many of the executions are.
func (r *results) done(executions int) string {
	return fmt.Sprintf("%d of %d executions are done, and their results stand in %s", r.summary.Executions, executions, r.out)
}
