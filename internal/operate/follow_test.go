package operate_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/operate"
)

// follow follows an execution, and returns what a person sees.
func (s *scene) follow(arn string) (*operate.Outcome, []string) {
	s.Helper()
	var seen []string
	f := operate.Follower{AWS: s.aws, Tell: func(c operate.Change) { seen = append(seen, c.What) }, Status: func(text string) { seen = append(seen, text) },
		Approvers: func(context.Context) string { return "TrialLead" }}
	outcome, err := f.Follow(s.Context(), arn)
	if err != nil {
		s.Fatal(err)
	}
	wantNoData(s.T, outcome)
	wantNoData(s.T, seen)
	return outcome, seen
}

func TestASuccessWithRetries(t *testing.T) {
	attempts := 0
	s := newScene(t, handler(func(task *asl.Task) (asl.Reply, error) {
		if attempts++; attempts < 3 {
			return asl.Reply{}, &asl.Error{Name: "SageMakerRuntime.Busy", Cause: "features " + secret + " (Service: SageMakerRuntime, Status Code: 503, Request ID: r-" + strings.Repeat("1", attempts) + ")"}
		}
		return asl.Reply{Output: task.Input}, nil
	}))
	o, _ := s.follow(s.run(s.deploy(pipeline, "d"), "run-1", `{"features": "`+secret+`"}`))
	if !o.Succeeded() || o.LastState != "End" || len(o.States) != 3 || o.States[0].Retries != 2 || len(o.States[0].Failures) != 1 {
		t.Fatalf("outcome %+v, states %+v", o, o.States[0])
	}
	want := operate.StateFailure{Error: "SageMakerRuntime.Busy", Cause: "Service: SageMakerRuntime, Status Code: 503, Request ID: r-1", Count: 2}
	if got := o.States[0].Failures[0]; got != want {
		t.Errorf("failure %+v, want %+v", got, want)
	}
}

// Each failure is named with its state, and with no more of its cause than may be shown.
func TestFailures(t *testing.T) {
	fails := func(name, cause string) asl.Handler {
		return handler(func(*asl.Task) (asl.Reply, error) { return asl.Reply{}, &asl.Error{Name: name, Cause: cause} })
	}
	fail := `{"StartAt": "InvalidScore", "States": {"InvalidScore": {"Type": "Fail", "Error": "InvalidScore", "Cause": "The endpoint answered without a usable score."}}}`
	counts := `{"QueryLanguage": "JSONata", "StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "IncompleteScoring", "Cause": "{% $string($states.input.failed) & ' subjects' %}"}}}`
	path := `{"StartAt": "P", "States": {"P": {"Type": "Pass", "InputPath": "$.nowhere", "End": true}}}`
	for reason, row := range map[string]struct {
		handler                       asl.Handler
		definition                    string
		status, state, failure, cause string
	}{
		"a service with an answer":   {fails("SageMakerRuntime.ModelErrorException", "it got "+secret+" (Service: SageMakerRuntime, Status Code: 424, Request ID: r-1)"), pipeline, "FAILED", "InvokeModel", "SageMakerRuntime.ModelErrorException", "Service: SageMakerRuntime, Status Code: 424, Request ID: r-1"},
		"a service that quotes":      {fails("SageMakerRuntime.ModelErrorException", "it got "+secret), pipeline, "FAILED", "InvokeModel", "SageMakerRuntime.ModelErrorException", operate.Withheld},
		"a forged answer":            {fails("X", "(Service: "+secret+"! Status)"), pipeline, "FAILED", "InvokeModel", "X", operate.Withheld},
		"a Fail state":               {succeed, fail, "FAILED", "InvalidScore", "InvalidScore", "The endpoint answered without a usable score."},
		"a Fail state with a count":  {succeed, counts, "FAILED", "F", "IncompleteScoring", "3 subjects"},
		"an error of Step Functions": {succeed, path, "FAILED", "P", "States.Runtime", operate.Withheld},
		"an error without a cause":   {fails("X", ""), pipeline, "FAILED", "InvokeModel", "X", ""},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t, row.handler)
			o, _ := s.follow(s.run(s.deploy(row.definition, "d"), "run-1", `{"features": "`+secret+`", "failed": 3}`))
			if o.Status != row.status || o.LastState != row.state || o.Error != row.failure || o.Cause != row.cause {
				t.Errorf("%s in %s: %s: %s, want %+v", o.Status, o.LastState, o.Error, o.Cause, row)
			}
		})
	}
}

// An execution that was stopped, and one that timed out, end the watch, too.
func TestStoppedAndTimedOut(t *testing.T) {
	s := newScene(t, handler(func(*asl.Task) (asl.Reply, error) { return asl.Reply{Hangs: true}, nil }))
	m := s.deploy(`{"StartAt": "A", "TimeoutSeconds": 60, "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}}`, "d")
	if o, _ := s.follow(s.run(m, "run-1", `{}`)); o.Status != "TIMED_OUT" || o.LastState != "A" {
		t.Errorf("outcome %+v", o)
	}
}

