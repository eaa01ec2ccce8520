package main

import (
	"fmt"
	"os"
	"path/filepath"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/labels"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/local/report"
	"clinical-risk-pipeline/local/runner"
)

// results writes the results of executions and collects the summary that ends the run.
type results struct {
	scoresNobody bool // the run of a registered trial ended before it scored anybody: another one has the data cut, or the trial is not active

	output   *runner.Output
	out      string // its folder
	summary  *outcome.Summary
	page     *report.Report
	notable  *notable
	progress *progress
	subjects int            // in completed batches
	labels   *labels.Labels // nil without known outcomes
	spark    *local.Spark   // nil without --tables

	contradiction error // between the pipeline's counts and its decision records
}

func newResults(about report.About, output *runner.Output, out string, progress *progress) *results {
	summary := outcome.NewSummary(about.Environment, about.StateMachine.Name)
	if threshold, known := about.StateMachine.Threshold(); known {
		summary.Threshold = &threshold
	}
	summary.DefinedThreshold = about.StateMachine.DefinedThreshold
	return &results{
		output: output, out: out, progress: progress, notable: newNotable(out), page: report.New(about),
		summary: summary,
	}
}

// add writes the result of one subject, then counts it: every counted result is on disk.
func (r *results) add(result *runner.Result) error {
	if err := r.output.Write(result); err != nil {
		return err
	}
	r.summary.Add(result.Outcome, len(result.Alerts))
	r.page.Add(result.Outcome)
	r.page.AddEffects(result.Approvals, result.Downstream)
	r.notable.add(result)
	r.compare(result.Outcome.Subject, result.Outcome.RiskScore, result.Outcome.Decision)
	r.progress.step(1)
	return nil
}

// addBatch writes the result of a batch.
func (r *results) addBatch(b *runner.BatchResult) error {
	if err := r.output.WriteBatch(b); err != nil {
		return err
	}
	r.subjects += b.Size
	r.progress.step(b.Size)
	return nil
}

// addCohort writes the result of a cohort.
func (r *results) addCohort(result *runner.CohortResult) error {
	if err := r.output.WriteCohort(result); err != nil {
		return err
	}
	r.contradiction = result.Outcome.Contradiction()
	r.summary.AddCohort(result.Outcome, len(result.Alerts))
	if r.spark != nil {
		excluded, err := r.spark.Excluded()
		if err != nil {
			return err
		}
		r.summary.Excluded = excluded
		r.page.Extracted(len(result.Subjects), quality(r.output.Report(), r.spark.Output()))
	}
	r.page.AddCohort(result.Outcome, result.Subjects)
	r.page.AddEffects(result.Approvals, result.Downstream)
	r.notable.addCohort(result)
	for i := range result.Subjects {
		s := &result.Subjects[i]
		r.compare(s.Subject, s.RiskScore, s.Decision)
	}
	return nil
}

// quality returns the link of a report to the quality.json beside a cohort, "" without one.
func quality(report, cohort string) string {
	path := filepath.Join(filepath.Dir(cohort), "quality.json")
	if _, err := os.Stat(path); cohort == "" || err != nil {
		return ""
	}
	return link(filepath.Dir(report), path)
}

// compare adds a subject to the comparison with known outcomes.
func (r *results) compare(subject string, score *float64, decision outcome.Decision) {
	if r.labels == nil {
		return
	}
	if decision == outcome.Undecided {
		score = nil
	}
	r.labels.Add(subject, score, decision == outcome.HighRisk)
}

// complete is the number of inputs that are done.
func (r *results) complete() int { return max(r.summary.Executions, r.subjects) }

// done describes how far the run came.
func (r *results) done(all int, unit string) string {
	return fmt.Sprintf("%d of %d %s are done; their results are in %s", r.complete(), all, unit, r.out)
}

// failure returns the reason why the run is no success, or nil.
func (r *results) failure() error {
	undecided := r.summary.ByDecision[string(outcome.Undecided)]
	switch {
	case r.contradiction != nil:
		return program.Failed(r.contradiction)
	case r.summary.Failed > 0:
		return program.Failed(nil) // The summary says what failed.
	case undecided > 0:
		return program.Failed(fmt.Errorf("%s without a decision, although no execution failed: a person must look", plural(undecided, "subject")))
	}
	return nil
}
