package intake

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// Requirements: SRC-12
func TestValidCohorts(t *testing.T) {
	text := "\ufeff" + `{"subject": "A", "features": {"x": 1e0, "y": null}}` + "\r\n\n" + `{"subject": "B"}` + "\n" +
		`{"subject": "C", "features": null, "site": "DE-03"}` + "\n" + `{"subject": "D", "features": {}}`
	f, err := OpenCohort(t.Context(), write(t, "a.jsonl", text), nil, Table{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	var ids strings.Builder
	for input, err := range f.Inputs() {
		if err != nil {
			t.Fatal(err)
		}
		ids.WriteString(input.Subject)
	}
	if ids.String() != "ABCD" || f.Count != 4 {
		t.Errorf("subjects %s, count %d", ids.String(), f.Count)
	}
	var lines bytes.Buffer
	if err := f.WriteLines(&lines); err != nil {
		t.Fatal(err)
	}
	// The model receives the numbers of the file digit by digit.
	want := `{"subject": "A", "features": {"x": 1e0, "y": null}}` + "\n" + `{"subject": "B"}` + "\n" +
		`{"subject": "C", "features": null, "site": "DE-03"}` + "\n" + `{"subject": "D", "features": {}}` + "\n"
	if lines.String() != want {
		t.Errorf("lines\n%s\nwant\n%s", lines.String(), want)
	}
}

// Requirements: SRC-12
func TestFaultsOfCohorts(t *testing.T) {
	for _, c := range []struct{ reason, text, want string }{
		{"empty", "\n", "the file is empty: write one object on each line, like {\"subject\": \"S-0001\", \"features\": {…}}"},
		{"an incomplete line", `{"subject": "A"`, ":1: not valid JSON (it ends too early)"},
		{"a list", `["A"]`, "the file is a JSON array: write one object on each line"},
		{"no subject", `{"features": {}}`, ":1: subject is missing"},
		{"features that are a string", `{"subject": "A", "features": "secret"}`, ":1: features must be an object"},
		{"a line of the other form", validInput("A"), ":1: this line is an input for a run without --cohort: omit --cohort, or rename transformed_features to features"},
		{"a subject twice", `{"subject": "A"}` + "\n" + `{"subject": "A"}`, `:2: subject "A" is already on line 1`},
	} {
		_, err := OpenCohort(t.Context(), write(t, "a.jsonl", c.text), nil, Table{})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error %v, want it to contain %q", c.reason, err, c.want)
		}
	}
	_, err := OpenCohort(t.Context(), write(t, "a.jsonl", "{\n{\"subject\": \"A\"}\n{}\n"), nil, Table{})
	if err == nil || !strings.Contains(err.Error(), "a.jsonl:1: ") || !strings.Contains(err.Error(), "a.jsonl:3: ") {
		t.Errorf("the error lacks a fault: %v", err)
	}
}

// Executions at the same time write the same file, each whole.
func TestOneFileForSeveralAtTheSameTime(t *testing.T) {
	var lines strings.Builder
	for i := range 400 {
		fmt.Fprintf(&lines, `{"subject": "S-%d", "features": {"filler": %q}}`+"\n", i, strings.Repeat("x", 500))
	}
	f, err := OpenCohort(t.Context(), write(t, "b.jsonl", lines.String()), nil, Table{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			var out bytes.Buffer
			if err := f.WriteLines(&out); err != nil || out.String() != lines.String() {
				t.Errorf("%d of %d bytes, %v", out.Len(), lines.Len(), err)
			}
		})
	}
	all.Wait()
}
