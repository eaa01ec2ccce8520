package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/cases"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/program"
)

// testCommand runs tables of cases.
type testCommand struct {
	Files   []string       `arg:"" name:"file" help:"Tables of cases, in YAML or JSON."`
	Cases   *regexp.Regexp `name:"run" placeholder:"REGEXP" help:"Run only the cases whose names match. Default: all."`
	JSON    bool           `name:"json" xor:"form" help:"Print the results as JSON."`
	JUnit   string         `name:"junit" placeholder:"FILE" help:"Write the results as JUnit XML, too."`
	Watch   bool           `xor:"form" help:"Run again whenever a file changes, until Ctrl-C."`
	Lenient bool           `help:"Accept what AWS accepts, even if every execution that reaches it fails."`
}

// Help returns the details that --help shows.
func (*testCommand) Help() string {
	return "Exit codes: 0, every case passes; 1, a case fails; 2, a file is wrong."
}

// tested is a table with the results of the cases that ran.
type tested struct {
	table   *cases.Table
	results []*cases.Result
}

// Run runs the tables, once or whenever a file changes.
func (c *testCommand) Run(ctx context.Context, s program.Streams) error {
	if c.Watch {
		return c.watch(ctx, s)
	}
	_, failed, err := c.once(ctx, s)
	if err == nil && failed > 0 {
		return program.Failed(nil) // The output shows what differs.
	}
	return err
}

// once runs every table. It returns the names of all files that were read, and the number of cases that failed.
func (c *testCommand) once(ctx context.Context, s program.Streams) (files []string, failed int, err error) {
	var all []tested
	var faulty []error
	for _, file := range c.Files {
		table, results, err := c.table(ctx, file)
		files = append(files, table.Files...)
		switch {
		case ctx.Err() != nil:
			return files, 0, ctx.Err()
		case err != nil:
			faulty = append(faulty, err)
			continue
		}
		all = append(all, tested{table, results})
	}
	passed, failed := count(all)
	if passed+failed == 0 && len(faulty) == 0 {
		return files, 0, fmt.Errorf("no case has a name that matches %q: change --run", c.Cases)
	}
	var writing []error
	if c.JUnit != "" {
		writing = append(writing, os.WriteFile(c.JUnit, junit(all, faulty), 0o644))
	}
	writing = append(writing, c.report(s.Out, all))
	return files, failed, errors.Join(append(faulty, writing...)...)
}

// table runs the cases of a table.
func (c *testCommand) table(ctx context.Context, file string) (*cases.Table, []*cases.Result, error) {
	var options []asl.LoadOption
	if c.Lenient {
		options = append(options, asl.Lenient())
	}
	table, err := cases.Read(file, options...)
	if err != nil {
		return table, nil, err
	}
	var objects asl.Objects
	if table.Objects != "" {
		objects = readOnly{folder(table.Objects)}
	}
	var results []*cases.Result
	for _, one := range table.Cases {
		if c.Cases != nil && !c.Cases.MatchString(one.Name) {
			continue
		}
		result, err := table.Run(ctx, one, objects)
		if err != nil {
			return table, nil, err
		}
		results = append(results, result)
	}
	return table, results, nil
}

// readOnly is a folder of buckets that keeps nothing of what is written: a test leaves no files.
type readOnly struct{ folder }

// Create drops what is written.
func (readOnly) Create(context.Context, string, string) (io.WriteCloser, error) {
	return discard{}, nil
}

func count(all []tested) (passed, failed int) {
	for _, t := range all {
		for _, r := range t.results {
			if len(r.Differences) == 0 {
				passed++
			} else {
				failed++
			}
		}
	}
	return passed, failed
}

func (c *testCommand) report(w io.Writer, all []tested) error {
	if c.JSON {
		return testJSON(w, all)
	}
	for _, t := range all {
		for _, r := range t.results {
			if len(r.Differences) == 0 {
				fmt.Fprintf(w, "ok    %s\n", plain.Line(r.Case.Name))
				continue
			}
			fmt.Fprintf(w, "FAIL  %s (%s:%d)\n%s", plain.Line(r.Case.Name), plain.Line(t.table.File), r.Case.Line, differences(r))
		}
		passed, failed := count([]tested{t})
		fmt.Fprintf(w, "%s: %d passed, %d failed\n", plain.Line(t.table.File), passed, failed)
	}
	return nil
}

// differences shows what differs.
func differences(r *cases.Result) string {
	var b strings.Builder
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "      %s\n        want  %s\n        got   %s\n", plain.Line(d.Path), plain.Line(d.Want), plain.Line(d.Got))
	}
	return b.String()
}

// testJSON writes the results for programs.
func testJSON(w io.Writer, all []tested) error {
	type one struct {
		Name        string             `json:"name"`
		Line        int                `json:"line"`
		Passed      bool               `json:"passed"`
		Differences []cases.Difference `json:"differences"`
	}
	type table struct {
		File       string `json:"file"`
		Definition string `json:"definition"`
		Cases      []one  `json:"cases"`
	}
	var out struct {
		Passed int     `json:"passed"`
		Failed int     `json:"failed"`
		Files  []table `json:"files"`
	}
	out.Passed, out.Failed = count(all)
	out.Files = []table{}
	for _, t := range all {
		file := table{t.table.File, t.table.Definition, []one{}}
		for _, r := range t.results {
			found := append([]cases.Difference{}, r.Differences...)
			file.Cases = append(file.Cases, one{r.Case.Name, r.Case.Line, len(found) == 0, found})
		}
		out.Files = append(out.Files, file)
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, plain.JSON(text.String()))
	return err
}