// waiting is a definition that asks for an approval for an hour.
const waiting = `{"StartAt": "NotifyTeam", "States": {
	"NotifyTeam": {"Type": "Pass", "Next": "RequestApproval"},
	"RequestApproval": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 3600,
		"Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token", "secret": "` + secret + `"}}, "Next": "CheckApproval"},
	"CheckApproval": {"Type": "Succeed"}}}`

// tokens returns a handler that hands the token of each task to the test.
func tokens(sent chan string) asl.Handler {
	return handler(func(task *asl.Task) (asl.Reply, error) {
		sent <- task.Token
		return asl.Reply{Output: map[string]any{}}, nil
	})
}

func TestAnApprovalIsPending(t *testing.T) {
	sent := make(chan string, 1)
	s := newScene(t, tokens(sent))
	arn := s.start(s.deploy(waiting, "d"), "run-1", `{}`)
	token := <-sent
	looks := 0
	s.clock.asleep = func(d time.Duration) error {
		if d == operate.Every {
			if looks++; looks == 2 {
				s.call("SendTaskSuccess", map[string]any{"taskToken": token, "output": `{"decision": "approved"}`})
				s.ended(arn)
			}
		}
		return nil
	}
	o, seen := s.follow(arn)
	text := strings.Join(seen, "\n")
	if !o.Succeeded() || o.Approval != nil || !strings.Contains(text, "waits for an approval by TrialLead until ") || !strings.Contains(text, "left") || !strings.Contains(text, "CheckApproval") {
		t.Errorf("outcome %+v, seen\n%s", o, text)
	}
}

// An approval that was given is not pending any more, though the execution goes on.
func TestAnApprovalIsGiven(t *testing.T) {
	sent := make(chan string, 2)
	s := newScene(t, tokens(sent))
	arn := s.start(s.deploy(strings.Replace(waiting, `"CheckApproval": {"Type": "Succeed"}`,
		`"CheckApproval": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}, "End": true}`, 1), "d"), "run-1", `{}`)
	s.call("SendTaskSuccess", map[string]any{"taskToken": <-sent, "output": `{}`})
	next := <-sent
	s.clock.asleep = func(d time.Duration) error {
		if d == operate.Every && next != "" {
			s.call("SendTaskSuccess", map[string]any{"taskToken": next, "output": `{}`})
			s.ended(arn)
			next = ""
		}
		return nil
	}
	o, seen := s.follow(arn)
	if text := strings.Join(seen, "\n"); !o.Succeeded() || strings.Contains(text, "waits for an approval") || !strings.Contains(text, "in CheckApproval") {
		t.Errorf("outcome %+v, seen\n%s", o, text)
	}
}

// Whoever follows again after Ctrl-C sees the same.
func TestAWatchResumes(t *testing.T) {
	sent := make(chan string, 1)
	s := newScene(t, tokens(sent))
	arn := s.start(s.deploy(waiting, "d"), "run-1", `{}`)
	token := <-sent
	ctx, interrupt := context.WithCancel(t.Context())
	s.clock.asleep = func(d time.Duration) error {
		if d == operate.Every {
			interrupt()
		}
		return nil
	}
	if _, err := (&operate.Follower{AWS: s.aws}).Follow(ctx, arn); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	s.clock.asleep = nil
	s.call("SendTaskSuccess", map[string]any{"taskToken": token, "output": `{}`})
	s.ended(arn)
	if o, _ := s.follow(arn); !o.Succeeded() || o.States[1].Name != "RequestApproval" {
		t.Errorf("outcome %+v", o)
	}
}

// The network stops in the middle: the watch says so once, goes on, and says when it is over.
func TestTheNetworkStopsInTheMiddle(t *testing.T) {
	sent := make(chan string, 1)
	s := newScene(t, tokens(sent))
	arn := s.start(s.deploy(waiting, "d"), "run-1", `{}`)
	token := <-sent
	var failures atomic.Int64
	s.fault = func(_ string, w http.ResponseWriter) bool {
		if failures.Load() == 0 {
			return false
		}
		if failures.Add(-1) == 0 {
			s.call("SendTaskSuccess", map[string]any{"taskToken": token, "output": `{}`})
			s.ended(arn)
		}
		hangUp(w)
		return true
	}
	s.clock.asleep = func(d time.Duration) error {
		if d == operate.Every && len(s.said) == 0 {
			failures.Store(50)
		}
		return nil
	}
	o, _ := s.follow(arn)
	if !o.Succeeded() || len(s.said) != 2 || !strings.Contains(s.said[0], "no answer") || !strings.Contains(s.said[1], "again") {
		t.Errorf("outcome %+v, said %q", o, s.said)
	}
}
