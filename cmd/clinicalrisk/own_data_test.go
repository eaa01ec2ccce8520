package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
)

// A cohort in CSV goes through the cohort pipeline.
//
// Requirements: SRC-02, SRC-12, SRC-19
func TestCohortInCSV(t *testing.T) {
	cohort := write(t, "cohort.csv", "USUBJID;age\nS-1;70\nS-2;\n")
	url := answers(t, 200, isJSON, `{"predictions": [{"id": "0", "risk_score": 0.6}, {"id": "1", "risk_score": 0.2}]}`)
	outcomes := write(t, "outcomes.csv", "USUBJID,outcome\nS-1,1\nS-2,0\nS-3,1\n")
	code, stdout, stderr, out := cohortPipeline(t, "--cohort", cohort, "--endpoint", url, "--threshold", "0.5", "--labels", outcomes, "--approve", "all")
	for _, want := range []string{"2 of 2 subjects scored, 1 at high risk", "Threshold: a risk above 0.5 alerts the team in this run only; the definition has 0.75",
		"Known outcomes:\n  2 compared, 1 dropped out: AUC 1.000, Brier 0.100 (0.250 for always the base rate)", "1 outcomes of subjects that are not in the run"} {
		if code != program.ExitOK || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, output\n%s%s\nwant %q", code, stdout, stderr, want)
		}
	}
	if want := cohort + ": the subjects are in the column USUBJID; --subject-column names another"; !strings.Contains(stderr, want) {
		t.Errorf("diagnostics\n%s\nwant %q", stderr, want)
	}
	table, err := os.ReadFile(filepath.Join(out, "scores.csv"))
	if want := "subject,trial,risk_score,decision,reason\nS-1,,0.6,HIGH_RISK,\nS-2,,0.2,LOW_RISK,\n"; err != nil || string(table) != want {
		t.Errorf("scores.csv, %v:\n%s\nwant\n%s", err, table, want)
	}
}

// Requirements: SRC-02
func TestThresholdInTheSummary(t *testing.T) {
	_, stdout, _, _ := pipeline(t, "--json", "--threshold", "0.95", "--endpoint", serveModel(t, 200, `{"risk_score": 0.9}`), write(t, "in.jsonl", input("S-1")))
	var summary struct {
		Threshold, DefinedThreshold float64
		Alerts                      int
	}
	if err := json.Unmarshal([]byte(stdout), &summary); err != nil || summary.Threshold != 0.95 || summary.DefinedThreshold != 0.75 || summary.Alerts != 0 {
		t.Errorf("%v, summary\n%s", err, stdout)
	}
}

// Failures with one cause are one line.
//
// Requirements: SRC-18
func TestFailuresAreGroupedOnTheTerminal(t *testing.T) {
	var text strings.Builder
	for i := range 30 {
		text.WriteString(input(fmt.Sprint("S-", i)))
	}
	_, stdout, stderr, out := pipeline(t, write(t, "in.jsonl", text.String()))
	want := "Executions that failed:\n  30 executions, first S-0  SageMakerRuntime.ModelErrorException in InvokeModel: "
	if !strings.Contains(stdout, want) || strings.Contains(stdout, "and 10 more") {
		t.Errorf("output\n%s\nwant %q", stdout, want)
	}
	if want := "nobody was scored: the built-in reference model needs the features "; !strings.Contains(stderr, want) || !strings.Contains(stderr, "use --endpoint URL") {
		t.Errorf("diagnostics\n%s\nwant %q", stderr, want)
	}
	page, err := os.ReadFile(filepath.Join(out, "report.html"))
	if err != nil || !strings.Contains(string(page), "None of 30 subjects could be scored") {
		t.Errorf("the report's headline, %v", err)
	}
}

// Many executions do not fill a folder with as many files.
func TestManyExecutions(t *testing.T) {
	var text strings.Builder
	for i := range 1100 {
		text.WriteString(input(fmt.Sprint("S-", i)))
	}
	in := write(t, "in.jsonl", text.String())
	low, high := serveModel(t, 200, `{"risk_score": 0.1}`), serveModel(t, 200, `{"risk_score": 0.9}`)
	_, _, stderr, out := pipeline(t, "--endpoint", low, in)
	if histories, err := os.ReadDir(filepath.Join(out, "histories")); err != nil || len(histories) != 0 {
		t.Errorf("%d histories of executions that nobody must look at, %v", len(histories), err)
	}
	if want := "1100 executions: only the histories of those that fail, alert or do not decide are kept; --histories all keeps all, about 12 MB"; !strings.Contains(stderr, want) {
		t.Errorf("diagnostics %q, want %q", stderr, want)
	}
	_, _, _, out = pipeline(t, "--endpoint", high, in)
	for folder, want := range map[string]int{"000": 999, "001": 101} {
		if histories, err := os.ReadDir(filepath.Join(out, "histories", folder)); err != nil || len(histories) != want {
			t.Errorf("%d histories in %s, %v; want %d", len(histories), folder, err, want)
		}
	}
	few := write(t, "few.jsonl", input("S-1")+input("S-2"))
	for choice, want := range map[string]int{"all": 2, "none": 0} {
		_, _, _, out = pipeline(t, "--histories", choice, "--endpoint", high, few)
		if kept, err := os.ReadDir(filepath.Join(out, "histories")); err != nil || len(kept) != want {
			t.Errorf("%s: %d histories, %v; want %d", choice, len(kept), err, want)
		}
	}
}

// Requirements: SRC-12
func TestUsageOfOwnData(t *testing.T) {
	in := write(t, "in.jsonl", input("S-1"))
	for _, c := range []struct {
		reason    string
		arguments []string
		want      string
	}{
		{"a threshold of 1", []string{"--threshold", "1", in}, "--threshold must be between 0 and 1, both excluded, got 1"},
		{"a threshold of 0", []string{"--threshold", "0", in}, "--threshold must be between 0 and 1, both excluded, got 0"},
		{"a column without a table", []string{"--subject-column", "ID", in}, "--subject-column requires --cohort"},
		{"no card", []string{"--card", "none.html", in}, "--card none.html: no such file"},
		{"no labels", []string{"--labels", "none.csv", in}, "--labels: none.csv: no such file"},
		{"an unknown choice", []string{"--histories", "some", in}, "--histories"},
		{"a table of executions", []string{write(t, "a.csv", "subject,age\nA,1\n")}, "score it as a cohort, with --cohort"},
	} {
		code, stdout, stderr, _ := pipeline(t, c.arguments...)
		if code != program.ExitUsage || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d, %s%s, want %q", c.reason, code, stdout, stderr, c.want)
		}
	}
}
