package serve_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
	"clinical-risk-pipeline/asl/serve/call"
)

// withService returns a client of a server whose tasks call a service.
func withService(t *testing.T, perform http.HandlerFunc) *client {
	t.Helper()
	service := httptest.NewServer(perform)
	t.Cleanup(service.Close)
	endpoints, err := call.New(map[string]string{call.All: service.URL}, "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	return start(t, serve.Config{Endpoints: endpoints})
}

func TestTasksCallServices(t *testing.T) {
	c := withService(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "bad") {
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			_, _ = io.WriteString(w, `{"errorType": "Bad"}`)
			return
		}
		_, _ = io.Copy(w, r.Body)
	})
	function := func(name string) string {
		return fmt.Sprintf(`{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:%s", "End": true}}}`, name)
	}
	good := c.started(c.create("good", function("good"), nil), object{"input": `{"n": 1}`})
	equal(t, c.ended(good), object{"status": "SUCCEEDED", "output": `{"n":1}`})
	if got := c.types(good); got != "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionSucceeded TaskStateExited ExecutionSucceeded" {
		t.Errorf("events %s", got)
	}
	equal(t, c.run(c.create("bad", function("bad"), nil), nil), object{"status": "FAILED", "error": "Bad", "cause": `{"errorType": "Bad"}`})
}

// A function gets the token, and somebody sends it back, even before the function has answered.
func TestAFunctionSendsItsTokenBack(t *testing.T) {
	var c *client
	c = withService(t, func(_ http.ResponseWriter, r *http.Request) {
		var payload struct{ Token string }
		if err := json.NewDecoder(r.Body).Decode(&payload); err != nil {
			t.Error(err)
		}
		c.call("SendTaskSuccess", object{"taskToken": payload.Token, "output": `"approved"`})
	})
	x := c.run(c.create("m", `{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
		"Parameters": {"FunctionName": "f", "Payload": {"Token.$": "$$.Task.Token"}}, "End": true}}}`, nil), nil)
	equal(t, x, object{"status": "SUCCEEDED", "output": `"approved"`})
}

// A call that fails ends a task that would wait for its token.
func TestACallThatFailsNeedsNoCallback(t *testing.T) {
	c := withService(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
	x := c.run(c.create("m", `{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
		"Parameters": {"FunctionName": "f"}, "End": true}}}`, nil), nil)
	equal(t, x, object{"status": "FAILED", "error": "Lambda.TooManyRequestsException"})
	if waiting := c.server.Waiting(); len(waiting) > 0 {
		t.Errorf("tokens wait: %v", waiting)
	}
}

// Other branches go on while a service works, and a stop ends the request.
func TestASlowService(t *testing.T) {
	arrived, left := make(chan struct{}, 2), make(chan struct{})
	c := withService(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // Only then the server notices that the client leaves.
		arrived <- struct{}{}
		<-r.Context().Done()
		left <- struct{}{}
	})
	branch := func(name string) string {
		return fmt.Sprintf(`{"StartAt": %q, "States": {%q: {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": true}}}`, name, name)
	}
	execution := c.started(c.create("m", `{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [`+branch("A")+","+branch("B")+`]}}}`, nil), nil)
	<-arrived
	<-arrived // Both branches call at the same time.
	c.call("StopExecution", object{"executionArn": execution})
	<-left
	<-left
	equal(t, c.ended(execution), object{"status": "ABORTED"})
}
