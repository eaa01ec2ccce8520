package test

import (
	"os"
	"path/filepath"
	"testing"

	"clinical-risk-pipeline/asl/draw"
)

// TestGraphs compares the graphs in docs/ with the definitions of the variants. `make docs` redraws them.
//
// Requirements: SRC-17, P11-10k2
func TestGraphs(t *testing.T) {
	for name, p := range map[string]*pipeline{
		"one-subject":               smallestPipeline(t),
		"one-subject-recorded":      recordedPipeline(t),
		"extraction-emr-serverless": serverlessPipeline(t),
		"extraction-glue":           gluePipeline(t),
		"everything":                fullPipeline(t),
		"approval":                  approvalPipeline(t),
		"cohort-approval":           cohortApprovalPipeline(t),
		"downstream":                downstreamPipeline(t),
		"cohort":                    cohortPipeline(t),
		"registered-trial":          registeredPipeline(t),
	} {
		drawn, err := draw.SVG(p.machine.Definition, nil)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("..", "docs", "graphs", name+".svg")
		if os.Getenv("UPDATE_SNAPS") == "true" {
			if err := os.WriteFile(file, drawn, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if stored, err := os.ReadFile(file); err != nil || string(stored) != string(drawn) {
			t.Errorf("%s differs from the synthesized definition (%v): run `make docs`", file, err)
		}
	}
}
