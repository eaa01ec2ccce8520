package approval_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/lambda/approval"
)

func TestTheFunctionRefusesWrongCalls(t *testing.T) {
	const known = `"function": "` + function + `", "operation": "list", "proof": {"authorization": "a", "date": "d"}`
	for reason, row := range map[string]struct {
		payload string
		status  int
		code    string
	}{
		"no JSON":                       {`list`, http.StatusBadRequest, "InvalidCall"},
		"nothing":                       {``, http.StatusBadRequest, "InvalidCall"},
		"not an object":                 {`["list"]`, http.StatusBadRequest, "InvalidCall"},
		"null":                          {`null`, http.StatusBadRequest, "InvalidCall"},
		"an unknown operation":          {`{"operation": "delete"}`, http.StatusBadRequest, "InvalidCall"},
		"a field that names the signer": {`{"signer": "` + joeARN + `", ` + known + `}`, http.StatusBadRequest, "InvalidCall"},
		"a proof with another field":    {`{"operation": "list", "proof": {"host": "sts.attacker.example"}}`, http.StatusBadRequest, "InvalidCall"},
		"a field twice":                 {`{"operation": "decide", ` + known + `}`, http.StatusBadRequest, "InvalidCall"},
		"text after the call":           {`{` + known + `} {}`, http.StatusBadRequest, "InvalidCall"},
		"a call that is too long":       {`{"reason": "` + strings.Repeat("x", 140_000) + `"}`, http.StatusRequestEntityTooLarge, "InvalidCall"},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			s.wantRefused(s.invoke([]byte(row.payload)), row.status, row.code)
		})
	}
}

// wantRefused checks the answer of a refused call: the error and nothing else.
func (s *scene) wantRefused(text []byte, status int, code string) {
	s.Helper()
	var answer approval.Answer
	if err := json.Unmarshal(text, &answer); err != nil {
		s.Fatal(err)
	}
	if answer.Error == nil || answer.Error.Status != status || answer.Error.Code != code || answer.Error.Message == "" {
		s.Errorf("got %s, want %d %s", text, status, code)
	}
	if answer.Approvals != nil || answer.Approval != nil || answer.Outcome != nil {
		s.Errorf("the refusal has more than the error: %s", text)
	}
	s.wantUntouched()
}

// Requirements: P11-10g, P11-70
func TestTheFunctionTakesDecisions(t *testing.T) {
	s := newScene(t)
	outcome, err := s.client(janesKey).Decide(context.Background(), s.id, s.decision("approve"))
	if err != nil {
		t.Fatal(err)
	}
	if outcome.Signer != janeARN || outcome.Decision != approval.Approve {
		t.Errorf("got %+v", outcome)
	}
	view := s.show()
	if view.Record == nil || view.Outcome == nil || *view.Outcome != *outcome || view.Reviewed != nil {
		t.Errorf("shown as %+v", view)
	}
	want := approval.Signature{ARN: janeARN, UserID: jane.UserID, PrintedName: "Jane Doe", Invocation: invocation}
	if view.Record.Signer != want {
		t.Errorf("signed by %+v, want %+v", view.Record.Signer, want)
	}
}

func TestAnUnknownRequestIsRefused(t *testing.T) {
	s := newScene(t)
	_, err := s.client(janesKey).Show(context.Background(), "ap-aaaaaaaaaaaaaaaa")
	wantFault(t, err, http.StatusNotFound, "UnknownApproval")
}

// Requirements: P11-10d, P11-10g
func TestOnlyApproversListAndShow(t *testing.T) {
	s := newScene(t)
	ada := s.client(adasKey)
	_, err := ada.List(context.Background(), true)
	wantFault(t, err, http.StatusForbidden, "NotAnApprover")
	_, err = ada.Show(context.Background(), s.id)
	wantFault(t, err, http.StatusForbidden, "NotAnApprover")
	_, err = ada.Decide(context.Background(), s.id, s.decision("approve"))
	wantFault(t, err, http.StatusForbidden, "NotAnApprover")
	s.wantUntouched()
}

