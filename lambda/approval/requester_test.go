package approval_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/lambda/approval"
)

func TestARequestIsStoredAndAnnounced(t *testing.T) {
	s := newScene(t)
	if len(s.notifier.Messages) != 1 {
		t.Fatalf("%d messages, want one", len(s.notifier.Messages))
	}
	message := s.notifier.Messages[0]
	var got approval.Announcement
	if err := json.Unmarshal([]byte(message.JSON), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(approval.Announcement{
		Message: "Approval requested", ApprovalID: s.id, TrialID: "T-1",
		Subjects:  approval.Subjects{Counts: &approval.Counts{Subjects: 200, Scored: 199, High: 7, Failed: 1}},
		Execution: execution, Record: place, RequestedAt: s.now, Deadline: startedAt.Add(74 * time.Hour), Function: function,
	}, got); diff != "" {
		t.Error(diff)
	}
	for _, part := range []string{"trial T-1", "7 at high risk", "clinicalrisk approvals approve " + s.id + " --function " + function, "2026-03-04T03:00:00Z"} {
		if !strings.Contains(message.Text, part) {
			t.Errorf("the text lacks %q:\n%s", part, message.Text)
		}
	}
	if diff := cmp.Diff(map[string]string{"kind": "approval", "trialId": "T-1"}, message.Attributes); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(message.JSON+message.Text, "token-1") {
		t.Error("the message has the task token")
	}
}

func TestARepeatedRequestSendsOneMessage(t *testing.T) {
	s := newScene(t)
	s.ask(request())
	if n := len(s.notifier.Messages); n != 1 {
		t.Errorf("%d messages", n)
	}
	if view := s.show(); view.Round != 1 {
		t.Errorf("round %d", view.Round)
	}
}

func TestAnotherTokenIsAnotherRound(t *testing.T) {
	s := newScene(t)
	if _, err := s.decide(jane, "approve"); err != nil {
		t.Fatal(err)
	}
	s.ask(asked("taskToken", "token-2"))
	if view := s.show(); view.Round != 2 || view.Status != approval.Pending || view.Record != nil {
		t.Errorf("round %d is %s, with the record %v", view.Round, view.Status, view.Record)
	}
	if n := len(s.notifier.Messages); n != 2 {
		t.Errorf("%d messages, want two", n)
	}
}

// Requests come in any order, because Lambda may deliver one late. A request with an earlier token does not replace a newer one.
//
// Requirements: P11-10e
func TestALateRequestDoesNotReplaceANewerRound(t *testing.T) {
	for reason, newer := range map[string]map[string]any{
		"after a retry":                   {"retryCount": 1},
		"after the state began again":     {"deadline": "2026-03-04T03:00:01Z"},
		"after a redrive":                 {"redriveCount": 1, "deadline": "2026-03-03T03:00:00Z"},
		"after a start with the old name": {"startedAt": "2026-03-01T01:00:01Z"},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			second := asked("taskToken", "token-2")
			maps.Copy(second, newer)
			s.ask(second)
			if err := s.tryAsk(asked("taskToken", "token-0")); err == nil || !strings.Contains(err.Error(), "asked again since") {
				t.Errorf("a late request: got %v", err)
			}
			s.tasks.Waiting = map[string]bool{"token-2": true}
			if _, err := s.decide(jane, "approve"); err != nil || len(s.tasks.Outputs["token-2"]) != 1 {
				t.Errorf("the newer request: %v, outputs %v", err, s.tasks.Outputs)
			}
			if n := len(s.notifier.Messages); n != 2 {
				t.Errorf("%d messages, want 2", n)
			}
		})
	}
}

// A mail program or a terminal obeys control characters.
func TestAMessageHasNoControlCharacters(t *testing.T) {
	for field, value := range map[string]any{
		"trialId": "T-1\x1b[1A\x1b[2K", "subjects": "S-1\r", "record": "s3://records/decisions/a\nb/", "execution": execution + "\u202e",
	} {
		s := newScene(t)
		request := asked(field, value)
		request["taskToken"] = "token-2"
		if err := s.tryAsk(request); err == nil || !strings.Contains(err.Error(), field+" must have printable characters only") {
			t.Errorf("%s: got %v", field, err)
		}
		if n := len(s.notifier.Messages); n != 1 {
			t.Errorf("%s: %d messages, want 1", field, n)
		}
	}
}

