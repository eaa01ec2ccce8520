package serve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/mock"
	"clinical-risk-pipeline/asl/serve"
)

// ask is a definition whose task waits for a callback.
const ask = `{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
	"Parameters": {"Token.$": "$$.Task.Token"}, "TimeoutSeconds": 60, "HeartbeatSeconds": 30, "End": true}}}`

// mailbox performs tasks: it keeps the parameters of each.
func mailbox(sent chan<- string) asl.Handler {
	return asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		sent <- asl.Encode(task.Input)
		return asl.Reply{Output: map[string]any{"MessageId": "m-1"}}, nil
	})
}

// asked starts an execution of ask, waits until its service has answered, and returns its ARN and its token.
func (c *client) asked(sent <-chan string) (execution, token string) {
	c.t.Helper()
	execution = c.started(c.create("m", ask, nil), nil)
	var parameters struct{ Token string }
	if err := json.Unmarshal([]byte(<-sent), &parameters); err != nil {
		c.t.Fatal(err)
	}
	for !strings.Contains(c.types(execution), "TaskSubmitted") { // A token that comes back before the answer leaves no such event.
		time.Sleep(time.Millisecond)
	}
	return execution, parameters.Token
}

const gone = "TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'"

func TestCallbacks(t *testing.T) {
	for _, row := range []struct {
		reason, operation string
		request           object
		want              object
		events            string
	}{
		{"success", "SendTaskSuccess", object{"output": `{"ok": true}`}, object{"status": "SUCCEEDED", "output": `{"ok":true}`}, "TaskSubmitted TaskSucceeded TaskStateExited"},
		{"failure", "SendTaskFailure", object{"error": "Bad", "cause": "luck"}, object{"status": "FAILED", "error": "Bad", "cause": "luck"}, "TaskSubmitted TaskFailed"},
		{"failure without a reason", "SendTaskFailure", object{}, object{"status": "FAILED", "error": nil, "cause": nil}, "TaskSubmitted TaskFailed"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			sent := make(chan string, 1)
			c := start(t, serve.Config{Services: mailbox(sent)})
			execution, token := c.asked(sent)
			c.call("SendTaskHeartbeat", object{"taskToken": token})
			row.request["taskToken"] = token
			c.call(row.operation, row.request)
			equal(t, c.ended(execution), row.want)
			if got := c.types(execution); !strings.HasPrefix(got, "ExecutionStarted TaskStateEntered TaskScheduled TaskStarted "+row.events+" Execution") {
				t.Errorf("events %s", got)
			}
			if got := c.refuse(row.operation, row.request); got != gone {
				t.Errorf("again: %s", got)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	sent := make(chan string, 1)
	c := start(t, serve.Config{Services: mailbox(sent)})
	execution, token := c.asked(sent)
	if got := c.refuse("SendTaskHeartbeat", object{"taskToken": "hello"}); got != "InvalidToken: Invalid Token: 'Invalid token'" {
		t.Errorf("a token that is none: %s", got)
	}
	if got := c.refuse("SendTaskSuccess", object{"taskToken": token, "output": "hello"}); !strings.HasPrefix(got, "InvalidOutput: Invalid Output: 'Unrecognized token 'hello'") {
		t.Errorf("an output that is not JSON: %s", got)
	}
	c.call("StopExecution", object{"executionArn": execution})
	if got := c.refuse("SendTaskSuccess", object{"taskToken": token, "output": "1"}); got != gone {
		t.Errorf("after the end: %s", got)
	}
	if waiting := c.server.Waiting(); len(waiting) > 0 {
		t.Errorf("tokens wait: %v", waiting)
	}
}

// Without callbacks, the timeout of the task applies, on either clock.
func TestACallbackThatNeverComes(t *testing.T) {
	for _, passing := range []serve.Time{serve.Real, serve.Virtual} {
		synctest.Test(t, func(t *testing.T) {
			sent := make(chan string, 1)
			c := start(t, serve.Config{Services: mailbox(sent), Time: passing})
			execution, _ := c.asked(sent)
			x := c.ended(execution)
			if took := x["stopDate"].(float64) - x["startDate"].(float64); x["error"] != "States.Timeout" || took != 30 {
				t.Errorf("%s: %s after %v s", passing, x["error"], took)
			}
		})
	}
}

// A service that decides for people ends the task, at its time. If it hangs, the token ends the task.
func TestAServiceThatDecides(t *testing.T) {
	c := start(t, serve.Config{Answers: true, Time: serve.Virtual, Services: asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) {
		return asl.Reply{Output: map[string]any{"ok": true}, Duration: 20 * time.Second}, nil
	})})
	x := c.run(c.create("m", ask, nil), nil)
	if took := x["stopDate"].(float64) - x["startDate"].(float64); x["output"] != `{"ok":true}` || took != 20 {
		t.Errorf("%v after %v s", x["output"], took)
	}
	sent := make(chan string, 1)
	c = start(t, serve.Config{Answers: true, Services: asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		sent <- asl.Encode(task.Input)
		return asl.Reply{Hangs: true}, nil
	})})
	execution, token := c.asked(sent)
	c.call("SendTaskSuccess", object{"taskToken": token, "output": "1"})
	equal(t, c.ended(execution), object{"status": "SUCCEEDED", "output": "1"})
}

