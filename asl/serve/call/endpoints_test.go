package call_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/call"
)

func TestAServiceThatDoesNotAnswer(t *testing.T) {
	address, _ := service(t, answer{})
	server := strings.TrimPrefix(address, "http://")
	_, err := do(t, "http://"+server[:strings.LastIndex(server, ":")]+":1", "arn:aws:states:::dynamodb:getItem", `{}`)
	if fault, ok := errors.AsType[*asl.Error](err); !ok || fault.Name != "DynamoDB.SdkClientException" {
		t.Errorf("got %v", err)
	}
}

func TestEndpoints(t *testing.T) {
	for _, addresses := range []map[string]string{{"lamda": "http://x"}, {"lambda": "127.0.0.1:3001"}, {"lambda": "ftp://x"}, {"lambda": ""}} {
		if _, err := call.New(addresses, "us-east-1"); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v", addresses, err)
		}
	}
	only, err := call.New(map[string]string{"lambda": "http://127.0.0.1:3001"}, "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	for resource, want := range map[string]bool{
		"arn:aws:states:::lambda:invoke": true, "arn:aws:states:::lambda:invoke.waitForTaskToken": true, "arn:aws:lambda:us-east-1:1:function:f": true,
		"arn:aws:states:::sns:publish": false, "hello": false,
	} {
		if only.Knows(resource) != want {
			t.Errorf("Knows(%s) is %v", resource, !want)
		}
	}
	if only.Objects() != nil {
		t.Error("there are objects without S3")
	}
}

func TestTheEndOfATaskEndsTheCall(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-release
	}))
	defer server.Close()
	defer close(release)
	endpoints, err := call.New(map[string]string{"dynamodb": server.URL}, "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	if _, err := endpoints.Do(ctx, &asl.Task{Resource: "arn:aws:states:::dynamodb:getItem", Input: map[string]any{}}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
