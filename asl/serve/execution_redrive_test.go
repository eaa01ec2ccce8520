package serve_test

import (
	"context"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve"
)

// task is a definition whose task calls a service that the test performs.
const task = `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "T"},
	"T": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "ResultPath": "$.result", "Next": "B"},
	"B": {"Type": "Pass", "Parameters": {"v.$": "$v", "result.$": "$.result"}, "End": true}}}`

// flaky fails the first calls.
func flaky(failures int) asl.Handler {
	return asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) {
		if failures--; failures >= 0 {
			return asl.Reply{}, &asl.Error{Name: "SNS.Busy", Cause: "later"}
		}
		return asl.Reply{Output: "done"}, nil
	})
}

func TestRedrive(t *testing.T) {
	c := start(t, serve.Config{Services: flaky(1)})
	execution := c.started(c.create("m", task, nil), object{"input": `{"i": 1}`})
	equal(t, c.ended(execution), object{"status": "FAILED", "error": "SNS.Busy", "redriveStatus": "REDRIVABLE", "redriveStatusReason": nil})
	first := c.call("RedriveExecution", object{"executionArn": execution, "clientToken": "t"})
	equal(t, c.ended(execution), object{"status": "SUCCEEDED", "output": `{"v":1,"result":"done"}`, "redriveCount": 1, "redriveDate": first["redriveDate"], "error": nil})
	equal(t, c.call("RedriveExecution", object{"executionArn": execution, "clientToken": "t"}), first) // It is the same redrive.
	if got, want := c.types(execution), "ExecutionStarted PassStateEntered PassStateExited TaskStateEntered TaskScheduled TaskStarted TaskFailed ExecutionFailed "+
		"ExecutionRedriven TaskStateEntered TaskScheduled TaskStarted TaskSucceeded TaskStateExited PassStateEntered PassStateExited ExecutionSucceeded"; got != want {
		t.Errorf("events\ngot  %s\nwant %s", got, want)
	}
	if got := c.refuse("RedriveExecution", object{"executionArn": execution}); got != "ExecutionNotRedrivable: Execution is SUCCEEDED and cannot be redriven" {
		t.Errorf("again: %s", got)
	}
}

func TestAStoppedExecutionIsRedriven(t *testing.T) {
	c := start(t, serve.Config{})
	execution := c.started(c.create("m", waiting, nil), nil)
	if got := c.refuse("RedriveExecution", object{"executionArn": execution}); got != "ExecutionNotRedrivable: Execution is RUNNING and cannot be redriven" {
		t.Errorf("while it runs: %s", got)
	}
	for range 3 {
		c.call("StopExecution", object{"executionArn": execution})
		c.call("RedriveExecution", object{"executionArn": execution})
	}
	equal(t, c.call("DescribeExecution", object{"executionArn": execution}), object{"status": "RUNNING", "redriveCount": 3, "stopDate": nil})
	if got := list(c.call("ListExecutions", object{"stateMachineArn": arnPrefix + "stateMachine:m", "redriveFilter": "REDRIVEN"}), "executions", "status"); got != "RUNNING" {
		t.Errorf("redriven executions: %s", got)
	}
}

// A call that nothing can perform ends the execution, and says what to do.
func TestATaskThatNobodyPerforms(t *testing.T) {
	c := start(t, serve.Config{})
	x := c.run(c.create("m", `{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
		"Retry": [{"ErrorEquals": ["States.ALL"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}]}, "C": {"Type": "Succeed"}}}`, nil), nil)
	if cause, _ := x["cause"].(string); x["status"] != "FAILED" || x["error"] != "States.Runtime" || !strings.Contains(cause, "--stubs") || !strings.Contains(cause, "arn:aws:states:::sns:publish") {
		t.Errorf("got %v", x)
	}
}
