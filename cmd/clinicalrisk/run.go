package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/registry"
	"clinical-risk-pipeline/local/runner"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/trial"
)

// job is everything that a run needs, checked and ready.
type job struct {
	file     *intake.File
	pipeline *runner.Pipeline
	results  *results
}

// Run executes the command.
func (c *runCommand) Run(ctx context.Context, s program.Streams) (err error) {
	progress := &progress{}
	stateMachine, assemblyErr := c.stateMachine(s)
	m, endpoint, modelErr := c.model(ctx, s, progress)
	person, personErr := newPerson(c.Approve, s)
	out, outErr := runner.Folder(c.Out)
	kept, registryErr := c.registry(stateMachine)
	if kept != nil {
		defer func() { err = errors.Join(err, kept.Close()) }()
	}
	objects := objectsOf(out, kept)
	spark, sparkErr := c.spark(s, objects)
	file, inputErr := c.open(ctx, s, kept)
	known, labelsErr := c.labels(ctx, s)
	if file != nil {
		defer func() { err = errors.Join(err, file.Close()) }()
	}
	if ctx.Err() != nil {
		return program.Interrupted("nothing was executed")
	}
	if err := errors.Join(assemblyErr, modelErr, personErr, outErr, registryErr, inputErr, sparkErr, labelsErr, c.cardFault()); err != nil {
		return err
	}
	pipeline, err := runner.New(stateMachine, runner.Setting{
		Model: m, Objects: objects, Person: undisturbed{person, progress}, Cohort: c.cohort(file), Spark: spark, Registry: kept,
	})
	if err != nil {
		return err
	}
	if err := c.probe(ctx, s, pipeline, endpoint, file); err != nil {
		return err
	}
	output, err := runner.OpenOutput(out, stateMachine.Logging.Group) // Nothing is written before this point.
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, output.Close()) }()
	if spark != nil {
		closeLog, err := logSpark(spark, out)
		if err != nil {
			return err
		}
		defer closeLog()
		note(s, "Spark extracts the cohort from "+c.Tables+"; its log is in "+filepath.Join(c.Out, "logs", "spark.log"))
	}
	histories := c.histories(s, file)
	output.Keep(histories)
	r := newResults(c.about(stateMachine, file, out, histories), output, c.Out, progress)
	r.labels, r.spark = known, spark
	return c.execute(ctx, s, &job{file, pipeline, r})
}

// count is the number of inputs, 0 if Spark is to extract them.
func (j *job) count() int {
	if j.file == nil {
		return 0
	}
	return j.file.Count
}

// whole tells whether one execution scores a cohort.
func (c *runCommand) whole() bool { return c.Cohort != "" || c.Tables != "" }

// execute runs the job and prints the outcome.
func (c *runCommand) execute(ctx context.Context, s program.Streams, j *job) error {
	run, unit := c.runSubjects, "executions"
	if c.whole() {
		run, unit = c.runCohort, "subjects"
	}
	j.results.progress.start(s.Err, j.count(), unit)
	runErr := run(ctx, j)
	j.results.progress.end()
	if j.results.labels != nil {
		j.results.summary.Labels = j.results.labels.Compare()
	}
	if runErr != nil || ctx.Err() != nil {
		return j.stopped(ctx, runErr, unit)
	}
	if err := j.results.output.WriteReport(j.results.page.Write(j.results.summary)); err != nil {
		return err
	}
	return c.conclude(s, j.results)
}

// stopped writes the report of a run that did not come to its end, and says how far it came.
func (j *job) stopped(ctx context.Context, runErr error, unit string) error {
	done := j.results.done(j.count(), unit)
	j.results.page.Stop(fmt.Sprintf("%d of %d %s were done.", j.results.complete(), j.count(), unit), ctx.Err() != nil)
	err := j.results.output.WriteReport(j.results.page.Write(j.results.summary))
	if ctx.Err() != nil {
		return errors.Join(program.Interrupted(done), err)
	}
	return errors.Join(fmt.Errorf("%w\nthe run stopped: %s", runErr, done), err)
}

// runSubjects executes the pipeline for each subject.
func (c *runCommand) runSubjects(ctx context.Context, j *job) error {
	return j.pipeline.Run(ctx, j.file, j.results.add)
}

