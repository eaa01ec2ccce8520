package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/records/export"
	"clinical-risk-pipeline/workflow"
)

// recordsCommand is `clinicalrisk records`: it hands the records of a trial to people who may not use AWS, such as an inspector.
type recordsCommand struct {
	Export exportRecords `cmd:"" help:"Write all records of a trial into a folder: as they are stored, as tables and as pages, with a manifest of digests."`
	Verify verifyRecords `cmd:"" help:"Check an export, offline: every file, every record, every signature."`
}

// exportRecords is `clinicalrisk records export`. It reads with your own AWS credentials, and never writes to AWS.
type exportRecords struct {
	Trial string `required:"" placeholder:"ID" help:"The trial's id."`
	From  string `placeholder:"DAY" help:"The first day, YYYY-MM-DD. Default: the beginning."`
	To    string `placeholder:"DAY" help:"The last day, YYYY-MM-DD. Default: now."`
	Out   string `required:"" placeholder:"DIR" help:"A new or empty folder. An export that was interrupted goes on there."`

	Registry    string `placeholder:"DIR" help:"The registry of local runs, of clinicalrisk run --registry. Default: the record store on AWS."`
	Results     string `name:"run" placeholder:"DIR" help:"The results of local runs without a registry, of clinicalrisk run --out. Default: the record store on AWS."`
	Bucket      string `placeholder:"NAME" help:"The bucket of the record store. Default: the output RecordBucket of the environment's stack."`
	Environment string `default:"dev" placeholder:"NAME" help:"The environment whose stack has the bucket as an output. Default: ${default}."`
	TrailLogs   string `placeholder:"NAME" help:"The log group of the trail. Default: the trail's events are not exported, and the export says so."`
	Table       string `placeholder:"NAME" help:"The table of the registry, whose claims of data cuts name runs without a record. Default: the claims are not read, and the export says so."`
	TrialFile   string `type:"existingfile" placeholder:"FILE" help:"The trial's file, trials/ID.yaml, whose schedule names days without a run. Default: with --registry its own; else no schedule is compared."`
	JSON        bool   `help:"Print the manifest as JSON."`
}

// Validate checks combinations of flags. The parser calls it.
func (c *exportRecords) Validate() error {
	local := 0
	for _, dir := range []string{c.Registry, c.Results} {
		if dir != "" {
			local++
		}
	}
	switch {
	case local == 2:
		return errors.New("use either --registry or --run: an export is of one record store")
	case local > 0 && (c.Bucket != "" || c.TrailLogs != "" || c.Table != ""):
		return errors.New("use --bucket, --trail-logs and --table without --registry and --run: they are of AWS")
	case !workflow.IsID(c.Trial):
		return fmt.Errorf("--trial %s, got %q", workflow.IDRule, c.Trial)
	case c.Out == "":
		return errors.New("--out must name a new or empty folder")
	}
	for name, day := range map[string]string{"--from": c.From, "--to": c.To} {
		if day != "" && !isDay(day) {
			return fmt.Errorf("%s must be a day, YYYY-MM-DD, got %q", name, day)
		}
	}
	if c.From != "" && c.To != "" && c.From > c.To {
		return fmt.Errorf("--from %s is after --to %s", c.From, c.To)
	}
	return nil
}

// Run executes the command.
func (c *exportRecords) Run(ctx context.Context, s program.Streams) (err error) {
	dir, err := filepath.Abs(c.Out)
	if err != nil {
		return err
	}
	options, closing, err := c.options(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closing()) }()
	shown := &steps{out: s.Err}
	options.Dir, options.Progress = dir, shown
	result, err := export.Export(ctx, *options)
	shown.end()
	if err != nil {
		if ctx.Err() != nil {
			return program.Interrupted("the export in " + dir + " is not complete. The same command goes on there")
		}
		return err
	}
	if c.JSON {
		return printJSON(s.Out, result.Manifest)
	}
	printExport(s.Out, dir, result)
	return nil
}

// printExport tells what was exported, and the digest, which an inspector has to be told by another way.
func printExport(w io.Writer, dir string, result *export.Result) {
	m := result.Manifest
	if result.Resumed {
		fmt.Fprintln(w, "An interrupted export was continued.")
	}
	fmt.Fprintf(w, "%s: %s in %s, as of %s\n", plain.Line(m.TrialID), recordCount(m.Counts), plural(len(m.Parts), "month"), stamp(m.AsOf))
	printMissing(w, m.Runs.Missing)
	fmt.Fprintf(w, "Page:    %s\nDigest:  %s\n\nTell the digest by another way than with the files. To verify:\n  clinicalrisk records verify %s --digest %s\n",
		plain.Line(filepath.Join(dir, "index.html")), result.Digest, plain.Line(dir), result.Digest)
}

// mostMissing is how many missing runs a person is shown. The manifest and the page have all of them.
const mostMissing = 20

func printMissing(w io.Writer, missing []records.MissingRun) {
	for i, run := range missing {
		if i == mostMissing {
			fmt.Fprintf(w, "  … and %d more: the page has all of them\n", len(missing)-i)
			return
		}
		days := run.Day
		if run.Until != "" {
			days += " to " + run.Until
		}
		fmt.Fprintf(w, "  missing: %s, %s: %s %s\n", plural(run.Runs, "run"), plain.Line(days), plain.Line(run.Why), plain.Line(run.Execution))
	}
}

func recordCount(counts map[records.Kind]int) string {
	n := 0
	for _, count := range counts {
		n += count
	}
	return plural(n, "record")
}

// steps shows the progress of an export: of a step at a time.
type steps struct {
	out io.Writer
	bar progress
}

// Begin implements export.Progress.
func (s *steps) Begin(step string, of int) {
	s.bar.end()
	s.bar = progress{}
	s.bar.start(s.out, of, step)
}

// Done implements export.Progress.
func (s *steps) Done(n int) { s.bar.step(n) }

func (s *steps) end() { s.bar.end() }