func TestTheListHasOpenRequestsOrAll(t *testing.T) {
	s := newScene(t)
	other := asked("execution", execution+"-b")
	other["taskToken"], other["deadline"] = "token-b", "2026-03-01T04:00:00Z"
	s.ask(other)
	third := asked("execution", execution+"-c")
	third["taskToken"] = "token-c"
	s.ask(third)
	if _, err := s.decide(jane, "approve"); err != nil {
		t.Fatal(err)
	}
	s.now = startedAt.Add(4 * time.Hour)
	list := func(all bool) (statuses string) {
		views, err := s.client(janesKey).List(context.Background(), all)
		if err != nil {
			t.Fatal(err)
		}
		counts := map[approval.Status]int{}
		for _, view := range views {
			counts[view.Status]++
		}
		text, err := json.Marshal(counts)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if got := list(false); got != `{"pending":1}` {
		t.Errorf("open requests: %s", got)
	}
	if got := list(true); got != `{"approved":1,"expired":1,"pending":1}` {
		t.Errorf("all: %s", got)
	}
}

func TestAnEmptyListIsAnAnswer(t *testing.T) {
	s := newScene(t)
	s.now = startedAt.Add(100 * time.Hour)
	if views, err := s.client(janesKey).List(context.Background(), false); err != nil || len(views) != 0 {
		t.Errorf("got %v, %v", views, err)
	}
}

// Canaries are in all data about a subject, in every text that a person wrote, and in every secret. They must appear in the
// record and in the store only. The proof is a secret, too.
//
// Requirements: SRC-23
func TestLogsAndAnswersGiveNothingAway(t *testing.T) {
	const token, subject, written = "canary-token", "canary-subject", "canary-written"
	s := newScene(t)
	single := asked("taskToken", token)
	single["subjects"], single["record"] = subject, "s3://records/decisions/T-1/nightly-7/000000.json"
	s.objects.Set(firstKey, []byte(`{"subjects": [{"subject": "`+subject+`", "score": 0.9, "branch": "alert"}], "notScored": []}`))
	s.tasks.Waiting[token] = true
	s.ask(single)
	s.ask(single)
	d := s.decision("approve")
	d.Meaning, d.Reason = written, written
	var secrets, answers []string
	jane := s.client(janesKey)
	prove, invoke := jane.Prove, jane.Invoke
	jane.Prove = func(ctx context.Context, digest string) (approval.Proof, error) {
		proof, err := prove(ctx, digest)
		_, signature, _ := strings.Cut(proof.Authorization, "Signature=")
		secrets = append(secrets, signature, proof.SecurityToken)
		return proof, err
	}
	jane.Invoke = func(ctx context.Context, payload []byte) ([]byte, error) {
		answer, err := invoke(ctx, payload)
		answers = append(answers, string(answer))
		return answer, err
	}
	_, _ = jane.List(context.Background(), false)
	_, _ = jane.Show(context.Background(), s.id)
	s.decider.Starts = startsFunc(func() ([]approval.Starter, error) { return nil, errors.New("CloudTrail LookupEvents: Throttled") })
	for range 2 {
		_, _ = jane.Decide(context.Background(), s.id, d)
		d.Decision = "reject"
		s.decider.Starts = startsFunc(func() ([]approval.Starter, error) { return []approval.Starter{{ARN: adaARN}}, nil })
	}
	s.invoke([]byte(`{"operation": "` + subject + `", "proof": {"authorization": "` + written + `"}}`))
	if err := s.tryAsk(asked("startedAt", subject)); err == nil || strings.Contains(err.Error(), subject) {
		t.Errorf("the error quotes the request: %v", err)
	}
	if !strings.Contains(s.logs.String(), "decided") || !strings.Contains(s.logs.String(), "failed") {
		t.Fatalf("the log does not show what happened:\n%s", s.logs.String())
	}
	for _, canary := range append(secrets, token, subject, written) {
		if strings.Contains(s.logs.String(), canary) {
			t.Errorf("the log has %s:\n%s", canary, s.logs.String())
		}
	}
	for _, secret := range append(secrets, token) {
		if strings.Contains(strings.Join(answers, ""), secret) {
			t.Errorf("an answer has %s", secret)
		}
	}
	if len(answers) != 4 || len(secrets) != 8 || secrets[0] == "" {
		t.Fatalf("%d answers, the secrets %q", len(answers), secrets)
	}
}
