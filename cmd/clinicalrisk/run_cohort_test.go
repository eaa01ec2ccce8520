package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/internal/program"
)

const cohortSample = "../../examples/cohort-sample.jsonl"

// cohortPipeline runs the cohort pipeline of the test assembly, with results in a new folder.
func cohortPipeline(t *testing.T, arguments ...string) (code int, stdout, stderr, out string) {
	t.Helper()
	return pipeline(t, append([]string{"--environment", "full"}, arguments...)...)
}

func TestCohortSample(t *testing.T) {
	code, stdout, stderr, out := cohortPipeline(t, "--json", "--cohort", cohortSample, "--trial", "SYN-AD-402", "--approve", "all")
	if code != program.ExitFailed || stderr != "" {
		t.Errorf("exit code %d, diagnostics %q; want %d, since some subjects have no score", code, stderr, program.ExitFailed)
	}
	var summary struct {
		Executions, Failed, Alerts, Subjects, Scored, NotScored, HighRisk int
		Threshold                                                         float64
		ByDecision, ByError                                               map[string]int
	}
	if err := json.Unmarshal([]byte(stdout), &summary); err != nil {
		t.Fatalf("standard output is not only JSON: %v\n%s", err, stdout)
	}
	if summary.Threshold != 0.75 || summary.Executions != 1 || summary.Failed != 1 || summary.Alerts != 1 || summary.ByError["IncompleteScoring"] != 1 ||
		summary.Subjects != 256 || summary.Scored != 249 || summary.NotScored != 7 || summary.HighRisk < 4 || summary.HighRisk != summary.ByDecision["HIGH_RISK"] {
		t.Errorf("summary %s", stdout)
	}
	for name, want := range map[string]int{"executions.jsonl": 1, "subjects.jsonl": 256, "alerts.jsonl": 1, "approvals.jsonl": 1, "downstream.jsonl": 3} {
		if n := len(lines(t, out, name)); n != want {
			t.Errorf("%d lines in %s, want %d", n, name, want)
		}
	}
	if batches, err := os.ReadDir(filepath.Join(out, "histories", "cohort-SYN-AD-402")); err != nil || len(batches) != 26 {
		t.Errorf("%d histories of batches, %v; want 26", len(batches), err)
	}
}

// The summary of a run without a cohort has no coverage.
func TestSummaryWithoutACohort(t *testing.T) {
	_, stdout, _, _ := pipeline(t, "--json", "../../examples/execution-input.json")
	for _, field := range []string{"subjects", "scored", "notScored", "highRisk"} {
		if strings.Contains(stdout, `"`+field+`"`) {
			t.Errorf("the summary has %q:\n%s", field, stdout)
		}
	}
}

func TestHumanOutputOfACohort(t *testing.T) {
	file := write(t, "c.jsonl", `{"subject": "S-1", "features": {"x": 1}}`+"\n"+`{"subject": "S-2"}`+"\n")
	code, stdout, _, _ := cohortPipeline(t, "--cohort", file, "--endpoint", serveModel(t, 200, `{"predictions": [{"id": "0", "risk_score": 0.9}]}`), "--approve", "all")
	for _, want := range []string{
		"cohort: 1 of 2 subjects scored, 1 at high risk\nThe team was alerted.\nApproval ap-", ": approved by ", "Downstream, OpenIncident: incident opened INC",
		"Subjects without a score:\n  1 subject, first S-2: no features\n", "IncompleteScoring: 1 of 2 subjects were not scored and recorded.",
		"full, 1 execution: 0 succeeded, 1 failed, 1 alert, 0 retries",
	} {
		if code != program.ExitFailed || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, output\n%s\nwant %q", code, stdout, want)
		}
	}
}

func TestApprovalsOfACohort(t *testing.T) {
	file := write(t, "c.jsonl", `{"subject": "S-1", "features": {"x": 1}}`+"\n")
	rejected := write(t, "decisions.jsonl", `{"trialId": "T-1", "decision": "reject", "reason": "site visit first", "meaning": "review"}`+"\n")
	for reason, c := range map[string]struct{ approve, want string }{
		"no terminal": {"", "Approval ap-"},
		"none":        {"none", ": no decision\n"},
		"a file":      {rejected, ": rejected by "},
	} {
		arguments := []string{"--cohort", file, "--trial", "T-1", "--endpoint", serveModel(t, 200, `{"predictions": [{"id": "0", "risk_score": 0.9}]}`)}
		if c.approve != "" {
			arguments = append(arguments, "--approve", c.approve)
		}
		code, stdout, _, out := cohortPipeline(t, arguments...)
		if code != program.ExitOK || !strings.Contains(stdout, c.want) {
			t.Errorf("%s: exit code %d, output\n%s", reason, code, stdout)
		}
		if _, err := os.Stat(filepath.Join(out, "downstream.jsonl")); err == nil {
			t.Errorf("%s: a downstream system was notified without an approval", reason)
		}
	}
}

