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

// Whoever may not read the history follows the status.
func TestAHistoryThatIsEncrypted(t *testing.T) {
	s := newScene(t, succeed)
	arn := s.run(s.deploy(pipeline, "d"), "run-1", `{}`)
	s.fault = func(operation string, w http.ResponseWriter) bool {
		closed := operation == "GetExecutionHistory" || operation == "DescribeStateMachineForExecution"
		if closed {
			refuse(w, "KmsAccessDeniedException")
		}
		return closed
	}
	if o, _ := s.follow(arn); !o.Succeeded() || len(s.said) != 1 || !strings.Contains(s.said[0], "only the status is followed") {
		t.Errorf("outcome %+v, said %q", o, s.said)
	}
	var ended []*operate.Outcome
	if err := (&operate.Follower{AWS: s.aws}).FollowAll(t.Context(), []string{arn}, func(o *operate.Outcome) { ended = append(ended, o) }); err != nil || len(ended) != 1 {
		t.Errorf("%d ended, %v", len(ended), err)
	}
}

// A history that is as long as it can be is read once, and only its last page twice.
func TestAHistoryOf25000Events(t *testing.T) {
	s := newScene(t, succeed)
	loop := `{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
		"A": {"Type": "Pass", "Output": "{% {'n': $states.input.n - 1} %}", "Next": "B"},
		"B": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n > 0 %}", "Next": "A"}], "Default": "C"},
		"C": {"Type": "Succeed"}}}`
	o, _ := s.follow(s.run(s.deploy(loop, "d"), "run-1", `{"n": 6249}`))
	pages := 0
	for _, operation := range s.calls {
		if operation == "GetExecutionHistory" {
			pages++
		}
	}
	if !o.Succeeded() || o.Events != 25000 || o.States[0].Entered != 6249 || pages != 25 {
		t.Errorf("%s with %d events in %d pages, %+v", o.Status, o.Events, pages, o.States[0])
	}
}

// Whoever follows reads only the last page again.
func TestOnlyTheLastPageIsReadAgain(t *testing.T) {
	sent := make(chan string, 1)
	s := newScene(t, tokens(sent))
	arn := s.start(s.deploy(`{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
		"A": {"Type": "Pass", "Output": "{% {'n': $states.input.n - 1} %}", "Next": "B"},
		"B": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n > 0 %}", "Next": "A"}], "Default": "C"},
		"C": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Arguments": {"FunctionName": "f", "Payload": {"t": "{% $states.context.Task.Token %}"}}, "End": true}}}`, "d"), "run-1", `{"n": 900}`)
	token, looks := <-sent, 0
	s.clock.asleep = func(d time.Duration) error {
		if d == operate.Every {
			if looks++; looks == 3 {
				s.call("SendTaskSuccess", map[string]any{"taskToken": token, "output": `{}`})
				s.ended(arn)
			}
		}
		return nil
	}
	o, _ := s.follow(arn)
	pages := 0
	for _, operation := range s.calls {
		if operation == "GetExecutionHistory" {
			pages++
		}
	}
	if !o.Succeeded() || o.Events < 3600 || pages != 4+3 || o.States[0].Entered != 900 || o.States[2].Retries != 0 {
		t.Errorf("%s with %d events, %+v: %d pages in 4 looks", o.Status, o.Events, o.States[0], pages)
	}
}

// After a redrive, an older answer of the service is no end.
func TestAnOlderAnswerAfterARedrive(t *testing.T) {
	broken := true
	s := newScene(t, handler(func(task *asl.Task) (asl.Reply, error) {
		if broken {
			return asl.Reply{}, &asl.Error{Name: "X"}
		}
		return asl.Reply{Output: task.Input}, nil
	}))
	arn := s.run(s.deploy(pipeline, "d"), "run-1", `{}`)
	s.clock.asleep = func(d time.Duration) error {
		if d == operate.Every && broken {
			broken = false
			s.call("RedriveExecution", map[string]any{"executionArn": arn})
			s.ended(arn)
		}
		return nil
	}
	o, err := (&operate.Follower{AWS: s.aws, Redrives: 1}).Follow(t.Context(), arn)
	if err != nil || !o.Succeeded() {
		t.Errorf("outcome %+v, %v", o, err)
	}
}

func TestACohortWithAMapRun(t *testing.T) {
	s := newScene(t, handler(func(task *asl.Task) (asl.Reply, error) {
		if asl.Encode(task.Input) == `"`+secret+`"` {
			return asl.Reply{}, &asl.Error{Name: "SNS.Bad", Cause: secret}
		}
		return asl.Reply{Output: task.Input}, nil
	}))
	cohort := `{"StartAt": "ScoreCohort", "States": {"ScoreCohort": {"Type": "Map", "Label": "ScoreCohort", "ToleratedFailureCount": TOLERATED, "ItemsPath": "$.items",
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "I",
			"States": {"I": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}}, "End": true}}}`
	m := s.deploy(strings.Replace(cohort, "TOLERATED", "1", 1), "d")
	o, _ := s.follow(s.run(m, "run-1", `{"items": ["a", "b", "`+secret+`"]}`))
	if !o.Succeeded() || len(o.MapRuns) != 1 {
		t.Fatalf("outcome %+v", o)
	}
	run := o.MapRuns[0]
	if run.Total != 3 || run.Succeeded != 2 || run.Failed != 1 || run.Label() != "ScoreCohort" || run.Words(time.Now()) != "3 of 3 items done, 1 failed" {
		t.Errorf("map run %+v: %s", run, run.Words(time.Now()))
	}
}

func TestTheTimeLeftOfAMapRun(t *testing.T) {
	start := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	run := operate.MapRun{Total: 400, Succeeded: 90, Failed: 10, StartedAt: start}
	if got, want := run.Words(start.Add(time.Minute)), "100 of 400 items done, 10 failed, about 3m0s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
