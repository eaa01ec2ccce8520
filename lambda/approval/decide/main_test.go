package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/client"
	"clinical-risk-pipeline/lambda/approval/identity"
	"clinical-risk-pipeline/lambda/approval/internal/awstest"
	"clinical-risk-pipeline/lambda/approval/memory"
)

const (
	execution = "arn:aws:states:eu-central-1:123456789012:execution:Pipeline:nightly-7"
	janeARN   = "arn:aws:sts::123456789012:assumed-role/TrialLead/jane@example.com"

	functionARN = "arn:aws:lambda:eu-central-1:123456789012:function:Decide"
)

// function returns the function with its real clients, as Lambda starts it, and stores a request that waits.
func function(t *testing.T, aws *awstest.Server) approval.API {
	t.Helper()
	for name, value := range map[string]string{
		approval.EnvTable: "requests", approval.EnvBucket: "records", approval.EnvBucketOwner: "123456789012", approval.EnvPrefix: "decisions/",
		approval.EnvApprovers: "arn:aws:iam::123456789012:role/TrialLead", approval.EnvTrailLogs: "trail",
		approval.EnvRoster: `{"jane@example.com": "Jane Doe"}`,
	} {
		t.Setenv(name, value)
	}
	decider, err := newDecider(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	aws.Objects["decisions/run/1.json"], aws.Objects["decisions/run/2.json"] = `{"subjects": [{"subject": "S-1", "score": 0.81, "branch": "alert"}], "notScored": []}`, "{}"
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

// jane calls the function as Lambda does, with her credentials. STS is a stand-in.
func jane(api *approval.API) client.Client {
	key := aws.Credentials{AccessKeyID: "ASIAJANE00000000", SecretAccessKey: "secret", SessionToken: "token"}
	api.Identities = identity.New(memory.STS{key.AccessKeyID: {Caller: approval.Caller{ARN: janeARN, UserID: "AROA:jane"}, Secret: key.SecretAccessKey}})
	return client.Client{
		Function: functionARN,
		Prove: func(ctx context.Context, digest string) (approval.Proof, error) {
			return identity.Sign(ctx, key, "eu-central-1", digest, time.Now())
		},
		Invoke: func(ctx context.Context, payload []byte) ([]byte, error) {
			return memory.Invoke(ctx, *api, functionARN, "request-1", payload)
		},
	}
}

// decision is a complete decision on what the function shows.
func decision(t *testing.T, jane client.Client, verdict string) approval.Decision {
	t.Helper()
	view, err := jane.Show(context.Background(), approval.ID(execution))
	if err != nil || len(view.Reviewed.Objects) != 2 {
		t.Fatalf("shown: %+v, %v", view, err)
	}
	return approval.Decision{Decision: verdict, Code: "other", Meaning: "m", Reason: "r", Shown: view.Shown.SHA256, Round: view.Round}
}

func TestTheFunctionTakesADecision(t *testing.T) {
	aws := awstest.Start(t)
	api := function(t, aws)
	jane := jane(&api)
	d := decision(t, jane, "approve")
	aws.Calls, aws.Throttle = nil, 1
	first, err := jane.Decide(context.Background(), approval.ID(execution), d)
	if err != nil || first.RecordVersion != "version-1" {
		t.Fatalf("decided: %+v, %v", first, err)
	}
	want := []string{
		"GetItem", "GetObject", "FilterLogEvents", "FilterLogEvents", "GetExecutionHistory", "ListObjectsV2", "GetObject", "GetObject",
		"PutObject", "GetObject", "PutObject", "PutItem", "SendTaskSuccess", "PutItem", // first what was shown, which is there already

	}
	if !slices.Equal(aws.Calls, want) {
		t.Errorf("called %v, want %v", aws.Calls, want)
	}
	if again, err := jane.Decide(context.Background(), approval.ID(execution), d); err != nil || *again != *first {
		t.Errorf("again: %+v, %v", again, err)
	}
	if len(aws.Outputs) != 1 || !strings.Contains(aws.Outputs[0], `"decision":"approved"`) {
		t.Errorf("the task's outputs are %v", aws.Outputs)
	}
	_, key, _ := strings.Cut(first.Record, "s3://records/")
	record := aws.Objects[key]
	if !strings.Contains(record, `"invocation": "request-1"`) || !strings.Contains(record, `"printedName": "Jane Doe"`) {
		t.Errorf("recorded %s", record)
	}
}

// The answer to SendTaskSuccess was lost: the task is gone, and its history shows that it took the decision.
func TestTheFunctionFindsOutWhetherTheExecutionTookTheDecision(t *testing.T) {
	aws := awstest.Start(t)
	api := function(t, aws)
	jane := jane(&api)
	id, d := approval.ID(execution), decision(t, jane, "reject")
	before := aws.Items[id]
	if _, err := jane.Decide(context.Background(), id, d); err != nil {
		t.Fatal(err)
	}
	aws.Items[id] = before
	if outcome, err := jane.Decide(context.Background(), id, d); err != nil || outcome.Decision != approval.Reject {
		t.Errorf("after a lost answer: %+v, %v", outcome, err)
	}
	aws.Items[id], aws.Outputs = before, nil
	_, err := jane.Decide(context.Background(), id, d)
	if refusal, ok := errors.AsType[*approval.Fault](err); !ok || refusal.Code != "NotEffective" {
		t.Errorf("after the execution ended: %v", err)
	}
}

func TestTheFunctionDoesNotStartWithoutItsSettings(t *testing.T) {
	if _, err := newDecider(context.Background()); err == nil || !strings.Contains(err.Error(), approval.EnvApprovers) {
		t.Errorf("got %v", err)
	}
}
