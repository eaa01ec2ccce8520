package approval_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"clinical-risk-pipeline/lambda/approval"
)

type refusal struct {
	Error approval.Fault `json:"error"`
}

func TestTheAPIRefusesWrongRequests(t *testing.T) {
	decision := map[string]any{"decision": "approve", "meaning": "m", "reason": "r", "printedName": "n", "reviewed": strings.Repeat("a", 64)}
	forged := map[string]any{"signer": joeARN}
	for name, value := range decision {
		forged[name] = value
	}
	for reason, row := range map[string]struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		"the root is not a resource":        {http.MethodGet, "/", nil, http.StatusNotFound, "UnknownPath"},
		"another resource":                  {http.MethodGet, "/rejections", nil, http.StatusNotFound, "UnknownPath"},
		"a longer path":                     {http.MethodPost, "/approvals/x/decision/y", decision, http.StatusNotFound, "UnknownPath"},
		"another part of a request":         {http.MethodGet, "/approvals/x/record", nil, http.StatusNotFound, "UnknownPath"},
		"requests come from state machines": {http.MethodPost, "/approvals", decision, http.StatusMethodNotAllowed, "WrongMethod"},
		"a link cannot decide":              {http.MethodGet, "/approvals/x/decision", nil, http.StatusMethodNotAllowed, "WrongMethod"},
		"a decision cannot be taken back":   {http.MethodDelete, "/approvals/x/decision", nil, http.StatusMethodNotAllowed, "WrongMethod"},
		"an unknown request":                {http.MethodGet, "/approvals/x", nil, http.StatusNotFound, "UnknownApproval"},
		"a decision on an unknown request":  {http.MethodPost, "/approvals/x/decision", decision, http.StatusNotFound, "UnknownApproval"},
		"the body cannot name the signer":   {http.MethodPost, "/approvals/x/decision", forged, http.StatusBadRequest, "InvalidDecision"},
		"a body that is not an object":      {http.MethodPost, "/approvals/x/decision", "approve", http.StatusBadRequest, "InvalidDecision"},
		"a body of another type":            {http.MethodPost, "/approvals/x/decision", map[string]any{"reason": 1}, http.StatusBadRequest, "InvalidDecision"},
		"a body that is too long":           {http.MethodPost, "/approvals/x/decision", map[string]any{"reason": strings.Repeat("x", 70_000)}, http.StatusRequestEntityTooLarge, "InvalidDecision"},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			var answer refusal
			if status := s.call(row.method, row.path, row.body, &answer); status != row.status || answer.Error.Code != row.code || answer.Error.Message == "" {
				t.Errorf("got %d %+v, want %d %s", status, answer.Error, row.status, row.code)
			}
			s.wantUntouched()
		})
	}
}

// Requirements: P11-10g, P11-10h, P11-30
func TestTheAPIAnswersSignedRequestsOnly(t *testing.T) {
	for reason, authorizer := range map[string]*events.LambdaFunctionURLRequestContextAuthorizerDescription{
		"a URL without authentication": nil,
		"an authorizer without IAM":    {},
		"an identity without an ARN":   {IAM: &events.LambdaFunctionURLRequestContextAuthorizerIAMDescription{UserID: "x"}},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			request := events.LambdaFunctionURLRequest{RawPath: "/approvals"}
			request.RequestContext.HTTP.Method = http.MethodGet
			request.RequestContext.Authorizer = authorizer
			var answer refusal
			if status := s.send(request, &answer); status != http.StatusForbidden || answer.Error.Code != "NotSigned" {
				t.Errorf("got %d %+v", status, answer.Error)
			}
		})
	}
}

func TestTheAPITakesDecisions(t *testing.T) {
	s := newScene(t)
	var outcome approval.Outcome
	if status := s.call(http.MethodPost, "/approvals/"+s.id+"/decision", s.decision("approve"), &outcome); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if outcome.Signer != janeARN || outcome.Decision != approval.Approve {
		t.Errorf("got %+v", outcome)
	}
	view := s.show()
	if view.Record == nil || view.Outcome == nil || *view.Outcome != outcome || view.Reviewed != nil {
		t.Errorf("shown as %+v", view)
	}
}

