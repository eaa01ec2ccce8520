package requirement

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const validList = `requirements:
  - id: SRC-01
    title: t
    clause: c
    requirement: r
    answer: a
    answeredBy: design
    criticality: high
    acceptance: [{criterion: x, tests: [TestX]}]
`

// clauses are all clauses of Annex 11.
func clauses() string {
	text := "annex11:\n"
	for i := range Annex11Clauses {
		text += fmt.Sprintf("  - {clause: %d, title: t, answeredBy: procedure, note: n}\n", i+1)
	}
	return text
}

func load(t *testing.T, text string) (*List, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "requirements.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(file)
}

func TestLoadRecordsLines(t *testing.T) {
	read, err := load(t, "# A comment.\n"+validList+strings.Replace(strings.TrimPrefix(validList, "requirements:\n"), "SRC-01", "P11-10a-records", 1)+clauses())
	if err != nil || len(read.Requirements) != 2 || len(read.Annex11) != Annex11Clauses {
		t.Fatalf("%v, %v", read, err)
	}
	list := read.Requirements
	if list[0].ID != "SRC-01" || list[0].Line != 3 || list[1].Line != 11 || list[1].AnsweredBy != Design || list[1].Text != "r" {
		t.Errorf("read %+v", list)
	}
}

func TestLoadNamesFileLineAndFault(t *testing.T) {
	for _, row := range []struct {
		reason, text string
		want         []string
	}{
		{"an unclosed list", "requirements: [\n", []string{":1: "}},
		{"an unknown field", validList + "    risk: low\n", []string{`:10: unknown field "risk"`}},
		{"a field twice", validList + "    id: SRC-02\n", []string{`:10: mapping key "id" already defined`}},
		{"a string instead of a requirement", "requirements:\n  - SRC-01\n", []string{":2: "}},
		{"an empty file", "", []string{":1: no requirements"}},
		{"wrong and missing values", "requirements:\n  - id: src1\n    answeredBy: nobody\n    criticality: huge\n", []string{
			`:2: id must have the form SRC-01 or P11-10e, got "src1"`, "title is missing", "clause is missing", "requirement is missing",
			"answer is missing", `answeredBy must be design, shared, procedure or notShown, got "nobody"`, `criticality must be high, medium or low, got "huge"`,
		}},
		{"shown by nothing", strings.Replace(validList, "    acceptance: [{criterion: x, tests: [TestX]}]\n", "", 1) + clauses(),
			[]string{":2: SRC-01: acceptance must be set if and only if answeredBy is design or shared"}},
		{"a criterion that no test checks", strings.Replace(validList, "tests: [TestX]", "tests: []", 1) + clauses(),
			[]string{":2: SRC-01: acceptance[0] must have a criterion and its tests"}},
		{"shared with whom, about what?", strings.Replace(validList, "design", "shared", 1) + clauses(),
			[]string{":2: SRC-01: residual must be set if and only if answeredBy is shared or notShown"}},
		{"a clause is left out", validList + strings.Replace(clauses(), "  - {clause: 15, title: t, answeredBy: procedure, note: n}\n", "", 1),
			[]string{"annex11 must list all 17 clauses, got 16", "annex11: clause 16 is out of order, want 15"}},
		{"a clause that nobody answers", validList + strings.Replace(clauses(), "answeredBy: procedure, note: n", "answeredBy: notApplicable", 1),
			[]string{"annex11, clause 1: note is missing"}},
		{"a clause answered by what is not there", validList + strings.Replace(clauses(), "answeredBy: procedure, note: n", "answeredBy: requirements, requirements: [SRC-09]", 1),
			[]string{"annex11, clause 1: SRC-09 is not in the list"}},
	} {
		_, err := load(t, row.text)
		if err == nil {
			t.Errorf("%s: no error", row.reason)
			continue
		}
		for _, want := range row.want {
			if !strings.Contains(err.Error(), "requirements.yaml") || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v\nwant %s", row.reason, err, want)
			}
		}
	}
}

func TestLoadOfAMissingFile(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("no error")
	}
}
