package runner

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/local/model"
)

// BenchmarkRun executes the pipeline with the reference model on all cores. It renders the results and does not write them.
func BenchmarkRun(b *testing.B) {
	const (
		executions = 500
		features   = `{"site_discontinued_share": 0.3, "medical_history_count": 2, "depression_score": 3, "sex": "M"}`
	)
	p, err := New(stateMachine(b), Setting{Model: model.Reference{}, Objects: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	var lines strings.Builder
	for i := range executions {
		fmt.Fprintf(&lines, `{"subject": "S-%d", "trialId": "T", "transformed_features": %s}`+"\n", i, features)
	}
	path := filepath.Join(b.TempDir(), "in.jsonl")
	if err := os.WriteFile(path, []byte(lines.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	file, err := intake.Open(b.Context(), path, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := file.Close(); err != nil {
			b.Error(err)
		}
	}()
	for b.Loop() {
		if err := p.Run(b.Context(), file, func(*Result) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*executions)/b.Elapsed().Seconds(), "executions/s")
}

// BenchmarkRunCohort executes the cohort pipeline with the reference model, in batches of ten. It renders the results and does not write them.
func BenchmarkRunCohort(b *testing.B) {
	const (
		subjects = 1000
		features = `{"site_discontinued_share": 0.3, "medical_history_count": 2, "depression_score": 3, "sex": "M"}`
	)
	var lines []string
	for i := range subjects {
		lines = append(lines, fmt.Sprintf(`{"subject": "S-%d", "features": %s}`, i, features))
	}
	file := openCohort(b, lines)
	p, err := New(cohortMachine(b), Setting{Model: model.Reference{}, Objects: b.TempDir(), Cohort: file})
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ { // each execution has its own name: one that repeats a name finds the records of the first
		if _, err := p.RunCohort(b.Context(), file, Trial{ID: fmt.Sprintf("T-%d", i)}, func(*BatchResult) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*subjects)/b.Elapsed().Seconds(), "subjects/s")
}
