package requirement

import (
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
`

func load(t *testing.T, text string) ([]Requirement, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "requirements.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(file)
}

func TestLoadRecordsLines(t *testing.T) {
	list, err := load(t, "# A comment.\n"+validList+strings.Replace(strings.TrimPrefix(validList, "requirements:\n"), "SRC-01", "P11-10a-records", 1))
	if err != nil || len(list) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	if list[0].ID != "SRC-01" || list[0].Line != 3 || list[1].Line != 10 || list[1].AnsweredBy != Design || list[1].Text != "r" {
		t.Errorf("read %+v", list)
	}
}

func TestLoadNamesFileLineAndFault(t *testing.T) {
	for _, row := range []struct {
		reason, text string
		want         []string
	}{
		{"an unclosed list", "requirements: [\n", []string{":1: "}},
		{"an unknown field", validList + "    risk: low\n", []string{`:9: unknown field "risk"`}},
		{"a field twice", validList + "    id: SRC-02\n", []string{`:9: mapping key "id" already defined`}},
		{"a string instead of a requirement", "requirements:\n  - SRC-01\n", []string{":2: "}},
		{"an empty file", "", []string{":1: no requirements"}},
		{"wrong and missing values", "requirements:\n  - id: src1\n    answeredBy: nobody\n    criticality: huge\n", []string{
			`:2: id must have the form SRC-01 or P11-10e, got "src1"`, "title is missing", "clause is missing", "requirement is missing",
			"answer is missing", `answeredBy must be design or procedure, got "nobody"`, `criticality must be high, medium or low, got "huge"`,
		}},
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
