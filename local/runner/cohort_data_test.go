package runner

import (
	"encoding/json"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/outcome"
)

// An answer that is not JSON makes an expression fail, and the error quotes the answer.
func TestFeaturesOfACohortStayInHistoriesAndObjects(t *testing.T) {
	for reason, m := range map[string]model.Model{
		"scored": scoringEndpoint(t), "an echo": fixedEndpoint(t, 200, canary), "an error that quotes": fixedEndpoint(t, 500, canary), "the reference model": model.Reference{},
	} {
		r := runTrial(t, m, "all", members(12, 0.9)...)
		shown, err := json.Marshal([]any{r.Outcome, r.Subjects, r.Effects})
		if err != nil {
			t.Fatal(err)
		}
		logs := string(r.Log)
		for _, b := range r.batches {
			logs += string(b.Log)
			if !strings.Contains(string(b.History), canary) {
				t.Errorf("%s: a history does not hold the input", reason)
			}
		}
		if strings.Contains(string(shown), canary) || strings.Contains(logs, canary) {
			t.Errorf("%s: results or logs hold a feature:\n%s", reason, shown)
		}
	}
}

// The cause of a failed expression of the pipeline may quote a feature, too.
func TestCauseThatQuotesACohort(t *testing.T) {
	m := cohortMachine(t)
	m.Definition = []byte(strings.Replace(string(m.Definition), "$states.context.Map.Item.Index", "$error($states.context.Map.Item.Value.features.marker)", 1))
	file := openCohort(t, members(1, 0.9))
	p, err := New(m, Setting{Model: scoringEndpoint(t), Objects: t.TempDir(), Cohort: file})
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.RunCohort(t.Context(), file, Trial{ID: "T-1"}, func(*BatchResult) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if r.Outcome.ErrorName() != "States.QueryEvaluationError" || strings.Contains(*r.Outcome.Cause, canary) || strings.Contains(string(r.Log), canary) {
		t.Errorf("ended with %s: %s", r.Outcome.ErrorName(), *r.Outcome.Cause)
	}
	if s := r.Subjects[0]; s.Decision != outcome.Undecided || s.Reason != "the execution ended earlier: States.QueryEvaluationError in ScoreCohort" {
		t.Errorf("the subject is %+v", s)
	}
}

// If no job extracts the cohort, it exists before the execution starts.
func TestCohortWithoutAnExtraction(t *testing.T) {
	m := cohortMachine(t)
	var definition map[string]any
	if err := json.Unmarshal(m.Definition, &definition); err != nil {
		t.Fatal(err)
	}
	states := definition["States"].(map[string]any)
	states["CheckInput"].(map[string]any)["Choices"].([]any)[0].(map[string]any)["Next"] = "FindCohort"
	delete(states, "StartEMRJob")
	m.Definition = []byte(asl.Encode(definition))
	file := openCohort(t, members(3, 0.9))
	p, err := New(m, Setting{Model: scoringEndpoint(t), Objects: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.RunCohort(t.Context(), file, Trial{ID: "T-1"}, func(*BatchResult) error { return nil })
	if err != nil || r.Outcome.Scored != 3 || r.Outcome.Path[1] != "FindCohort" {
		t.Fatalf("%+v, %v", r, err)
	}
}

// A subject that was not read is not at low risk.
func TestCohortThatIsTooLarge(t *testing.T) {
	m := cohortMachine(t)
	// The pipeline scores ten subjects, and reads one more to see that the cohort is larger.
	for old, now := range map[string]string{`"MaxItems":1001`: `"MaxItems":11`, "<= 1000": "<= 10", "> 1000": "> 10"} {
		m.Definition = []byte(strings.ReplaceAll(string(m.Definition), old, now))
	}
	file := openCohort(t, members(13, 0.2))
	p, err := New(m, Setting{Model: scoringEndpoint(t), Objects: t.TempDir(), Cohort: file})
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.RunCohort(t.Context(), file, Trial{ID: "T-1"}, func(*BatchResult) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	last := r.Subjects[12]
	if r.Outcome.ErrorName() != "IncompleteScoring" || last.Decision != outcome.Undecided || last.Reason != "the pipeline did not read the cohort to this line" ||
		r.Outcome.Scored != 11 {
		t.Errorf("ended with %s, %d scored, the last is %+v", r.Outcome.ErrorName(), r.Outcome.Scored, last)
	}
}
