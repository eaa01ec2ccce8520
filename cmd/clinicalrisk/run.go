package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/labels"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/report"
	"clinical-risk-pipeline/local/runner"
	"clinical-risk-pipeline/workflow"
)

// runCommand is `clinicalrisk run`.
//
// Requirements: SRC-12
type runCommand struct {
	Assembly        string      `default:"cdk.out" placeholder:"DIR" help:"The cloud assembly that cdk synth writes. Default: ${default}."`
	Environment     string      `default:"dev" placeholder:"NAME" help:"The environment whose pipeline runs. Default: ${default}."`
	Endpoint        string      `placeholder:"URL" help:"A model server with SageMaker's container interface (GET /ping, POST /invocations), such as http://127.0.0.1:8080. Default: the built-in reference model, an illustration that predicts nothing."`
	ShowModelErrors bool        `help:"Show what the model server says in its errors, on this terminal only. It may quote features. Only with --endpoint."`
	Approve         string      `placeholder:"all|none|FILE" help:"Who decides when the pipeline asks for approval: all approves every request, none never answers, a FILE holds one decision per line. Default: you, at the terminal; without a terminal, none."`
	Cohort          string      `placeholder:"FILE" help:"Score the cohort in this file in one execution of the environment's cohort pipeline. The file is JSON Lines, {\"subject\": \"…\", \"features\": {…}}, or a CSV or Parquet table with a row for each subject; gzip and zstd are expanded. - is standard input."`
	Tables          string      `placeholder:"DIR" help:"Extract the cohort from the tables of a trial in this folder (SDTM), with the Spark job of the definition, on this machine; then score it. It needs a Python with PySpark, in .venv or CLINICALRISK_PYTHON."`
	SubjectColumn   string      `placeholder:"NAME" help:"The column of a CSV or Parquet cohort that has the ids of the subjects. Default: the first of subject, USUBJID, subject_id and SUBJID that the table has."`
	Trial           string      `placeholder:"ID" help:"The trial of the cohort; only with --cohort. Default: records and alerts show the trial as unknown."`
	Threshold       *float64    `placeholder:"RISK" help:"Alert above this risk in this run only, between 0 and 1. Default: the threshold of the definition."`
	Labels          string      `placeholder:"FILE" help:"Compare the scores with known outcomes: a CSV, Parquet or JSON Lines file with a subject and its outcome, 1 for a dropout and 0 for others. Default: no comparison."`
	Histories       runner.Kept `enum:"all,notable,none," default:"" placeholder:"all|notable|none" help:"The histories to keep: all; notable, of executions that failed, alerted or did not decide; or none. Default: all of up to 1,000 executions, and notable ones of more."`
	Card            string      `placeholder:"FILE" help:"The model card that the report links to. Default: card.html beside the input, if there is one."`
	Out             string      `default:"out" placeholder:"DIR" help:"The folder for the results: report.html, scores.csv, executions.jsonl, alerts.jsonl, histories, logs and others. Default: ${default}."`
	JSON            bool        `help:"Print the summary as JSON."`
	File            string      `arg:"" optional:"" help:"The inputs, one execution each: a .jsonl file has one per line, a .json file has one; - reads lines from standard input."`
}

// Help returns the details that --help shows.
func (runCommand) Help() string {
	return `The synthesized definition runs on a virtual clock: EMR steps, retry delays and timeouts take no real time. Only a model server does.

Only you can read the results. Histories and S3 objects contain features. Logs contain them only if the log group includes execution data.

One run uses a folder for results at a time. The next run replaces the results.

In a table, an empty cell, NA, NaN, NULL and a dot are missing values. Numbers have decimal points. The content of a file tells its format.

Exit codes: 0, every execution succeeded, and every subject has a decision; 1, executions failed, a subject has no decision, or the counts of pipeline and decision records differ; 2, the command line, the input or the assembly is wrong; 130, interrupted.`
}