func TestABodyMayComeInBase64(t *testing.T) {
	s := newScene(t)
	text, err := json.Marshal(s.decision("reject"))
	if err != nil {
		t.Fatal(err)
	}
	request := events.LambdaFunctionURLRequest{RawPath: "/approvals/" + s.id + "/decision", IsBase64Encoded: true, Body: base64.StdEncoding.EncodeToString(text)}
	request.RequestContext.HTTP.Method = http.MethodPost
	request.RequestContext.Authorizer = &events.LambdaFunctionURLRequestContextAuthorizerDescription{
		IAM: &events.LambdaFunctionURLRequestContextAuthorizerIAMDescription{UserARN: jane.ARN, UserID: jane.UserID},
	}
	var outcome approval.Outcome
	if status := s.send(request, &outcome); status != http.StatusOK || outcome.Decision != approval.Reject {
		t.Errorf("got %d %+v", status, outcome)
	}
	request.Body = "not base64!"
	if status := s.send(request, nil); status != http.StatusBadRequest {
		t.Errorf("not base64: status %d", status)
	}
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
	list := func(all string) (statuses string) {
		request := events.LambdaFunctionURLRequest{RawPath: "/approvals/", QueryStringParameters: map[string]string{"all": all}}
		request.RequestContext.HTTP.Method = http.MethodGet
		request.RequestContext.Authorizer = &events.LambdaFunctionURLRequestContextAuthorizerDescription{
			IAM: &events.LambdaFunctionURLRequestContextAuthorizerIAMDescription{UserARN: jane.ARN},
		}
		var answer struct{ Approvals []approval.View }
		if status := s.send(request, &answer); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		counts := map[approval.Status]int{}
		for _, view := range answer.Approvals {
			counts[view.Status]++
		}
		text, err := json.Marshal(counts)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if got := list("false"); got != `{"pending":1}` {
		t.Errorf("open requests: %s", got)
	}
	if got := list("true"); got != `{"approved":1,"expired":1,"pending":1}` {
		t.Errorf("all: %s", got)
	}
}

// Canaries are in all data about a subject, in every text that a person wrote, and in every secret. They must appear in the
// record and in the store only.
//
// Requirements: SRC-23
func TestLogsAndAnswersGiveNothingAway(t *testing.T) {
	const token, subject, written = "canary-token", "canary-subject", "canary-written"
	s := newScene(t)
	single := asked("taskToken", token)
	single["subjects"], single["record"] = subject, "s3://records/decisions/T-1/nightly-7/000000.json"
	s.objects.Set(firstKey, []byte(subject))
	s.tasks.Waiting[token] = true
	s.ask(single)
	s.ask(single)
	d := s.decision("approve")
	d.Meaning, d.Reason, d.PrintedName = written, written, written
	answers := &strings.Builder{}
	for _, path := range []string{"/approvals", "/approvals/" + s.id} {
		var answer any
		s.call(http.MethodGet, path, nil, &answer)
		text, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		answers.Write(text)
	}
	s.decider.Starts = startsFunc(func() ([]approval.Starter, error) { return nil, errors.New("CloudTrail LookupEvents: Throttled") })
	for range 2 {
		s.call(http.MethodPost, "/approvals/"+s.id+"/decision", d, nil)
		d.Decision = "reject"
		s.decider.Starts = startsFunc(func() ([]approval.Starter, error) { return []approval.Starter{{ARN: adaARN}}, nil })
	}
	if err := s.tryAsk(asked("startedAt", subject)); err == nil || strings.Contains(err.Error(), subject) {
		t.Errorf("the error quotes the request: %v", err)
	}
	if !strings.Contains(s.logs.String(), "decided") || !strings.Contains(s.logs.String(), "failed") {
		t.Fatalf("the log does not show what happened:\n%s", s.logs.String())
	}
	for _, canary := range []string{token, subject, written} {
		if strings.Contains(s.logs.String(), canary) {
			t.Errorf("the log has %s:\n%s", canary, s.logs.String())
		}
	}
	if strings.Contains(answers.String(), token) {
		t.Error("an answer has the task token")
	}
}