// Features appear only in histories and objects.
func TestCanaryInACohort(t *testing.T) {
	const canary = "canary-7c1f"
	file := write(t, "c.jsonl", `{"subject": "S-1", "features": {"x": "`+canary+`", "`+canary+`": 1}}`+"\n")
	for reason, url := range map[string]string{
		"an echo":              serveModel(t, 200, `{"predictions": [{"id": "0", "risk_score": 0.9, "echo": "`+canary+`"}]}`),
		"an echo as the score": serveModel(t, 200, `{"predictions": [{"id": "0", "risk_score": "`+canary+`"}]}`),
		"an invalid answer":    serveModel(t, 200, canary),
		"an error":             serveModel(t, 500, canary),
	} {
		_, stdout, stderr, out := cohortPipeline(t, "--cohort", file, "--endpoint", url, "--approve", "all")
		if strings.Contains(stdout+stderr, canary) {
			t.Errorf("%s: the output contains the canary:\n%s%s", reason, stdout, stderr)
		}
		seen := false
		if err := filepath.WalkDir(out, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			holds := strings.Contains(string(text), canary)
			if strings.HasPrefix(path, filepath.Join(out, "histories")) || filepath.Base(path) == "cohort.jsonl" {
				seen = seen || holds
			} else if holds {
				t.Errorf("%s: %s contains the canary", reason, path)
			}
			return err
		}); err != nil || !seen {
			t.Errorf("%s: no history contains the canary, %v", reason, err)
		}
	}
}

func TestCohortFromStandardInput(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	code, stdout, stderr := clinicalrisk(t, `{"subject": "S-1", "features": {}}`+"\n", "run", "--assembly", testAssembly, "--environment", "full",
		"--out", filepath.Join(t.TempDir(), "out"), "--endpoint", serveModel(t, 200, `{"predictions": [{"id": "0", "risk_score": 0.1}]}`), "--cohort", "-")
	if code != program.ExitOK || !strings.Contains(stdout, "1 of 1 subject scored, 0 at high risk") {
		t.Errorf("exit code %d, output\n%s%s", code, stdout, stderr)
	}
}

func TestInterruptedCohort(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	batches := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/invocations" {
			if batches++; batches == 1 {
				fmt.Fprint(w, `{"predictions": [{"id": "0", "risk_score": 0.9}]}`) // to the first row alone
				return
			}
			if batches == 8 {
				cancel()
			}
		}
		fmt.Fprintf(w, `{"predictions": [%s{"risk_score": 0.9}]}`, strings.Repeat(`{"risk_score": 0.9},`, 9))
	}))
	defer server.Close()
	var text strings.Builder
	for i := range 200 {
		fmt.Fprintf(&text, `{"subject": "S-%d", "features": {}}`+"\n", i)
	}
	out := filepath.Join(t.TempDir(), "out")
	var stdout, stderr bytes.Buffer
	code := newProgram().Run(ctx, []string{"run", "--assembly", testAssembly, "--environment", "full", "--out", out, "--endpoint", server.URL,
		"--cohort", write(t, "c.jsonl", text.String())}, program.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	done, err := os.ReadDir(filepath.Join(out, "histories", "cohort"))
	want := fmt.Sprintf("clinicalrisk: interrupted: %d of 200 subjects are done; their results are in %s\n", 10*len(done), out)
	if err != nil || len(done) == 0 || len(done) == 20 || code != program.ExitInterrupted || stderr.String() != want {
		t.Errorf("%d histories, %v; exit code %d, diagnostics %q; want %q", len(done), err, code, stderr.String(), want)
	}
	if page, err := os.ReadFile(filepath.Join(out, "report.html")); err != nil || !strings.Contains(string(page), fmt.Sprintf("%d of 200 subjects were done.", 10*len(done))) {
		t.Errorf("the report does not say how far the run came: %v", err)
	}
}

func TestUsageOfCohorts(t *testing.T) {
	good := write(t, "good.jsonl", `{"subject": "S-1", "features": {}}`+"\n")
	for _, c := range []struct {
		reason    string
		arguments []string
		want      []string
	}{
		{"two inputs", []string{"--cohort", good, good}, []string{"use either <file> or --cohort"}},
		{"a trial without a cohort", []string{"--trial", "T-1", good}, []string{"--trial requires --cohort"}},
		{"a trial with an escape sequence", []string{"--cohort", good, "--trial", "T\x1b[2K\u202e"}, []string{`--trial must have 1 to 64 letters, digits`, `got "T\x1b[2K\u202e"`}},
		{"an environment without a cohort pipeline", []string{"--environment", "dev", "--cohort", good},
			[]string{`environment "dev" has no state machine that scores a whole cohort; Dev-Risk/Pipeline scores one subject: omit --cohort`}},
		{"no such file", []string{"--environment", "full", "--cohort", good + "x"}, []string{"no such file"}},
		{"an invalid value of --approve", []string{"--environment", "full", "--cohort", good, "--approve", "maybe"}, []string{`approvals must be "all", "none" or a file`}},
		{"all faults at once", []string{"--environment", "qa", "--endpoint", "x", "--approve", "maybe", "--cohort", write(t, "c.jsonl", "{\n{\"subject\": \"A\"}\n{\"subject\": \"A\"}\n")},
			[]string{`no environment "qa"`, `got "x"`, `approvals must be`, "c.jsonl:1: not valid JSON", `c.jsonl:3: subject "A" is already on line 2`}},
	} {
		code, stdout, stderr, out := pipeline(t, c.arguments...)
		if code != program.ExitUsage || stdout != "" {
			t.Errorf("%s: exit code %d, output %q; want %d and no output", c.reason, code, stdout, program.ExitUsage)
		}
		for _, want := range c.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: diagnostics\n%s\nwant %q", c.reason, stderr, want)
			}
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: the folder for results exists", c.reason)
		}
	}
}