// Validate checks combinations of flags. The parser calls it.
func (c *runCommand) Validate() error {
	switch {
	case c.Tables != "" && (c.File != "" || c.Cohort != ""):
		return errors.New("use either --tables, --cohort or <file>: each gives the subjects")
	case c.File == "" && c.Cohort == "" && c.Tables == "":
		return errors.New("expected \"<file>\", --cohort FILE or --tables DIR")
	case c.File != "" && c.Cohort != "":
		return errors.New("use either <file> or --cohort, not both: an execution scores one subject or a cohort")
	case c.ShowModelErrors && c.Endpoint == "":
		return errors.New("--show-model-errors requires --endpoint: the built-in model has no server")
	case c.SubjectColumn != "" && c.Cohort == "":
		return errors.New("--subject-column requires --cohort: it names a column of a table")
	case c.Trial != "" && !c.whole():
		return errors.New("--trial requires --cohort or --tables: other inputs contain their own trialId")
	case c.Trial != "" && !workflow.IsID(c.Trial):
		return fmt.Errorf("--trial %s, got %q", workflow.IDRule, c.Trial)
	}
	return nil
}

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
	spark, sparkErr := c.spark(s, out)
	file, inputErr := c.open(ctx, s)
	known, labelsErr := c.labels(ctx, s)
	if file != nil {
		defer func() { err = errors.Join(err, file.Close()) }()
	}
	if ctx.Err() != nil {
		return program.Interrupted("nothing was executed")
	}
	if err := errors.Join(assemblyErr, modelErr, personErr, outErr, inputErr, sparkErr, labelsErr, c.cardFault()); err != nil {
		return err
	}
	pipeline, err := runner.New(stateMachine, runner.Setting{
		Model: m, Objects: runner.Objects(out), Person: undisturbed{person, progress}, Cohort: c.cohort(file), Spark: spark,
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

// histories says how to keep the histories, and tells if there are many.
func (c *runCommand) histories(s program.Streams, file *intake.File) runner.Histories {
	if file == nil {
		return runner.HistoriesOf(c.Histories, 0)
	}
	executions := file.Count
	if c.Cohort != "" {
		executions = file.Count / 10 // about the batches
	}
	kept := runner.HistoriesOf(c.Histories, executions)
	if kept.Many && kept.Keep == runner.KeepAll {
		note(s, fmt.Sprintf("the histories of %d executions take about %d MB, in folders of 1,000", executions, executions*runner.HistorySize>>20))
	} else if kept.Many && c.Histories == "" {
		note(s, fmt.Sprintf("%d executions: only the histories of those that fail, alert or do not decide are kept; --histories all keeps all, about %d MB",
			executions, executions*runner.HistorySize>>20))
	}
	return kept
}

// about describes the run for the report.
func (c *runCommand) about(stateMachine *assembly.StateMachine, file *intake.File, out string, histories runner.Histories) report.About {
	about := report.About{StateMachine: stateMachine, Environment: c.Environment, Input: c.Tables, Model: c.modelName(), Histories: histories, Card: link(out, c.Card)}
	if file != nil {
		about.Input, about.Inputs = file.Name, file.Count
		about.Card, about.Quality = link(out, c.beside(c.Card, file, "card.html")), link(out, c.beside("", file, "quality.json"))
	}
	return about
}

// beside returns the named file, or else the file with that name beside the input; "" if there is none.
func (c *runCommand) beside(named string, file *intake.File, name string) string {
	if named != "" {
		return named
	}
	path := filepath.Join(filepath.Dir(file.Name), name)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || c.Cohort == intake.Stdin || c.File == intake.Stdin {
		return ""
	}
	return path
}

// link returns the path of a file relative to a folder, for a page there.
func link(folder, path string) string {
	absolute, err := filepath.Abs(path)
	if path == "" || err != nil {
		return ""
	}
	relative, err := filepath.Rel(folder, absolute)
	if err != nil {
		return ""
	}
	return (&url.URL{Path: filepath.ToSlash(relative)}).String()
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

// open reads the inputs.
func (c *runCommand) open(ctx context.Context, s program.Streams) (*intake.File, error) {
	if c.Tables != "" {
		return nil, nil // Spark writes the cohort.
	}
	if c.Cohort != "" {
		file, err := intake.OpenCohort(ctx, c.Cohort, s.In, intake.Table{SubjectColumn: c.SubjectColumn})
		if err == nil {
			for _, decided := range file.Notes {
				note(s, file.Name+": "+decided)
			}
		}
		return file, err
	}
	return intake.Open(ctx, c.File, s.In)
}

// labels reads the known outcomes, nil without any.
func (c *runCommand) labels(ctx context.Context, s program.Streams) (*labels.Labels, error) {
	if c.Labels == "" {
		return nil, nil
	}
	return labels.Open(ctx, c.Labels, s.In, intake.Table{SubjectColumn: ""})
}

// cardFault reports a model card that is not there.
func (c *runCommand) cardFault() error {
	if info, err := os.Stat(c.Card); c.Card != "" && (err != nil || info.IsDir()) {
		return fmt.Errorf("--card %s: no such file: name the card.html of the model", c.Card)
	}
	return nil
}

// cohort returns what the extraction writes: the file of --cohort, or nil.
func (c *runCommand) cohort(file *intake.File) *intake.File {
	if c.Cohort == "" {
		return nil
	}
	return file
}

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
	result, err := j.pipeline.RunCohort(ctx, j.file, c.Trial, j.results.addBatch)
	if err != nil {
		return err
	}
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
	if r.summary.NobodyScored() && c.Endpoint == "" {
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
