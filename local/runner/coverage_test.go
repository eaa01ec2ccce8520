package runner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/workflow"
)

// recordedCoverage is the coverage by hand-made decision records about a cohort of two.
func recordedCoverage(t *testing.T, records ...string) (*CohortResult, error) {
	t.Helper()
	file := openCohort(t, members(2, 0.9))
	objects := t.TempDir()
	p, err := New(cohortMachine(t), Setting{Model: scoringEndpoint(t), Objects: objects, Cohort: file})
	if err != nil {
		t.Fatal(err)
	}
	bucket, _ := field(p.definition, "States", "ScoreCohort", "ItemProcessor", "States", "RecordDecisions", "Arguments", "Bucket").(string)
	execution := &asl.Execution{ARN: "arn:e", Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	folder := filepath.Join(objects, bucket, filepath.FromSlash(workflow.RecordsOf("T-1", "arn:e", "2026-01-01T00:00:00Z")))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for i, record := range records {
		name := filepath.Join(folder, []string{"batch-0000000.json", "batch-0000001.json"}[i])
		if err := os.WriteFile(name, []byte(record), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.objects = local.S3{Dir: objects}
	run := &cohortRun{Pipeline: p, name: "e"}
	result := &CohortResult{Outcome: &outcome.Cohort{Ending: outcome.Ending{TrialID: "T-1"}}}
	return result, run.cover(t.Context(), file, execution, result)
}

func TestImpossibleDecisionRecords(t *testing.T) {
	const good = `{"run": {"execution": "arn:e", "startedAt": "2026-01-01T00:00:00Z"}, "subjects": [{"index": 0, "subject": "S-000", "score": 0.9, "branch": "alert"}]}`
	if r, err := recordedCoverage(t, good); err != nil || r.Outcome.HighRisk != 1 || r.Outcome.NotScored != 1 {
		t.Fatalf("a correct record: %+v, %v", r.Outcome.Coverage, err)
	}
	for _, c := range []struct {
		reason, want string
		records      []string
	}{
		{"a subject of another line", "name another subject for this line", []string{strings.Replace(good, "S-000", "S-001", 1)}},
		{"the same subject in two records", "batch-0000001.json: it names line 0 of the cohort", []string{good, good}},
		{"a line after the last", "names line 2 of the cohort", []string{strings.Replace(good, `"index": 0`, `"index": 2`, 1)}},
		{"a line before the first", "names line -1 of the cohort", []string{strings.Replace(good, `"index": 0`, `"index": -1`, 1)}},
		{"two scores of one subject", `the name "score" appears twice`, []string{strings.Replace(good, `"score": 0.9`, `"score": 0.9, "score": 0.1`, 1)}},
		{"two branches, one in disguise", `the name "branch" appears twice`, []string{strings.Replace(good, `"branch"`, `"bran\u0063h": "no alert", "branch"`, 1)}},
		{"a branch that no state writes", `it has the branch "calm"`, []string{strings.Replace(good, `"alert"`, `"calm"`, 1)}},
		{"no branch", `it has the branch ""`, []string{strings.Replace(good, `, "branch": "alert"`, "", 1)}},
		{"scored and not scored", "not scored, which does not exist or is scored", []string{strings.Replace(good, `}]}`, `}], "notScored": [{"index": 0}]}`, 1)}},
		{"another execution", `it is of another execution, "arn:f"`, []string{strings.Replace(good, "arn:e", "arn:f", 1)}},
		{"a namesake", `started at "2025-01-01T00:00:00Z"`, []string{strings.Replace(good, "2026", "2025", 1)}},
		{"a record that is not JSON", "batch-0000000.json", []string{"{"}},
	} {
		if _, err := recordedCoverage(t, c.records...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want it to contain %q", c.reason, err, c.want)
		}
	}
}
