package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/internal/awstest"
)

const (
	execution = "arn:aws:states:eu-central-1:123456789012:execution:Pipeline:nightly-7"
	janeARN   = "arn:aws:sts::123456789012:assumed-role/TrialLead/jane@example.com"
)

// function returns the function with its real clients, as Lambda starts it, and stores a request that waits.
func function(t *testing.T, aws *awstest.Server) approval.API {
	t.Helper()
	for name, value := range map[string]string{
		approval.EnvTable: "requests", approval.EnvBucket: "records", approval.EnvPrefix: "decisions/",
		approval.EnvApprovers: "arn:aws:iam::123456789012:role/TrialLead", approval.EnvTrailLogs: "trail",
	} {
		t.Setenv(name, value)
	}
	decider, err := newDecider(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	aws.Objects["decisions/run/1.json"], aws.Objects["decisions/run/2.json"] = "{}", "{}"
	aws.Waiting["token"], aws.Starters[execution] = true, "arn:aws:sts::123456789012:assumed-role/Starter/ada@example.com"
	if err := decider.Store.Put(context.Background(), &approval.Approval{
		ID: approval.ID(execution), Round: 1, RequestedAt: time.Now(), Notified: true,
		Request: approval.Request{
			TaskToken: "token", Execution: execution, StartedAt: time.Now(), TrialID: "T-1", Subjects: approval.Subjects{ID: "S-0042"},
			Record: "s3://records/decisions/run/", Deadline: time.Now().Add(time.Hour),
		},
	}); err != nil {
		t.Fatal(err)
	}
	return approval.API{Decider: decider}
}

// call sends a signed request and reads the answer.
func call(t *testing.T, api approval.API, method, path, body string, answer any) int {
	t.Helper()
	request := events.LambdaFunctionURLRequest{RawPath: path, Body: body}
	request.RequestContext.HTTP.Method = method
	request.RequestContext.Authorizer = &events.LambdaFunctionURLRequestContextAuthorizerDescription{
		IAM: &events.LambdaFunctionURLRequestContextAuthorizerIAMDescription{UserARN: janeARN},
	}
	response, err := api.Handle(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(response.Body), answer); err != nil {
		t.Fatalf("%v: %s", err, response.Body)
	}
	return response.StatusCode
}

func TestTheFunctionTakesADecision(t *testing.T) {
	aws := awstest.Start(t)
	api := function(t, aws)
	path := "/approvals/" + approval.ID(execution)
	var view approval.View
	if status := call(t, api, http.MethodGet, path, "", &view); status != http.StatusOK || len(view.Reviewed.Objects) != 2 {
		t.Fatalf("shown: %d %+v", status, view)
	}
	decision := fmt.Sprintf(`{"decision": "approve", "meaning": "m", "reason": "r", "printedName": "Jane", "reviewed": %q}`, view.Reviewed.SHA256)
	var first, again approval.Outcome
	aws.Calls, aws.Throttle = nil, 1
	if status := call(t, api, http.MethodPost, path+"/decision", decision, &first); status != http.StatusOK || first.RecordVersion != "version-1" {
		t.Fatalf("decided: %d %+v", status, first)
	}
	want := []string{
		"GetItem", "GetObject", "FilterLogEvents", "FilterLogEvents", "GetExecutionHistory", "ListObjectsV2", "GetObject", "GetObject",
		"PutObject", "PutItem", "SendTaskSuccess", "PutItem",
	}
	if !slices.Equal(aws.Calls, want) {
		t.Errorf("called %v, want %v", aws.Calls, want)
	}
	if status := call(t, api, http.MethodPost, path+"/decision", decision, &again); status != http.StatusOK || again != first {
		t.Errorf("again: %d %+v", status, again)
	}
	if len(aws.Outputs) != 1 || !strings.Contains(aws.Outputs[0], `"decision":"approved"`) {
		t.Errorf("the task's outputs are %v", aws.Outputs)
	}
}

// The answer to SendTaskSuccess was lost: the task is gone, and its history shows that it took the decision.
func TestTheFunctionFindsOutWhetherTheExecutionTookTheDecision(t *testing.T) {
	aws := awstest.Start(t)
	api := function(t, aws)
	path := "/approvals/" + approval.ID(execution)
	var view approval.View
	call(t, api, http.MethodGet, path, "", &view)
	decision := fmt.Sprintf(`{"decision": "reject", "meaning": "m", "reason": "r", "printedName": "Jane", "reviewed": %q}`, view.Reviewed.SHA256)
	before := aws.Items[approval.ID(execution)]
	var outcome approval.Outcome
	if status := call(t, api, http.MethodPost, path+"/decision", decision, &outcome); status != http.StatusOK {
		t.Fatalf("decided: %d", status)
	}
	aws.Items[approval.ID(execution)] = before
	if status := call(t, api, http.MethodPost, path+"/decision", decision, &outcome); status != http.StatusOK || outcome.Decision != approval.Reject {
		t.Errorf("after a lost answer: %d %+v", status, outcome)
	}
	aws.Items[approval.ID(execution)], aws.Outputs = before, nil
	var refusal struct{ Error approval.Fault }
	if status := call(t, api, http.MethodPost, path+"/decision", decision, &refusal); status != http.StatusGone || refusal.Error.Code != "NotEffective" {
		t.Errorf("after the execution ended: %d %+v", status, refusal)
	}
}

func TestTheFunctionDoesNotStartWithoutItsSettings(t *testing.T) {
	if _, err := newDecider(context.Background()); err == nil || !strings.Contains(err.Error(), approval.EnvApprovers) {
		t.Errorf("got %v", err)
	}
}
