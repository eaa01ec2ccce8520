// Command evidence writes the traceability matrix and the results of the supplier's verification.
//
//	evidence --out out/evidence
//
// It reads docs/requirements.yaml and the source code of the module in the working directory. It runs all tests in each package
// with a test that names a requirement. It writes evidence.html, evidence.json and the histories of the executed scenarios.
// `make evidence` synthesizes first. See `evidence --help`.
//
// The exit code is 0 when every requirement of the design is shown, 1 when there are findings, 2 when the command line or the file
// of requirements is wrong or the evidence cannot be written, and 130 after an interruption.
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
	Requirements string `default:"docs/requirements.yaml" placeholder:"FILE" help:"The file of requirements. Default: ${default}."`
	Assembly     string `default:"cdk.out" placeholder:"DIR" help:"The cloud assembly that cdk synth writes. The evidence contains the digests of its templates. Default: ${default}."`
	Out          string `default:"out/evidence" placeholder:"DIR" help:"The folder for the evidence. It replaces earlier evidence. Default: ${default}."`
	Check        bool   `help:"Only check that requirements, code and tests agree: run no test, write nothing."`
	JSON         bool   `help:"Print a summary as JSON."`
}

// Help returns the details that --help shows.
func (cli) Help() string {
	return `Code and tests name the requirements that they answer in a line of their doc comment: "// Requirements: SRC-02, P11-10f". Run this command in the root of the module.

The evidence is a verification by the supplier: the tests execute the synthesized definitions in the project's own engine. It is no operational qualification of an installed system, which is yours.

Exit codes: 0, every requirement of the design is shown; 1, findings, such as a requirement without code or test, a criterion without its test, an unknown or repeated id, or a failed test; 2, the command line or the file of requirements is wrong, or the evidence cannot be written; 130, interrupted.`
}

func main() { newProgram().Main() }

func newProgram() program.Program {
	return program.Program{
		Name: "evidence", Description: "Writes the traceability matrix and the results of the supplier's verification.", CLI: &cli{},
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

// check compares requirements, code and tests. It runs no test.
func (c *cli) check(s program.Streams, settings *evidence.Settings) error {
	traced, err := evidence.Trace(settings)
	if err != nil {
		return err
	}
	return c.conclude(s, summary{
		Passed: len(traced.Disagreements) == 0, Requirements: len(traced.Requirements), Findings: traced.Disagreements,
	})
}

// collect writes the evidence.
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
		Scenarios: e.Verification.Scenarios, Violating: e.Verification.Violating, Page: filepath.Join(c.Out, evidence.PageFile),
	})
}

// summary is the output of --json.
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

// conclude prints the summary. Its error lists the findings.
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
	fmt.Fprintf(w, "%d requirements, %d tests (%d failed), %d scenarios (%d broke a rule), %d findings\n",
		f.Requirements, f.Tests, f.Failed, f.Scenarios, f.Violating, len(f.Findings))
	if f.Changed > 0 {
		fmt.Fprintf(w, "%d files differ from commit %s: the evidence is not about a commit\n", f.Changed, f.Commit)
	}
	fmt.Fprintf(w, "Evidence: %s\n", f.Page)
}
