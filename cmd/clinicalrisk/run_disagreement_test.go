package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/outcome"
)

// tamperedCohort runs a cohort of 20 subjects at high risk in two batches. Before the second batch is scored, tamper may change
// the record of the first.
func tamperedCohort(t *testing.T, tamper func(record string) error) (code int, stdout, stderr, out string) {
	t.Helper()
	out = filepath.Join(t.TempDir(), "out")
	var changed atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := filepath.WalkDir(filepath.Join(out, "s3"), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Name() == "batch-0000000.json" && changed.CompareAndSwap(false, true) {
				err = tamper(path)
			}
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			t.Error(err)
		}
		var request struct {
			Instances []struct {
				ID string `json:"id"`
			} `json:"instances"`
		}
		_ = json.NewDecoder(r.Body).Decode(&request) // a ping has no body
		var predictions []string
		for _, instance := range request.Instances {
			predictions = append(predictions, fmt.Sprintf(`{"id": %q, "risk_score": 0.9}`, instance.ID))
		}
		fmt.Fprintf(w, `{"predictions": [%s]}`, strings.Join(predictions, ", "))
	}))
	t.Cleanup(server.Close)
	var text strings.Builder
	for i := range 60 {
		fmt.Fprintf(&text, `{"subject": "S-%d", "features": {}}`+"\n", i)
	}
	code, stdout, stderr = clinicalrisk(t, "", "run", "--assembly", testAssembly, "--environment", "full", "--approve", "all",
		"--out", out, "--endpoint", server.URL, "--cohort", write(t, "c.jsonl", text.String()))
	if !changed.Load() {
		t.Fatal("no record was written before the last batch, so that this test proves nothing")
	}
	return code, stdout, stderr, out
}

// The decisions are those of the records. A run whose records do not fit the pipeline's own counts is no success.
func TestRecordsThatContradictThePipeline(t *testing.T) {
	for reason, c := range map[string]struct {
		tamper func(record string) error
		want   string
	}{
		"a record vanishes": {os.Remove,
			"the execution succeeded with 60 of 60 subjects scored and 60 at high risk, but its decision records have 50 of 60 scored and 50 at high risk"},
		"a record says the contrary": {func(record string) error {
			text, err := os.ReadFile(record)
			if err != nil {
				return err
			}
			return os.WriteFile(record, []byte(strings.ReplaceAll(string(text), `"alert"`, `"no alert"`)), 0o600)
		}, "but its decision records have 60 of 60 scored and 50 at high risk"},
	} {
		code, stdout, stderr, out := tamperedCohort(t, c.tamper)
		if code != program.ExitFailed || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d, diagnostics %q; want %d and %q\n%s", reason, code, stderr, program.ExitFailed, c.want, stdout)
		}
		if page, err := os.ReadFile(filepath.Join(out, "report.html")); err != nil || !strings.Contains(string(page), "The counts contradict each other") {
			t.Errorf("%s: the report does not say so (%v)", reason, err)
		}
	}
}

// A subject without a decision is no success, however its execution ended.
func TestUndecidedSubjectsAreNoSuccess(t *testing.T) {
	r := &results{summary: outcome.NewSummary("dev", "m")}
	for _, subject := range []*outcome.Outcome{
		{Ending: outcome.Ending{Status: asl.Succeeded}, Decision: outcome.LowRisk},
		{Ending: outcome.Ending{Status: asl.Succeeded}, Decision: outcome.Undecided},
	} {
		if err := r.failure(); err != nil {
			t.Errorf("without an undecided subject: %v", err)
		}
		r.summary.Add(subject, 0)
	}
	if err := r.failure(); err == nil || !strings.Contains(err.Error(), "1 subject without a decision") {
		t.Errorf("with an undecided subject: %v", err)
	}
}
