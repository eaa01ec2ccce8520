package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/outcomes"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/workflow/trial"
)

// outcomesCommand is `clinicalrisk outcomes`: it keeps what became of a trial's subjects, and compares it with what was predicted.
type outcomesCommand struct {
	Import importOutcomes `cmd:"" help:"Keep the outcomes of a file in the record store, once. A later import supersedes them."`
	Page   outcomesPage   `cmd:"" help:"Write a page of what became of the subjects that were scored. The exit code is 1 if a limit of the trial's file is broken."`
}

// outcomesPlace is where the records of the outcomes, decisions and alerts are.
type outcomesPlace struct {
	TrialFile   string `required:"" type:"existingfile" placeholder:"FILE" help:"The trial's file, trials/ID.yaml."`
	Registry    string `placeholder:"DIR" help:"The registry of local runs, of clinicalrisk run --registry. Default: the record store on AWS."`
	Bucket      string `placeholder:"NAME" help:"The bucket of the record store. Default: the output RecordBucket of the environment's stack."`
	Environment string `default:"dev" placeholder:"NAME" help:"The environment whose stack has the bucket as an output. Default: ${default}."`
}

// Validate checks combinations of flags. The parser calls it.
func (c *outcomesPlace) Validate() error {
	if c.Registry != "" && c.Bucket != "" {
		return errors.New("use either --registry or --bucket: the records are in one place")
	}
	return nil
}

// importOutcomes is `clinicalrisk outcomes import`. On AWS it writes with your own credentials.
type importOutcomes struct {
	outcomesPlace `embed:""`
	File          string `arg:"" type:"existingfile" help:"The outcomes that jobs/outcomes.py wrote, or CSV with the same columns."`
	AsOf          string `placeholder:"DAY" help:"The day up to which the outcomes are known, YYYY-MM-DD. Default: the latest date in the file."`
	JSON          bool   `help:"Print the result as JSON."`
}

// Validate checks the flags. The parser calls it.
func (c *importOutcomes) Validate() error {
	if c.AsOf != "" && !isDay(c.AsOf) {
		return fmt.Errorf("--as-of must be a day, YYYY-MM-DD, got %q", c.AsOf)
	}
	return c.outcomesPlace.Validate()
}

// Run executes the command.
func (c *importOutcomes) Run(ctx context.Context, s program.Streams) (err error) {
	t, err := trial.Load(c.TrialFile)
	if err != nil {
		return err
	}
	file, err := outcomes.Read(ctx, c.File, outcomes.Reading{Trial: t, AsOf: c.AsOf, Now: now()})
	if err != nil {
		return err
	}
	objects, closing, err := c.objects(ctx, t)
	if err != nil {
		return err
	}
	imported, err := outcomes.Import(ctx, objects, t, file, now())
	if err := errors.Join(err, closing()); err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.Out, imported)
	} else {
		printImported(s.Out, t, imported)
	}
	if err != nil {
		return err
	}
	if t.Outcomes == nil {
		return nil // no limit to judge
	}
	report, err := c.compare(ctx, t) // outcomes change here: whoever imports them hears of a limit that they break
	if err != nil {                  // who may import outcomes need not be allowed to read decisions
		warn(s, "the outcomes are imported, and no limit was judged: "+err.Error())
		return nil
	}
	return judged(report)
}

func printImported(w io.Writer, t *trial.Trial, i *outcomes.Imported) {
	what := "imported"
	switch {
	case !i.New:
		what = "already in force: nothing was stored"
	case i.Supersedes > 0:
		what = fmt.Sprintf("imported, and supersede %s", plural(i.Supersedes, "earlier record"))
	}
	fmt.Fprintf(w, "%s: the outcomes of %s, as of %s, are %s\nRecord: %s\n", plain.Line(t.ID), plural(i.Subjects, "subject"), i.AsOf, what, plain.Line(i.Key))
}

// outcomesPage is `clinicalrisk outcomes page`. It never writes to AWS.
type outcomesPage struct {
	outcomesPlace `embed:""`
	Out           string `required:"" placeholder:"DIR" help:"A new or empty folder, or one with an earlier page."`
	JSON          bool   `help:"Print the figures as JSON."`
}

// Run executes the command.
func (c *outcomesPage) Run(ctx context.Context, s program.Streams) (err error) {
	t, err := trial.Load(c.TrialFile)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(c.Out)
	if err != nil {
		return err
	}
	report, err := c.compare(ctx, t)
	if err != nil {
		return err
	}
	report.MadeAt, report.Program = now().UTC().Truncate(time.Second), program.Version("clinicalrisk")
	if err := report.Write(dir); err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(s.Out, report)
	} else {
		printOutcomes(s.Out, report, dir)
	}
	if err != nil {
		return err
	}
	return judged(report)
}

// compare compares the outcomes that are in force with the scores.
func (c *outcomesPlace) compare(ctx context.Context, t *trial.Trial) (report *outcomes.Report, err error) {
	store, cohorts, closing, err := c.store(ctx, t)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closing()) }()
	record, err := outcomes.Current(ctx, store, t.ID)
	if err != nil {
		return nil, err
	}
	gathered, err := outcomes.Gather(ctx, store, cohorts, t)
	if err != nil {
		return nil, err
	}
	return outcomes.Compare(t, record, gathered), nil
}

// judged returns an error that names the limits that are broken.
func judged(report *outcomes.Report) error {
	var broken []string
	for _, l := range report.Broken() {
		broken = append(broken, l.Name)
	}
	if len(broken) == 0 {
		return nil
	}
	return program.Failed(fmt.Errorf("%s: %s broken: %s", plain.Line(report.TrialID), plural(len(broken), "limit"), strings.Join(broken, ", ")))
}

// printOutcomes prints what the page begins with.
func printOutcomes(w io.Writer, r *outcomes.Report, dir string) {
	fmt.Fprintf(w, "%s, outcomes as of %s:\n", plain.Line(r.TrialID), r.AsOf)
	for _, p := range r.Parts {
		fmt.Fprintf(w, "  %s: %s compared, %d with the outcome; %d still running, %d first scored when it was over, %d never scored\n",
			p.Outcome, plural(p.Compared, "subject"), p.Events, p.Censored, p.After, p.Unscored)
	}
	for _, l := range r.Limits {
		why := ""
		if l.Why != "" {
			why = ": " + plain.Line(l.Why)
		}
		fmt.Fprintf(w, "  limit %s, %s: %s%s\n", l.Name, l.Limit, l.Verdict, why)
	}
	fmt.Fprintf(w, "Page: %s\n", plain.Line(filepath.Join(dir, outcomes.PageFile)))
}
