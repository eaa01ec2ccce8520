package evidence

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"clinical-risk-pipeline/evidence/gotest"
	"clinical-risk-pipeline/evidence/requirement"
	"clinical-risk-pipeline/evidence/scenario"
)

// Evidence is the result. It marshals to evidence.json.
type Evidence struct {
	Passed       bool                 `json:"passed"`   // no findings
	Findings     []string             `json:"findings"` // why it did not pass
	Stamp        *Stamp               `json:"stamp"`
	Matrix       []Row                `json:"matrix"` // a row for each requirement, in the order of the list
	Tests        Tests                `json:"tests"`
	Annex11      []requirement.Clause `json:"annex11"` // all clauses of EU GMP Annex 11, with what answers them
	Verification *scenario.Summary    `json:"verification"`
}

// Tests are the tests that ran: all tests in each package with a test that names a requirement.
type Tests struct {
	Packages []string      `json:"packages"`
	Passed   int           `json:"passed"`
	Failed   int           `json:"failed"`
	Skipped  int           `json:"skipped"`
	Cases    int           `json:"cases"` // subtests
	All      []gotest.Test `json:"all"`
}

// Settings are the inputs of the evidence. Paths are relative to Root, or absolute.
type Settings struct {
	Root         string            // the folder of the module
	Requirements string            // the list, such as "docs/requirements.yaml"
	Assembly     string            // the cloud assembly, such as "cdk.out"
	Out          string            // the folder for the evidence, see [Output]
	OnTest       func(gotest.Test) // called when a test ends. Default: no call
	OnPhase      func(name string) // called when a phase begins. Default: no call
}

// path makes a path independent of the working directory.
func (s *Settings) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.Root, name)
}

// Traced are the requirements and the declarations that name them.
type Traced struct {
	*requirement.List
	Marks []requirement.Mark
	// Disagreements are the faults of the ids, see [requirement.Disagreements].
	Disagreements []string
}

// Trace reads the requirements and the source code, and compares them. It runs no test.
func Trace(s *Settings) (*Traced, error) {
	list, err := requirement.Load(s.path(s.Requirements))
	if err != nil {
		return nil, err
	}
	marks, faults, err := requirement.Find(s.Root)
	if err != nil {
		return nil, err
	}
	return &Traced{list, marks, append(faults, requirement.Disagreements(s.Requirements, list.Requirements, marks)...)}, nil
}

// Collect traces the requirements, runs the tests, reads the executed scenarios, and writes the evidence. The evidence contains
// what is wrong with the project. An error says why Collect could not write the evidence.
//
// Requirements: P11-10a, P11-10b
func Collect(ctx context.Context, s *Settings) (*Evidence, error) {
	traced, err := Trace(s)
	if err != nil {
		return nil, err
	}
	stamp, err := newStamp(ctx, s)
	if err != nil {
		return nil, err
	}
	out, err := openOutput(s.path(s.Out))
	if err != nil {
		return nil, err
	}
	defer out.discard()
	packages := traced.packages()
	s.phase(fmt.Sprintf("running the tests of %d packages", len(packages)))
	run, err := gotest.Do(ctx, gotest.Options{
		Root: s.Root, Packages: packages, OnTest: s.OnTest, Env: map[string]string{scenario.Variable: out.scenarios()},
	})
	if err != nil {
		return nil, err
	}
	s.phase("reading the scenarios")
	executed, err := scenario.Summarize(out.scenarios())
	if err != nil {
		return nil, err
	}
	moved, err := stamp.meanwhile(ctx, s.Root)
	if err != nil {
		return nil, err
	}
	e := &Evidence{Stamp: stamp, Matrix: traced.matrix(run), Tests: testsOf(packages, run), Annex11: traced.Annex11, Verification: executed}
	e.Findings = slices.Concat(traced.Disagreements, moved, e.failures(run))
	e.Passed = len(e.Findings) == 0
	stamp.Seconds = time.Since(stamp.Generated).Seconds()
	return e, out.write(e)
}

func (s *Settings) phase(name string) {
	if s.OnPhase != nil {
		s.OnPhase(name)
	}
}

// packages returns the folders of the tests that name requirements.
func (t *Traced) packages() []string {
	var folders []string
	for _, mark := range t.Marks {
		if mark.Test {
			folders = append(folders, mark.Package)
		}
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}

func testsOf(packages []string, run *gotest.Run) Tests {
	tests := Tests{Packages: packages, All: run.Tests}
	for _, t := range run.Tests {
		tests.Cases += t.Cases
		switch t.Status {
		case gotest.Passed:
			tests.Passed++
		case gotest.Failed:
			tests.Failed++
		case gotest.Skipped:
			tests.Skipped++
		}
	}
	return tests
}

// failures returns the findings of a run: failed tests, tests that name a requirement and did not run to the end, scenarios that
// broke a rule, and missing scenarios.
func (e *Evidence) failures(run *gotest.Run) []string {
	findings := slices.Clone(run.Faults)
	for _, t := range run.Tests {
		if t.Status == gotest.Failed {
			findings = append(findings, fmt.Sprintf("%s failed in %s", t.Name, t.Package))
		}
	}
	named := map[string]bool{}
	for _, row := range e.Matrix {
		for _, t := range row.Tests {
			if (t.Status == gotest.Skipped || t.Status == gotest.NotRun) && !named[t.String()] {
				named[t.String()] = true
				findings = append(findings, fmt.Sprintf("%s names requirements but was %s", t.Mark, map[string]string{
					gotest.Skipped: "skipped, or one of its cases was", gotest.NotRun: "not run"}[t.Status]))
			}
		}
	}
	if n := e.Verification.Violating; n > 0 {
		findings = append(findings, fmt.Sprintf("%d scenarios broke a rule", n))
	}
	if e.Verification.Scenarios == 0 {
		return append(findings, "no test executed a scenario")
	}
	return append(findings, e.unqualified()...)
}

// unqualified reports the definitions in the templates that no scenario executed: the templates are old, their settings differ from
// those of the tests, or the tests executed similar definitions only.
func (e *Evidence) unqualified() []string {
	executed := slices.Collect(maps.Values(e.Verification.Definitions))
	var findings []string
	for _, d := range e.Stamp.Definitions {
		if !d.Express && !slices.Contains(executed, d.SHA256) {
			findings = append(findings, fmt.Sprintf("no scenario executed the definition of %s in %s: synthesize again, with the settings of the tests", d.LogicalID, d.Template))
		}
	}
	return findings
}