// runCohort executes the pipeline once, for the cohort.
func (c *runCommand) runCohort(ctx context.Context, j *job) error {
	trial := runner.Trial{ID: c.Trial}
	if c.Tables != "" || c.Registry != "" {
		trial.CutDate = c.cut()
	}
	result, err := j.pipeline.RunCohort(ctx, j.file, trial, j.results.addBatch)
	if err != nil {
		return err
	}
	j.results.scoresNobody = slices.Contains([]string{workflow.AlreadyScoredError, workflow.TrialNotActiveError}, result.Outcome.ErrorName())
	return j.results.addCohort(result)
}

// stateMachine finds the state machine of the environment. It warns if the sources changed after the synthesis.
func (c *runCommand) stateMachine(s program.Streams) (*assembly.StateMachine, error) {
	a, err := assembly.Open(c.Assembly)
	if err != nil {
		return nil, err
	}
	if source := a.NewerSource(); source != "" {
		warn(s, fmt.Sprintf("%s is newer than %s: synthesize again with `make synth`", source, c.Assembly))
	}
	if c.Registry != "" {
		return a.TrialStateMachine(c.Environment, c.Trial)
	}
	form := assembly.OneSubject
	if c.whole() {
		form = assembly.WholeCohort
	}
	found, err := a.StateMachine(c.Environment, form)
	if err != nil || c.Threshold == nil {
		return found, err
	}
	return found.WithThreshold(*c.Threshold)
}

// registry opens the registry of the trial, nil without --registry.
func (c *runCommand) registry(stateMachine *assembly.StateMachine) (*registry.Folder, error) {
	if c.Registry == "" || stateMachine == nil {
		return nil, nil
	}
	registered, err := trial.LoadCanonical(stateMachine.TrialFile)
	if err != nil {
		return nil, fmt.Errorf("the trial's file of the assembly: %w", err)
	}
	dir, err := filepath.Abs(c.Registry)
	if err != nil {
		return nil, err
	}
	kept, err := registry.Open(dir, registered)
	if err != nil {
		return nil, err
	}
	if last, err := kept.LastCut(); err != nil || last > c.cut() {
		if err == nil {
			err = fmt.Errorf("the registry has a run of the data cut %s, and cuts come in the order of their days: name one from that day on with --cut-date, got %s, or another folder with --registry", last, c.cut())
		}
		return nil, errors.Join(err, kept.Close())
	}
	return kept, nil
}

// cut is the data cut of a run: by default, today.
func (c *runCommand) cut() string { return cmp.Or(c.CutDate, now().UTC().Format(time.DateOnly)) }

// objectsOf returns the folder for the objects of S3. A registry keeps them, run after run: a run that was interrupted is finished later.
func objectsOf(out string, kept *registry.Folder) string {
	if kept != nil {
		return kept.Objects()
	}
	return runner.Objects(out)
}

// model returns the model that answers invocations, and the endpoint if it is one.
func (c *runCommand) model(ctx context.Context, s program.Streams, progress *progress) (model.Model, *model.Endpoint, error) {
	if c.Endpoint == "" {
		return model.Reference{}, nil, nil
	}
	endpoint, err := model.NewEndpoint(c.Endpoint)
	if err != nil {
		return nil, nil, err
	}
	warning, err := endpoint.Ping(ctx)
	if warning != "" {
		warn(s, warning)
	}
	if c.ShowModelErrors {
		shown := &modelErrors{to: s.Err, progress: progress, seen: map[string]bool{}}
		endpoint = endpoint.Observed(shown.show)
	}
	return endpoint, endpoint, err
}

// modelName names the model for the report.
func (c *runCommand) modelName() string {
	if c.Endpoint == "" {
		return "the built-in reference model, an illustration that predicts nothing about anyone"
	}
	return c.Endpoint
}

// warn prints a warning, which may quote others.
func warn(s program.Streams, warning string) {
	fmt.Fprintln(s.Err, "clinicalrisk: warning:", plain.Line(warning))
}

// note prints what the command decided.
func note(s program.Streams, text string) { fmt.Fprintln(s.Err, "clinicalrisk:", plain.Line(text)) }

// conclude prints the summary of the run.
func (c *runCommand) conclude(s program.Streams, r *results) error {
	if r.summary.NobodyScored() && c.Endpoint == "" && !r.scoresNobody {
		note(s, "nobody was scored: the built-in reference model needs the features "+strings.Join(model.Reference{}.Needs(), "; ")+
			". For features of your own, start your model and use --endpoint URL")
	}
	if c.JSON {
		text, err := json.MarshalIndent(r.summary, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintln(s.Out, plain.JSON(string(text)))
	} else {
		r.notable.print(s.Out, r.summary)
		fmt.Fprintf(s.Out, "\nReport: %s\n", plain.Line(r.output.Report()))
	}
	return r.failure()
}
