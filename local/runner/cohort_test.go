package runner

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/workflow"
)

func TestCohort(t *testing.T) {
	lines := members(25, 0.2)
	lines[3], lines[12], lines[24] = member("H-3", 0.9), member("E-12", 0.75), member("H-24", 0.7500001)
	r := runTrial(t, scoringEndpoint(t), "all", lines...)
	if want := (outcome.Coverage{Subjects: 25, Scored: 25, HighRisk: 2}); r.Outcome.Coverage != want || r.Outcome.Status != "SUCCEEDED" {
		t.Errorf("coverage %+v, status %s (%v), want %+v", r.Outcome.Coverage, r.Outcome.Status, r.Outcome.ErrorName(), want)
	}
	for place, want := range map[int]string{
		3: "H-3 4 0.9 HIGH_RISK batch-0000000", 12: "E-12 13 0.75 LOW_RISK batch-0000010", 24: "H-24 25 0.7500001 HIGH_RISK batch-0000020",
	} {
		s := r.Subjects[place]
		if got := fmt.Sprint(s.Subject, " ", s.Line, " ", *s.RiskScore, " ", s.Decision, " ", s.Batch); got != want || s.Reason != "" {
			t.Errorf("subject %s (%s), want %s", got, s.Reason, want)
		}
	}
	m := r.Outcome.MapRun
	if m.Batches != 3 || m.Lost != 0 || m.MaxConcurrency != 4 || m.AtOnce != 3 || m.Invocations != 3 || m.Took <= 0 || *m.Counted != r.Outcome.Coverage ||
		m.Entered["InvokeModel"] != 3 || m.Bill.ExpressRequests != 3 {
		t.Errorf("map run %+v", m)
	}
	if len(r.Alerts) != 1 || len(r.Operations) != 0 || len(r.batches) != 3 || !r.Outcome.Alerted {
		t.Errorf("%d alerts, %d messages to operations, %d batches", len(r.Alerts), len(r.Operations), len(r.batches))
	}
	if !strings.HasPrefix(r.Outcome.Records, "s3://full-cohort-recordsbucket-") || !strings.Contains(r.Outcome.Records, "/decisions/T-1/") {
		t.Errorf("records at %s", r.Outcome.Records)
	}
}

func TestApprovalAndDownstreamOfACohort(t *testing.T) {
	r := runTrial(t, scoringEndpoint(t), "all", members(12, 0.9)...)
	if len(r.Approvals) != 1 {
		t.Fatalf("approvals %+v", r.Approvals)
	}
	a := r.Approvals[0]
	if a.Decision != "approved" || a.Objects != 2 || len(a.SHA256) != 64 || a.Place != r.Outcome.Records || a.SignedAt == nil || a.PrintedName == "" || a.Meaning == "" {
		t.Errorf("approval %+v", a)
	}
	var actions []string
	for _, d := range r.Downstream {
		actions = append(actions, d.Action)
	}
	if diff := cmp.Diff([]string{local.ExecutionStarted, local.IncidentLookedUp, local.IncidentOpened}, actions); diff != "" {
		t.Error(diff)
	}
}

// If nobody decides, operations receive a message, which is not an alert, and no downstream system is called.
func TestNobodyApproves(t *testing.T) {
	r := runTrial(t, scoringEndpoint(t), "none", members(2, 0.9)...)
	if len(r.Approvals) != 1 || r.Approvals[0].Decision != local.NoDecision || r.Approvals[0].SHA256 == "" || len(r.Downstream) != 0 ||
		len(r.Alerts) != 1 || len(r.Operations) != 1 || r.Operations[0].Subject != "Clinical risk approval expired" {
		t.Errorf("approvals %+v, downstream %v, operations %+v", r.Approvals, r.Downstream, r.Operations)
	}
}

