package main

import (
	"errors"
	"fmt"
	"time"

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
	CutDate         string      `placeholder:"DAY" help:"The last day whose data count, YYYY-MM-DD: for the Spark job, nothing exists that happened or was collected later; only with --tables or --registry. Default: today, in UTC."`
	SubjectColumn   string      `placeholder:"NAME" help:"The column of a CSV or Parquet cohort that has the ids of the subjects. Default: the first of subject, USUBJID, subject_id and SUBJID that the table has."`
	Trial           string      `placeholder:"ID" help:"The trial of the cohort; only with --cohort. Default: records and alerts show the trial as unknown."`
	Registry        string      `placeholder:"DIR" help:"Run the pipeline of the registered trial that --trial names, and keep its alerts in this folder, run after run: transitions, messages, worklists. Only with --cohort or --tables. Default: every run alerts about everybody at high risk."`
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
	case c.CutDate != "" && c.Tables == "" && c.Registry == "":
		return errors.New("--cut-date requires --tables or --registry: nothing is extracted from a cohort")
	case c.Registry != "" && (!c.whole() || c.Trial == ""):
		return errors.New("--registry requires --trial ID, and --cohort or --tables: it keeps the alerts of a registered trial")
	case c.Registry != "" && c.Threshold != nil:
		return errors.New("use either --registry or --threshold: the file of a registered trial has its threshold")
	case c.CutDate != "" && !isDay(c.CutDate):
		return fmt.Errorf("--cut-date must be a day, YYYY-MM-DD, got %q", c.CutDate)
	case c.CutDate > now().UTC().AddDate(0, 0, 1).Format(time.DateOnly): // a trial's day may begin before that of UTC
		return fmt.Errorf("--cut-date must not be after today, got %q", c.CutDate)
	case c.Trial != "" && !c.whole():
		return errors.New("--trial requires --cohort or --tables: other inputs contain their own trialId")
	case c.Trial != "" && !workflow.IsID(c.Trial):
		return fmt.Errorf("--trial %s, got %q", workflow.IDRule, c.Trial)
	}
	return nil
}

// isDay tells whether a text is a day of the calendar, YYYY-MM-DD.
func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}
