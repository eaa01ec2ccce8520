// Command evidence writes the traceability matrix and the results of the operational qualification.
//
//	evidence --out out/evidence
//
// It reads docs/requirements.yaml and the source code of the module in the working directory, runs the tests of all packages
// that have a test which names a requirement, and writes evidence.html, evidence.json and the histories of all executed
// scenarios. `make evidence` synthesizes first. See `evidence --help`.
//
// It exits with 0 when every requirement of the design is shown, with 1 when something is wrong, with 2 when the command line
// or the requirements' file is, or the evidence cannot be made, and with 130 when it was interrupted.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"clinical-risk-pipeline/evidence"
	"clinical-risk-pipeline/internal/program"
)

// cli is the command line.
type cli struct {
	Requirements string `default:"docs/requirements.yaml" placeholder:"FILE" help:"The requirements. Default: ${default}."`
	Assembly     string `default:"cdk.out" placeholder:"DIR" help:"The cloud assembly that cdk synth wrote, whose templates are digested. Default: ${default}."`
	Out          string `default:"out/evidence" placeholder:"DIR" help:"The folder for the evidence; earlier evidence in it is replaced. Default: ${default}."`
	Check        bool   `help:"Only say whether requirements, code and tests agree: run no test, write nothing."`
	JSON         bool   `help:"Print a summary as JSON."`
}

// Help returns the details that --help shows.
func (cli) Help() string {
	return `Code and tests name the requirements that they answer in a line of their doc comment: "// Requirements: SRC-02, P11-10f". Run it in the root of the module.

Exit codes: 0, every requirement of the design is shown; 1, there are findings: a requirement without code or test, an unknown or repeated id, a test that failed; 2, the command line or the requirements' file is wrong, or the evidence cannot be made; 130, interrupted.`
}

func main() { newProgram().Main() }

func newProgram() program.Program {
	return program.Program{
		Name: "evidence", Description: "Writes the traceability matrix and the results of the operational qualification.", CLI: &cli{},
	}
}

// Run executes the command.
func (c *cli) Run(ctx context.Context, s program.Streams) error {
	settings := &evidence.Settings{Root: ".", Requirements: c.Requirements, Assembly: c.Assembly, Out: c.Out}
	if c.Check {
		return c.check(s, settings)
	}
	return c.collect(ctx, s, settings)
}

// check compares, and runs nothing.
func (c *cli) check(s program.Streams, settings *evidence.Settings) error {
	traced, err := evidence.Trace(settings)
	if err != nil {
		return err
	}
	return c.conclude(s, summary{
		Passed: len(traced.Disagreements) == 0, Requirements: len(traced.List), Findings: traced.Disagreements,
	})
}

// collect makes the evidence.
func (c *cli) collect(ctx context.Context, s program.Streams, settings *evidence.Settings) error {
	progress := newProgress(s.Err)
	settings.OnPhase, settings.OnTest = progress.phase, progress.test
	e, err := evidence.Collect(ctx, settings)
	progress.end()
	if ctx.Err() != nil {
		return program.Interrupted("nothing was written")
	}
	if err != nil {
		return err
	}
	return c.conclude(s, summary{
		Passed: e.Passed, Requirements: len(e.Matrix), Findings: e.Findings, Commit: e.Stamp.Commit, Changed: len(e.Stamp.Changed),
		Tests: e.Tests.Passed + e.Tests.Failed + e.Tests.Skipped, Failed: e.Tests.Failed,
		Scenarios: e.Qualification.Scenarios, Violating: e.Qualification.Violating, Page: filepath.Join(c.Out, evidence.PageFile),
	})
}

// summary is what the command prints with --json.
type summary struct {
	Passed       bool     `json:"passed"`
	Requirements int      `json:"requirements"`
	Tests        int      `json:"tests"`
	Failed       int      `json:"failed"`
	Scenarios    int      `json:"scenarios"`
	Violating    int      `json:"violating"`
	Commit       string   `json:"commit,omitempty"`
	Changed      int      `json:"changed"` // files that differ from the commit
	Page         string   `json:"page,omitempty"`
	Findings     []string `json:"findings"`
}

// conclude prints what was found. Findings are the error.
func (c *cli) conclude(s program.Streams, found summary) error {
	if c.JSON {
		found.Findings = append([]string{}, found.Findings...) // never null
		text, err := json.MarshalIndent(found, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintln(s.Out, string(text))
	} else {
		found.print(s.Out)
	}
	if !found.Passed {
		return program.Failed(errors.New(strings.Join(found.Findings, "\n")))
	}
	return nil
}

// print writes the summary for people.
func (f *summary) print(w io.Writer) {
	if f.Page == "" {
		fmt.Fprintf(w, "%d requirements, %d findings\n", f.Requirements, len(f.Findings))
		return
	}
	fmt.Fprintf(w, "%d requirements, %d tests of which %d failed, %d scenarios of which %d broke a rule, %d findings\n",
		f.Requirements, f.Tests, f.Failed, f.Scenarios, f.Violating, len(f.Findings))
	if f.Changed > 0 {
		fmt.Fprintf(w, "%d files differ from commit %s: this is evidence of no commit\n", f.Changed, f.Commit)
	}
	fmt.Fprintf(w, "Evidence: %s\n", f.Page)
}