// A subject without a score is undecided, with a reason, and never at low risk.
func TestSubjectsWithoutAScore(t *testing.T) {
	lines := members(42, 0.2)
	lines[5] = `{"subject": "none"}`
	lines[15] = member("S-015", `"down"`)
	lines[25] = member("S-025", 1.5)
	lines[26] = member("S-026", `"`+canary+`"`)
	lines[35] = member("S-035", `"forget"`)
	r := runTrial(t, scoringEndpoint(t), "all", lines...)
	if want := (outcome.Coverage{Subjects: 42, Scored: 19, NotScored: 23}); r.Outcome.Coverage != want {
		t.Errorf("coverage %+v, want %+v", r.Outcome.Coverage, want)
	}
	if r.Outcome.ErrorName() != "IncompleteScoring" || *r.Outcome.Cause != "23 of 42 subjects were not scored and recorded." || r.Outcome.MapRun.Lost != 2 {
		t.Errorf("ended with %s: %v; %d batches lost", r.Outcome.ErrorName(), *r.Outcome.Cause, r.Outcome.MapRun.Lost)
	}
	for place, want := range map[int]string{
		4: "", 5: "no features", 25: "no usable score", 26: "no usable score", 27: "",
		34: "the model's answer does not have one prediction for each subject of the batch",
		14: "the batch failed in InvokeModel: SageMakerRuntime.ModelErrorException: Received server error (503) from primary with message \"(0 bytes, withheld)\". (Service: SageMakerRuntime, Status Code: 424)",
	} {
		s := r.Subjects[place]
		if s.Reason != want || (s.Decision == outcome.Undecided) != (want != "") || (s.RiskScore == nil) != (want != "") {
			t.Errorf("subject %d: %+v, want reason %q", place, s, want)
		}
	}
	if retries := r.Outcome.Retries; len(retries) != 1 || retries[0] != (outcome.Retry{State: "InvokeModel", Count: 2}) || r.Outcome.MapRun.Invocations != 7 {
		t.Errorf("retries %v, %d invocations", retries, r.Outcome.MapRun.Invocations)
	}
}

func TestEveryRunOfACohortIsEqual(t *testing.T) {
	lines := members(25, 0.9)
	first, second := runTrial(t, scoringEndpoint(t), "all", lines...), runTrial(t, scoringEndpoint(t), "all", lines...)
	if diff := difference(first.CohortResult, second.CohortResult); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
}

func TestErrorOfTheOutputStopsACohort(t *testing.T) {
	full := errors.New("disk full")
	file := openCohort(t, members(50, 0.2))
	p, err := New(cohortMachine(t), Setting{Model: scoringEndpoint(t), Objects: t.TempDir(), Cohort: file})
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	_, err = p.RunCohort(t.Context(), file, Trial{}, func(*BatchResult) error { done++; return full })
	if !errors.Is(err, full) || done != 1 {
		t.Errorf("RunCohort = %v after %d batches, want %v after the first", err, done, full)
	}
}

func TestCohortNames(t *testing.T) {
	for trial, want := range map[string]string{"": "cohort", "SYN-AD-402": "cohort-SYN-AD-402", "../ü": "cohort-____", strings.Repeat("x", 99): "cohort-" + strings.Repeat("x", 73)} {
		if got := cohortName(trial); got != want {
			t.Errorf("trial %q: %s, want %s", trial, got, want)
		}
	}
}

// The definition of a trial that is not active looks for no cohort and writes no record. Its run ends by its own error.
func TestATrialThatIsNotActive(t *testing.T) {
	machine := *cohortMachine(t)
	machine.Definition = []byte(`{"QueryLanguage": "JSONata", "StartAt": "TrialNotActive", "States": {"TrialNotActive": {
		"Type": "Fail", "Error": "TrialNotActive", "Cause": "The file of the trial T-1 says that it is closed."}}}`)
	file := openCohort(t, []string{`{"subject": "S-1", "features": {}}`, `{"subject": "S-2", "features": {}}`})
	p, err := New(&machine, Setting{Model: model.Reference{}, Objects: t.TempDir(), Cohort: file})
	if err != nil {
		t.Fatal(err)
	}
	result, err := p.RunCohort(t.Context(), file, Trial{ID: "T-1"}, func(*BatchResult) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if name := result.Outcome.ErrorName(); name != workflow.TrialNotActiveError || result.Outcome.Scored != 0 || len(result.Subjects) != 2 {
		t.Errorf("ended with %q, %+v", name, result)
	}
}
