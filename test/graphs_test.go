package test

import (
	"os"
	"path/filepath"
	"testing"

	"clinical-risk-pipeline/asl/draw"
)

// TestGraphs compares the graphs in docs/ with what the variants synthesize to. `make docs` draws them anew.
//
// Requirements: SRC-17, P11-10k2
func TestGraphs(t *testing.T) {
	for name, p := range map[string]*pipeline{
		"one-subject":               synthesize(t, "smallest", smallest),
		"one-subject-recorded":      recorded(t),
		"extraction-emr-serverless": serverless(t),
		"extraction-glue":           glue(t),
		"everything":                fullest(t),
		"approval":                  gated(t),
		"cohort-approval":           gatedCohort(t),
		"downstream":                downstream(t),
		"cohort":                    synthesize(t, "cohort", cohort),
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
			t.Errorf("%s is not what is synthesized (%v): run `make docs`", file, err)
		}
	}
}
