package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/workflow"
)

// CohortResult is the result of the execution of a cohort.
type CohortResult struct {
	Outcome  *outcome.Cohort
	Subjects []outcome.Subject // in the order of the file
	Effects
	Files
}

// BatchResult is the result of one batch.
type BatchResult struct {
	outcome.Batch
	Execution string // the parent's name
	Child     string // the child's own name
	Files
}

// Trial says what a cohort is of.
type Trial struct {
	ID      string // Default: unknown
	CutDate string // the last day whose data count, YYYY-MM-DD. Default: that of the definition
}

// input is that of the execution.
func (t Trial) input() *value.Object {
	input := value.NewObject(2)
	if t.ID != "" {
		input.Set(workflow.TrialID, t.ID)
	}
	if t.CutDate != "" {
		input.Set(workflow.CutDate, t.CutDate)
	}
	return input
}

// RunCohort executes the pipeline once, for the whole cohort of the file. If Spark extracts the cohort, the file is nil. Else it must be
// the cohort of the Setting, unless no job of the pipeline extracts it. RunCohort hands each batch to emit when it ended, and stops at the first
// error of emit, of an execution that cannot run here, or of a cancelled context.
func (p *Pipeline) RunCohort(ctx context.Context, file *intake.File, trial Trial, emit func(*BatchResult) error) (*CohortResult, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	run := &cohortRun{Pipeline: p, name: cohortName(trial.ID), emit: emit}
	result := &CohortResult{}
	if err := run.begin(trial); err != nil {
		return nil, err
	}
	options := p.options(run.name, seed(run.name), &result.Effects)
	options.Start = startOf(trial.CutDate)
	batches := run.handleBatches(cancel)
	options.OnChild = batches.hand
	input := trial.input()
	if p.spark == nil {
		if err := p.place(ctx, file, input, options); err != nil {
			return nil, errors.Join(err, batches.wait())
		}
	}
	execution, err := p.machine.Run(ctx, input, options)
	if failed := batches.wait(); failed != nil {
		return nil, failed
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, err
	}
	if p.registry != nil {
		if err := p.registry.End(); err != nil {
			return nil, err
		}
	}
	redact := p.redactor.Strictly(execution)
	result.Outcome = outcome.OfCohort(trial.ID, execution, len(result.Alerts), redact, &run.children)
	result.Outcome.MapRun.MaxConcurrency = p.maxConcurrency()
	result.Files = p.files(execution, redact)
	if p.spark == nil {
		return result, run.cover(ctx, file, execution, result)
	}
	return result, run.coverExtracted(ctx, execution, result)
}

// begin names a run of a registered trial, after its data cut and its number: a registry remembers the executions.
func (r *cohortRun) begin(trial Trial) error {
	if r.registry == nil {
		return nil
	}
	number, err := r.registry.Begin(trial.CutDate)
	if err != nil {
		return err
	}
	r.name = fmt.Sprintf("%s-%s-run-%d", r.name[:min(len(r.name), 50)], trial.CutDate, number)
	return nil
}

// startOf returns when a run of a data cut starts: in the night of that day. Without a cut, the engine's own time is good: zero.
func startOf(cut string) time.Time {
	day, err := time.Parse(time.DateOnly, cut)
	if err != nil {
		return time.Time{} // no cut, or one that the first state refuses
	}
	return day.Add(nightly)
}

// nightly is the time of the day at which a run starts, in UTC.
const nightly = 3 * time.Hour

// coverExtracted adds the decisions about the subjects that Spark extracted. Without a cohort, there are none.
func (r *cohortRun) coverExtracted(ctx context.Context, execution *asl.Execution, result *CohortResult) (err error) {
	output := r.spark.Output()
	if output == "" {
		return nil
	}
	file, err := intake.OpenCohort(ctx, output, nil, intake.Table{})
	if err != nil {
		return fmt.Errorf("the cohort that Spark wrote: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return r.cover(ctx, file, execution, result)
}

// cohortRun is a running execution of a cohort.
type cohortRun struct {
	*Pipeline
	name     string
	emit     func(*BatchResult) error
	children outcome.Children
	batches  []outcome.Batch
}

// batch handles a child that ended.
func (r *cohortRun) batch(child *asl.Execution) error {
	result := &BatchResult{Batch: r.children.Add(child), Execution: r.name, Child: child.Name}
	r.batches = append(r.batches, result.Batch)
	result.Files = r.files(child, r.redactor.Strictly(child))
	return r.emit(result)
}

// maxConcurrency is the MaxConcurrency of the state ScoreCohort, 0 if the definition does not have it as a number.
func (p *Pipeline) maxConcurrency() int {
	limit, _ := field(p.definition, "States", workflow.ScoreCohort, "MaxConcurrency").(float64)
	return int(limit)
}

// field follows names into an object. It returns nil if a name is missing.
func field(part any, names ...string) any {
	for _, name := range names {
		object, _ := part.(*value.Object)
		part = object.Value(name)
	}
	return part
}

// cohortName derives the name of a cohort's execution from the trial's id.
func cohortName(trial string) string {
	if trial == "" {
		return "cohort"
	}
	name := fmt.Sprintf("cohort-%s", notInName.ReplaceAllString(trial, "_"))
	return name[:min(len(name), 80)]
}
