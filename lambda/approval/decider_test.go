package approval_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/lambda/approval"
)

// Requirements: P11-10e, P11-50a, P11-70
func TestDecisionCompletesTheTaskWithItsRecord(t *testing.T) {
	for verdict, want := range map[string]approval.Verdict{"approve": approval.Approve, "reject": approval.Reject} {
		t.Run(verdict, func(t *testing.T) {
			s := newScene(t)
			outcome, err := s.decide(jane, verdict)
			if err != nil {
				t.Fatal(err)
			}
			body, version, err := s.objects.Read(context.Background(), recordKey("token-1"))
			if err != nil {
				t.Fatal(err)
			}
			approved := map[approval.Verdict]int{approval.Approve: 2}[want]
			wanted := &approval.Outcome{
				Decision: want, ApprovalID: s.id, Signer: janeARN, Record: "s3://records/" + recordKey("token-1"), RecordVersion: version,
				Reviewed: s.show().Record.Reviewed.SHA256, Approved: approved, Rejected: 2 - approved,
			}
			if diff := cmp.Diff(wanted, outcome); diff != "" {
				t.Error(diff)
			}
			var output approval.Outcome
			if len(s.tasks.Outputs["token-1"]) != 1 || json.Unmarshal([]byte(s.tasks.Outputs["token-1"][0]), &output) != nil || output != *wanted {
				t.Errorf("the task's outputs are %v", s.tasks.Outputs)
			}
			if view := s.show(); string(view.Status) != string(want) {
				t.Errorf("the status is %s", view.Status)
			}
			var record approval.Record
			if err := json.Unmarshal(body, &record); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(approval.Record{
				SchemaVersion: 1, ApprovalID: s.id, RequestID: requestID("token-1"), Round: 1, Decision: want, Code: "other",
				Verdicts: []approval.Decided{
					{Subject: "S-2", Verdict: want, Code: "other", Override: want == approval.Reject}, {Subject: "S-1", Verdict: want, Code: "other", Override: want == approval.Reject},
				},
				Signer:  approval.Signature{ARN: janeARN, UserID: jane.UserID, PrintedName: "Jane Doe", Invocation: invocation},
				Meaning: "responsibility", Reason: "the seven were called", SignedAt: s.now,
				Execution: execution, TrialID: "T-1", Subjects: approval.Subjects{Counts: &approval.Counts{Subjects: 200, Scored: 199, High: 7, Failed: 1}},
				StartedAt: startedAt, StartedBy: []approval.Starter{{ARN: adaARN}}, RequestedAt: s.now, Deadline: startedAt.Add(74 * time.Hour),
				Reviewed: record.Reviewed, Shown: record.Shown,
			}, record); diff != "" {
				t.Error(diff)
			}
			if len(record.Reviewed.Objects) != 2 || record.Reviewed.Place != place {
				t.Errorf("reviewed %+v", record.Reviewed)
			}
		})
	}
}

func TestARepeatedDecisionCompletesTheTaskOnce(t *testing.T) {
	s := newScene(t)
	first, err := s.decide(jane, "approve")
	if err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(time.Hour)
	again, err := s.decide(jane, "approve")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("got another outcome: %s", diff)
	}
	if n := len(s.tasks.Outputs["token-1"]); n != 1 {
		t.Errorf("the task was completed %d times", n)
	}
	if keys := s.records(); len(keys) != 1 {
		t.Errorf("recorded %v", keys)
	}
}

func TestTheContraryDecisionIsAConflict(t *testing.T) {
	s := newScene(t)
	if _, err := s.decide(jane, "reject"); err != nil {
		t.Fatal(err)
	}
	for _, caller := range []approval.Caller{jane, joe} {
		_, err := s.decide(caller, "approve")
		wantFault(t, err, http.StatusConflict, "AlreadyDecided")
		for _, part := range []string{"rejected", janeARN, "2026-03-01T03:00:00Z"} {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("the conflict does not say %q: %v", part, err)
			}
		}
	}
	if view := s.show(); view.Status != approval.Rejected {
		t.Errorf("the status is %s", view.Status)
	}
}

// Repeating a decision that the execution took only reads it, even after the deadline.
//
// Requirements: P11-50b
func TestARepeatedDecisionIsReadOnly(t *testing.T) {
	s := newScene(t)
	first, err := s.decide(jane, "approve")
	if err != nil {
		t.Fatal(err)
	}
	s.decider.Tasks, s.decider.Starts = nil, nil
	s.now = startedAt.Add(100 * time.Hour)
	if again, err := s.decide(jane, "approve"); err != nil || *again != *first {
		t.Errorf("got %+v, %v", again, err)
	}
}