func TestActivities(t *testing.T) {
	c := start(t, serve.Config{})
	activity := c.call("CreateActivity", object{"name": "work"})["activityArn"].(string)
	equal(t, c.call("CreateActivity", object{"name": "work"}), object{"activityArn": activity}) // It is idempotent.
	if got := c.refuse("CreateActivity", object{"name": "work", "encryptionConfiguration": object{"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"}}); got !=
		"ActivityAlreadyExists: Activity Already Exists: '"+activity+"'" {
		t.Errorf("another encryption: %s", got)
	}
	machine := c.create("m", fmt.Sprintf(`{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": %q, "End": true}}}`, activity), nil)
	execution := c.started(machine, object{"input": `{"n": 1}`})
	task := c.call("GetActivityTask", object{"activityArn": activity, "workerName": "Jane"})
	equal(t, task, object{"input": `{"n":1}`})
	c.call("SendTaskSuccess", object{"taskToken": task["taskToken"], "output": "2"})
	equal(t, c.ended(execution), object{"status": "SUCCEEDED", "output": "2"})
	if got := c.types(execution); got != "ExecutionStarted TaskStateEntered ActivityScheduled ActivityStarted ActivitySucceeded TaskStateExited ExecutionSucceeded" {
		t.Errorf("events %s", got)
	}
	equal(t, c.call("DescribeActivity", object{"activityArn": activity}), object{"name": "work", "encryptionConfiguration": object{"type": "AWS_OWNED_KEY"}})
	if got := list(c.call("ListActivities", object{}), "activities", "name"); got != "work" {
		t.Errorf("activities %s", got)
	}
	c.call("DeleteActivity", object{"activityArn": activity})
	for _, operation := range []string{"DescribeActivity", "GetActivityTask"} {
		if got := c.refuse(operation, object{"activityArn": activity}); got != "ActivityDoesNotExist: Activity Does Not Exist: '"+activity+"'" {
			t.Errorf("%s: %s", operation, got)
		}
	}
	equal(t, c.run(machine, nil), object{"status": "FAILED", "error": "States.Runtime", "cause": "Activity Does Not Exist: '" + activity + "'"})
}

// A worker that polls before there is a task gets it when it comes; after a minute without one, it gets no token.
func TestAWorkerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, serve.Config{})
		activity := c.call("CreateActivity", object{"name": "work"})["activityArn"].(string)
		began := time.Now()
		if task := c.call("GetActivityTask", object{"activityArn": activity}); task["taskToken"] != nil || time.Since(began) != time.Minute {
			t.Errorf("got %v after %v", task, time.Since(began))
		}
		polled := make(chan object)
		go func() { polled <- c.call("GetActivityTask", object{"activityArn": activity}) }()
		synctest.Wait()
		execution := c.started(c.create("m", fmt.Sprintf(`{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": %q, "End": true}}}`, activity), nil), nil)
		if task := <-polled; task["taskToken"] == nil {
			t.Errorf("got %v", task)
		}
		c.call("StopExecution", object{"executionArn": execution})
	})
}

