package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/internal/awstest"
)

func payload(deadline time.Time) []byte {
	return []byte(`{"taskToken": "token", "execution": "arn:aws:states:eu-central-1:123456789012:execution:Pipeline:nightly-7",
		"requestId": "` + strings.Repeat("a", 64) + `", "startedAt": "2026-03-01T01:00:00Z", "trialId": "T-1", "subjects": "S-0042", "record": "s3://records/decisions/x.json",
		"deadline": "` + deadline.UTC().Format(time.RFC3339) + `"}`)
}

// The function runs with its real clients, as Lambda starts it.
func TestTheFunctionStoresAndAnnouncesARequest(t *testing.T) {
	aws := awstest.Start(t)
	for name, value := range map[string]string{
		approval.EnvTable: "requests", approval.EnvBucket: "records", approval.EnvPrefix: "decisions/",
		approval.EnvTopic: "arn:aws:sns:eu-central-1:123456789012:approvers", approval.EnvFunction: "arn:aws:lambda:eu-central-1:123456789012:function:Decide",
	} {
		t.Setenv(name, value)
	}
	requester, err := newRequester(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := requester.Handle(context.Background(), payload(time.Now().Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"GetItem", "PutItem", "Publish", "PutItem", "GetItem"}; !slices.Equal(aws.Calls, want) {
		t.Errorf("called %v, want %v", aws.Calls, want)
	}
	if len(aws.Items) != 1 || len(aws.Messages) != 1 || !strings.HasSuffix(aws.Messages[0].Get("TopicArn"), ":approvers") {
		t.Errorf("stored %d requests, published %v", len(aws.Items), aws.Messages)
	}
}

func TestTheFunctionDoesNotStartWithoutItsSettings(t *testing.T) {
	if _, err := newRequester(context.Background()); err == nil || !strings.Contains(err.Error(), approval.EnvTopic) {
		t.Errorf("got %v", err)
	}
}