// Requirements: P11-50a
func TestADecisionSaysWhoWhatAndWhy(t *testing.T) {
	complete := approval.Decision{Decision: "approve", Code: "confirmed", Meaning: "m", Reason: "r", Shown: strings.Repeat("a", 64), Round: 1}
	for reason, row := range map[string]struct {
		change func(*approval.Decision)
		field  string
	}{
		"there are two verdicts":               {func(d *approval.Decision) { d.Decision = "approved" }, "decision"},
		"21 CFR 11.50 requires the meaning":    {func(d *approval.Decision) { d.Meaning = "" }, "meaning"},
		"a reason is not blank":                {func(d *approval.Decision) { d.Reason = " \n " }, "reason"},
		"a reason has something to see":        {func(d *approval.Decision) { d.Reason = "\u3164\u2800" }, "reason"},
		"a meaning has no hidden characters":   {func(d *approval.Decision) { d.Meaning = "re\u202ewiev" }, "meaning"},
		"a signer has seen a round":            {func(d *approval.Decision) { d.Round = 0 }, "round"},
		"a reason has 2000 characters at most": {func(d *approval.Decision) { d.Reason = strings.Repeat("x", 2001) }, "reason"},
		"a signer has seen what is signed":     {func(d *approval.Decision) { d.Shown = "" }, "shown"},
		"an approval has a code of its own":    {func(d *approval.Decision) { d.Code = "data-error" }, "code"},
		"an exception has the opposite code":   {func(d *approval.Decision) { d.Except = []approval.Exception{{Code: "confirmed", Subject: "S-1"}} }, "except[0].code"},
		"an exception is about a subject":      {func(d *approval.Decision) { d.Except = []approval.Exception{{Code: "data-error"}} }, "except[0].subject"},
		"a subject is excepted once": {func(d *approval.Decision) {
			d.Except = []approval.Exception{{Code: "data-error", Subject: "S-1"}, {Code: "other", Subject: "S-1"}}
		}, "except[1].subject"},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			d := complete
			row.change(&d)
			_, err := s.decider.Decide(context.Background(), s.id, jane, d)
			wantFault(t, err, http.StatusBadRequest, "InvalidDecision")
			if err == nil || !strings.HasPrefix(err.Error(), row.field) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want the fault of %s", err, row.field)
			}
			s.wantUntouched()
		})
	}
	s := newScene(t)
	d := s.decision("approve")
	d.Meaning, d.Reason = "責任\u3000確認", "called:\n\tall seven"
	if _, err := s.decider.Decide(context.Background(), s.id, jane, d); err != nil {
		t.Errorf("a meaning in another script, a reason of several lines: %v", err)
	}
	s = newScene(t)
	_, err := s.decider.Decide(context.Background(), s.id, jane, approval.Decision{})
	if err == nil || len(strings.Split(err.Error(), "\n")) != 5 {
		t.Errorf("an empty decision: got %v, want five faults at once", err)
	}
}

func TestADecisionAfterTheDeadlineIsRefused(t *testing.T) {
	s := newScene(t)
	d := s.decision("approve")
	s.now = startedAt.Add(74 * time.Hour) // the deadline, to the second
	_, err := s.decider.Decide(context.Background(), s.id, jane, d)
	wantFault(t, err, http.StatusGone, "Expired")
	s.wantUntouched()
	if view := s.show(); view.Status != approval.Expired || view.Reviewed != nil {
		t.Errorf("the status is %s, to be reviewed is %v", view.Status, view.Reviewed)
	}
}

// The execution ended before its deadline, for instance because somebody stopped it.
func TestADecisionWithoutEffectIsReportedAndNeverShownAsTaken(t *testing.T) {
	s := newScene(t)
	s.tasks.Waiting = nil
	for range 2 {
		_, err := s.decide(jane, "approve")
		wantFault(t, err, http.StatusGone, "NotEffective")
		if view := s.show(); view.Status != approval.Recorded {
			t.Errorf("the status is %s", view.Status)
		}
	}
	s.now = startedAt.Add(80 * time.Hour)
	if view := s.show(); view.Status != approval.Lapsed || view.Record == nil {
		t.Errorf("the status is %s, with the record %v", view.Status, view.Record)
	}
}

// Requirements: P11-70
func TestADecisionIsOnTheRecordsThatWereShown(t *testing.T) {
	s := newScene(t)
	d := s.decision("approve")
	s.objects.Set(firstKey, []byte(secondRecord))
	_, err := s.decider.Decide(context.Background(), s.id, jane, d)
	wantFault(t, err, http.StatusConflict, "RecordsChanged")
	_, err = s.client(joesKey).Show(context.Background(), s.id) // records do not change: somebody has to look
	wantFault(t, err, http.StatusConflict, "RecordsChanged")
	s.wantUntouched()
	s.objects.Set(firstKey, []byte(firstRecord))
	d.Shown = strings.Repeat("a", 64)
	_, err = s.decider.Decide(context.Background(), s.id, jane, d)
	wantFault(t, err, http.StatusConflict, "RecordsChanged")
	s.wantUntouched()
	if _, err := s.decide(jane, "approve"); err != nil {
		t.Errorf("shown again: %v", err)
	}
}

func TestWithoutRecordsNobodyDecides(t *testing.T) {
	for reason, record := range map[string]string{
		"a folder without records": "s3://records/decisions/T-1/elsewhere/",
		"a missing object":         "s3://records/decisions/T-1/none.json",
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			d := s.decision("approve")
			s.ask(map[string]any{
				"taskToken": "token-2", "requestId": requestID("token-2"), "execution": execution, "startedAt": "2026-03-01T01:00:00Z", "trialId": "T-1",
				"subjects": "S-1", "record": record, "deadline": "2026-03-04T03:00:00Z",
			})
			d.Round = 2
			_, err := s.decider.Decide(context.Background(), s.id, jane, d)
			wantFault(t, err, http.StatusConflict, "NothingToReview")
			s.wantUntouched()
		})
	}
}

func TestAnUnknownRequestIsNotFound(t *testing.T) {
	s := newScene(t)
	_, err := s.decider.Decide(context.Background(), "ap-unknown", jane, s.decision("approve"))
	wantFault(t, err, http.StatusNotFound, "UnknownApproval")
}

// The state was retried: its first token is dead, and the decision completes the second.
func TestADecisionAnswersTheNewestToken(t *testing.T) {
	s := newScene(t)
	s.tasks.Waiting = map[string]bool{"token-2": true}
	s.ask(asked("taskToken", "token-2"))
	outcome, err := s.decide(jane, "approve")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.tasks.Outputs["token-2"]) != 1 || !strings.HasSuffix(outcome.Record, recordKey("token-2")) {
		t.Errorf("outputs %v, outcome %+v", s.tasks.Outputs, outcome)
	}
}
