package approval_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"clinical-risk-pipeline/lambda/approval"
)

// Whoever may invoke the function can send it any event. Before, the function believed the identity in the event of a function URL.
//
// Requirements: P11-10g, P11-200a1
func TestAForgedEventSignsNothing(t *testing.T) {
	s := newScene(t)
	body, err := json.Marshal(map[string]any{"decision": "approve", "meaning": "m", "reason": "r", "printedName": "Jane Doe", "reviewed": s.decision("approve").Shown})
	if err != nil {
		t.Fatal(err)
	}
	iam := map[string]any{"iam": map[string]any{"userArn": janeARN, "userId": jane.UserID, "accountId": "123456789012"}}
	for reason, extra := range map[string]map[string]any{
		"as the event of a function URL": {},
		"together with a call":           {"operation": "decide", "function": function, "request": s.id, "round": 1, "verdict": "approve"},
	} {
		event := map[string]any{
			"rawPath": "/approvals/" + s.id + "/decision", "body": string(body),
			"requestContext": map[string]any{"http": map[string]any{"method": "POST"}, "authorizer": iam},
		}
		for name, value := range extra {
			event[name] = value
		}
		payload, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(reason)
		s.wantRefused(s.invoke(payload), http.StatusBadRequest, "InvalidCall")
	}
}

// The function cannot serve without Lambda's word on its own name.
func TestTheFunctionNeedsItsOwnName(t *testing.T) {
	s := newScene(t)
	payload, err := json.Marshal(s.decideCall())
	if err != nil {
		t.Fatal(err)
	}
	s.wantRefused(s.invokeAs("Decide", payload), http.StatusInternalServerError, "Failed")
	answer, err := s.api.Handle(context.Background(), payload)
	if err != nil || answer.Error == nil || answer.Error.Code != "Failed" {
		t.Errorf("without Lambda: got %+v, %v", answer, err)
	}
}

func TestWithoutSTSNobodyDecides(t *testing.T) {
	s := newScene(t)
	call := s.decideCall()
	s.api.Identities = unknown{}
	s.wantRefused(s.send(call), http.StatusServiceUnavailable, "IdentityUnknown")
}

type unknown struct{}

func (unknown) Identify(context.Context, string, string, approval.Proof) (approval.Caller, error) {
	return approval.Caller{ARN: janeARN}, approval.ErrIdentityUnknown
}