// Requirements: SRC-23
func TestASubjectIsNamedByItsPseudonymOnly(t *testing.T) {
	s := newScene(t)
	single := asked("taskToken", "token-2")
	single["subjects"], single["record"] = "S-0042", "s3://records/decisions/T-1/nightly-7/000000.json"
	s.ask(single)
	if text := s.notifier.Messages[1].Text; !strings.Contains(text, "subject S-0042") {
		t.Errorf("the text does not name the subject:\n%s", text)
	}
	if view := s.show(); view.Subjects.ID != "S-0042" || len(view.Reviewed.Objects) != 1 {
		t.Errorf("shown as %+v", view)
	}
}

func TestWrongRequestsAreRefused(t *testing.T) {
	for reason, row := range map[string]struct {
		field string
		value any
		want  string
	}{
		"a waiting task has a token":              {"taskToken", "", "taskToken is required"},
		"a name is not an ARN":                    {"execution", "nightly-7", "execution must be the ARN of an execution"},
		"the start is needed to find the starter": {"startedAt", "0001-01-01T00:00:00Z", "startedAt is required"},
		"times are in RFC 3339":                   {"deadline", "tomorrow", "must be an RFC 3339 time"},
		"a run belongs to a trial":                {"trialId", "", "trialId must have 1 to 64 letters"},
		"a trial is a part of the record's key":   {"trialId", "../T-1", "trialId must have 1 to 64 letters"},
		"a request has an id":                     {"requestId", "", "requestId must have 64 hexadecimal digits"},
		"an id is a hash":                         {"requestId", "../other/" + strings.Repeat("a", 55), "requestId must have 64 hexadecimal digits"},
		"a count of retries is not negative":      {"retryCount", -1, "retryCount must not be negative"},
		"a request is about somebody":             {"subjects", "", "subjects must be counts or a subject's pseudonymous id"},
		"counts are whole numbers":                {"subjects", map[string]any{"high": 0.5}, "must be a whole number"},
		"counts have no features":                 {"subjects", map[string]any{"high": 1, "features": map[string]any{"age": 71}}, `unknown field "features"`},
		"a request has no scores":                 {"riskScore", 0.81, `unknown field "riskScore"`},
		"a record is in S3":                       {"record", "/tmp/record.json", "record must be an S3 URI"},
		"a record is in the record store":         {"record", "s3://others/decisions/x.json", "record must be below s3://records/decisions/"},
		"a record is among the decisions":         {"record", "s3://records/inputs/x.json", "record must be below s3://records/decisions/"},
		"a key does not leave its folder":         {"record", "s3://records/decisions/../inputs/x.json", "record must be below s3://records/decisions/"},
		"a deadline is in the future":             {"deadline", "2026-03-01T03:00:00Z", "deadline must be in the future"},
		"a count of redrives is not negative":     {"redriveCount", -1, "redriveCount must not be negative"},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			request := asked(row.field, row.value)
			if row.field != "taskToken" {
				request["taskToken"] = "token-2"
			}
			if err := s.tryAsk(request); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
			if n := len(s.notifier.Messages); n != 1 {
				t.Errorf("%d messages: the approvers were told", n)
			}
		})
	}
}

// Even where the whole bucket may be reviewed, people's decisions may not.
func TestDecisionsOfPeopleAreNotReviewed(t *testing.T) {
	s := newScene(t)
	s.requester.Records.Prefix = ""
	if err := s.tryAsk(asked("record", "s3://records/approvals/x/")); err == nil || !strings.Contains(err.Error(), "record must be below") {
		t.Errorf("got %v", err)
	}
}

func TestAllFaultsOfARequestAreReportedAtOnce(t *testing.T) {
	_, err := approval.ParseRequest([]byte(`{}`))
	if err == nil || len(strings.Split(err.Error(), "\n")) != 8 {
		t.Errorf("got %v, want eight faults", err)
	}
}

// The state fails, and its retry asks again: a request never waits for approvers who got no message.
func TestAFailedMessageFailsTheRequest(t *testing.T) {
	s := newScene(t)
	s.requester.Notifier = deaf{}
	if err := s.tryAsk(asked("taskToken", "token-2")); err == nil || !strings.Contains(err.Error(), "cannot tell the approvers") {
		t.Errorf("got %v", err)
	}
}

type deaf struct{}

func (deaf) Notify(context.Context, approval.Message) error {
	return errors.New("SNS Publish: Throttled")
}
