package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/outcome"
)

const cohortDefinition = `{"StartAt": "ScoreCohort", "States": {
	"ScoreCohort": {"Type": "Map", "Next": "NotifyTeam", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "InvokeModel", "States": {
		"InvokeModel": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint", "Next": "RecordDecisions"},
		"RecordDecisions": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:putObject", "Arguments": {"Body": {"threshold": 0.7}}, "End": true}}}},
	"NotifyTeam": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}}`

// scoredCohort is a cohort of five subjects, three of them without a score.
func scoredCohort() (*outcome.Cohort, []outcome.Subject) {
	low, high := 0.7, 0.9
	subjects := []outcome.Subject{
		{Subject: "S-1", RiskScore: &low, Decision: outcome.LowRisk, Batch: "batch-0000000"},
		{Subject: "S-2", RiskScore: &high, Decision: outcome.HighRisk, Batch: "batch-0000000"},
		{Subject: "S-3", Decision: outcome.Undecided, Reason: "no features"},
		{Subject: "S-4", Decision: outcome.Undecided, Reason: "Model.Down"},
		{Subject: "S-5", Decision: outcome.Undecided, Reason: "Model.Down"},
	}
	name, cause := "IncompleteScoring", "3 of 5"
	c := &outcome.Cohort{
		Ending: outcome.Ending{TrialID: "T-1", Execution: "cohort-T-1", Status: asl.Failed, Error: &name, Cause: &cause, FailedIn: "NotifyTeam",
			Path: []string{"ScoreCohort", "NotifyTeam"}, Transitions: [][2]string{{"ScoreCohort", "NotifyTeam"}}, Alerted: true},
		Records: "s3://records/decisions/cohort-T-1/",
		MapRun: &outcome.MapRun{Batches: 3, Lost: 1, MaxConcurrency: 4, AtOnce: 2, Invocations: 5, Took: 61 * time.Second,
			Counted: &outcome.Coverage{Subjects: 5, Scored: 1, NotScored: 4, HighRisk: 1}, Bill: asl.Bill{Transitions: 14, ExpressRequests: 3},
			Entered: map[string]int{"InvokeModel": 3, "RecordDecisions": 2}, Transitions: map[[2]string]int{{"InvokeModel", "RecordDecisions"}: 2}},
	}
	for i := range subjects {
		c.Add(&subjects[i])
	}
	return c, subjects
}