func TestStubs(t *testing.T) {
	stubs, err := mock.Parse([]byte(`{"StateMachines": {"m": {"TestCases": {"Good": {"T": "Sent"}, "Once": {"T": "Throttled"}, "Bare": {}}}},
		"MockedResponses": {"Sent": {"0": {"Return": "stub"}}, "Throttled": {"0": {"Throw": {"Error": "SNS.Busy", "Cause": "later"}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, serve.Config{Stubs: stubs, Services: flaky(0)})
	arn := c.create("m", task, nil)
	for testCase, want := range map[string]object{
		"#Good": {"status": "SUCCEEDED", "output": `{"v":1,"result":"stub"}`},
		"#Once": {"status": "FAILED", "error": "SNS.Busy", "cause": "later"},
		"#Bare": {"status": "SUCCEEDED", "output": `{"v":1,"result":"done"}`}, // A state without a stub calls the service.
		"":      {"status": "SUCCEEDED", "output": `{"v":1,"result":"done"}`},
	} {
		x := c.run(arn+testCase, nil)
		equal(t, x, want)
		equal(t, x, object{"stateMachineArn": arn})
	}
	if got := c.refuse("StartExecution", object{"stateMachineArn": arn + "#Other"}); !strings.Contains(got, `no test case "Other", choose one of Bare, Good, Once`) {
		t.Errorf("an unknown test case: %s", got)
	}
	c = start(t, serve.Config{})
	if got := c.refuse("StartExecution", object{"stateMachineArn": c.create("m", pass, nil) + "#Good"}); !strings.Contains(got, "--stubs") {
		t.Errorf("without stubs: %s", got)
	}
}

// nested is a definition that starts an execution of the machine "inner".
func nested(pattern string) string {
	return fmt.Sprintf(`{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution%s",
		"Parameters": {"StateMachineArn": "%sstateMachine:inner", "Input": {"n": 1}}, "End": true}}}`, pattern, arnPrefix)
}

func TestExecutionsThatStartExecutions(t *testing.T) {
	c := start(t, serve.Config{})
	c.create("inner", pass, nil)
	for pattern, want := range map[string]string{"": `"ExecutionArn":"arn:`, ".sync": `"Output":"{\"n\":1}"`, ".sync:2": `"Output":{"n":1}`} {
		x := c.run(c.create("m"+strings.ReplaceAll(pattern, ":", ""), nested(pattern), nil), nil)
		if output, _ := x["output"].(string); x["status"] != "SUCCEEDED" || !strings.Contains(output, want) {
			t.Errorf("%s: %v", pattern, x)
		}
	}
}

func TestAnInnerExecutionFails(t *testing.T) {
	c := start(t, serve.Config{})
	c.create("inner", `{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Bad", "Cause": "luck"}}}`, nil)
	x := c.run(c.create("m", nested(".sync:2"), nil), nil)
	if cause, _ := x["cause"].(string); x["error"] != "States.TaskFailed" || !strings.Contains(cause, `"Error":"Bad"`) || !strings.Contains(cause, `"Status":"FAILED"`) {
		t.Errorf("got %v", x)
	}
	x = c.run(c.create("missing", strings.ReplaceAll(nested(""), "inner", "unknown"), nil), nil)
	equal(t, x, object{"error": "StepFunctions.StateMachineDoesNotExistException"})
}

// The end of a task that waits for an execution stops that execution.
func TestAStopReachesTheInnerExecution(t *testing.T) {
	c := start(t, serve.Config{})
	inner := c.create("inner", waiting, nil)
	outer := c.started(c.create("m", nested(".sync:2"), nil), nil)
	var arn string
	for arn == "" { // The outer execution starts it at once.
		arn = list(c.call("ListExecutions", object{"stateMachineArn": inner}), "executions", "executionArn")
	}
	c.call("StopExecution", object{"executionArn": outer})
	equal(t, c.ended(arn), object{"status": "ABORTED"})
}
