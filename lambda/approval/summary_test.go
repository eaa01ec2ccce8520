package approval_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/lambda/approval"
)

// A person sees whom a decision is about before they sign.
//
// Requirements: P11-50a, P11-70
func TestTheRecordsToReviewAreSummarized(t *testing.T) {
	s := newScene(t)
	s.objects.Set("decisions/T-1/nightly-7/notes.txt", []byte("none"))
	s.objects.Set("decisions/T-1/nightly-7/other.json", []byte(`{"subjects": []}`))
	s.objects.Set("decisions/T-1/nightly-7/twice.json", []byte(`{"notScored": [], "subjects": [{"subject": "S-9", "score": 0.9, "branch": "alert", "branch": "no alert"}]}`))
	if diff := cmp.Diff(&approval.Summary{
		Scored: 3, High: 2, NotScored: 1, Subjects: []approval.HighRisk{{Subject: "S-2", Score: 0.9}, {Subject: "S-1", Score: 0.81}},
		Unknown: []string{"decisions/T-1/nightly-7/notes.txt", "decisions/T-1/nightly-7/other.json", "decisions/T-1/nightly-7/twice.json"},
	}, s.show().Summary); diff != "" {
		t.Error(diff)
	}
	if _, err := s.decide(jane, "approve"); err != nil {
		t.Fatal(err)
	}
	if view := s.show(); view.Summary != nil {
		t.Errorf("decided, the request still has the summary %+v", view.Summary)
	}
}

// Lambda's answers are limited.
func TestTheSummaryOfALargeCohortIsShortened(t *testing.T) {
	s := newScene(t)
	record := `{"notScored": [], "subjects": [{"subject": "S", "score": 0.8, "branch": "alert"}`
	for range 999 {
		record += `, {"subject": "S", "score": 0.8, "branch": "alert"}`
	}
	for i := range 11 {
		s.objects.Set(fmt.Sprintf("decisions/T-1/nightly-7/1%05d.json", i), []byte(record+"]}"))
	}
	if summary := s.show().Summary; summary.High != 11_002 || len(summary.Subjects) != 10_000 || summary.Subjects[0].Subject != "S-2" {
		t.Errorf("%d at high risk, %d shown, first %+v", summary.High, len(summary.Subjects), summary.Subjects[0])
	}
}