// renderCohort returns the page for a cohort.
func renderCohort(t *testing.T, c *outcome.Cohort, subjects []outcome.Subject, approvals []local.Approval, downstream []local.Downstream) string {
	t.Helper()
	a := about()
	a.StateMachine.Definition, a.Inputs = []byte(cohortDefinition), len(subjects)
	r, summary := New(a), outcome.NewSummary("dev", "risk")
	r.AddCohort(c, subjects)
	r.AddEffects(approvals, downstream)
	summary.AddCohort(c, 1)
	var page bytes.Buffer
	if err := r.Write(summary)(&page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

func wantSeen(t *testing.T, page string, wants ...string) {
	t.Helper()
	seen := text(page)
	for _, want := range wants {
		if !strings.Contains(seen, want) {
			t.Errorf("the page does not say %q:\n%s", want, seen)
		}
	}
}

func TestPageOfACohort(t *testing.T) {
	c, subjects := scoredCohort()
	wantSeen(t, renderCohort(t, c, subjects, nil, nil),
		"1 subject of 5 at high risk of dropout 1 at low risk, 3 without a decision. 1 alert was published; a score above 0.7 alerts the team.",
		"The execution failed. A missing score is not a low risk: a person must look.",
		"3 subjects have no score.",
		"By the decision records 5 2 3 1 By the pipeline's own count 5 1 4 1 The counts differ",
		"2 Model.Down S-4 S-5 1 no features S-3",
		"Batches 3, 1 without a score Requests to the model 5",
		"limit of 4 batches at a time; 2 reached Virtual time 1m1s",
		"14 state transitions and 3 Express executions",
		"S-2 batch-0000000 0.9000 yes",
		"InvokeModel × 3", // in the drawing, within the map
		"2 scores from 0 to 1",
		"1 IncompleteScoring in NotifyTeam 3 of 5 cohort-T-1",
		"5 subjects in one execution Trial T-1 Execution cohort-T-1, FAILED Decision records s3://records/decisions/cohort-T-1/",
	)
}

func TestPageOfACompleteCohort(t *testing.T) {
	c, subjects := scoredCohort()
	subjects = subjects[:2]
	c.Coverage = outcome.Coverage{Subjects: 2, Scored: 2, HighRisk: 1}
	c.Status, c.Error, c.MapRun.Counted, c.MapRun.Lost = asl.Succeeded, nil, &c.Coverage, 0
	page := renderCohort(t, c, subjects, nil, nil)
	wantSeen(t, page, "Every subject of the file has a score in a decision record.", "3, all with scores", "None: the execution succeeded.")
	for _, absent := range []string{"The counts differ", "Without a score", "Approvals", "Downstream"} {
		if strings.Contains(text(page), absent) {
			t.Errorf("the page says %q", absent)
		}
	}
	c.MapRun.Counted = nil
	wantSeen(t, renderCohort(t, c, subjects, nil, nil), "The counts contradict each other. Trust neither")
	c.Status = asl.TimedOut
	wantSeen(t, renderCohort(t, c, subjects, nil, nil), "The pipeline ended before it counted.")
}

func TestPageOfApprovalsAndDownstreamCalls(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 23, 0, 0, time.UTC)
	c, subjects := scoredCohort()
	page := renderCohort(t, c, subjects, []local.Approval{
		{ID: "ap-1", Decision: "approved", Signer: "arn:jane", PrintedName: "Jane <Doe>", Meaning: "responsibility", Reason: "called", SignedAt: &at,
			Record: "s3://records/approvals/1.json", RecordVersion: "v-9", Place: "s3://records/decisions/", Objects: 3, SHA256: "abcdef", RequestedAt: at, Deadline: at.Add(time.Hour)},
		{ID: "ap-2", Decision: local.NoDecision, Refusal: "somebody else must decide", RequestedAt: at, Deadline: at.Add(time.Hour)},
	}, []local.Downstream{
		{State: "FindIncident", Action: local.IncidentLookedUp, Target: "https://example.service-now.com/x", ID: "c-1", At: at},
		{State: "StartReview", Action: local.ExecutionStarted, Target: "arn:m", ID: "n-0", Reference: "arn:m:n-0", At: at},
	})
	wantWellFormed(t, page)
	wantSeen(t, page,
		"Decision approved Signed by Jane &lt;Doe&gt; arn:jane Signed at 2026-01-01 00:23:00 UTC, virtual Meaning responsibility Reason called",
		"Record of the decision s3://records/approvals/1.json version v-9",
		"Requested 2026-01-01 00:23:00 UTC, deadline 2026-01-01 01:23:00; request ap-1 Reviewed 3 decision records at s3://records/decisions/ SHA-256 of the reviewed records abcdef",
		"Decision no decision : after the deadline, this counts as not approved Refused somebody else must decide",
		"2026-01-01 00:23:00 FindIncident incident looked up https://example.service-now.com/x c-1 none",
		"StartReview execution started arn:m n-0 arn:m:n-0",
	)
}

func TestManyReasonsAreCut(t *testing.T) {
	c := cohort{Cohort: &outcome.Cohort{}}
	for i := range maxCauses + 50 {
		c.lose(&outcome.Subject{Subject: "S", Reason: fmt.Sprint("reason ", i)})
	}
	if rows := c.Lost(); len(rows) != maxCauses+1 || rows[0].Subjects.Count() != 50 || !strings.HasPrefix(rows[0].Reason, "Other reasons") {
		t.Errorf("%d rows, the first %+v", len(rows), rows[0])
	}
}
