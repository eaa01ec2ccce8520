package serve_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve"
)

// distributed is a definition with a Distributed Map.
func distributed(inner string) string {
	return fmt.Sprintf(`{"StartAt": "M", "States": {"M": {"Type": "Map", "Label": "Label", "MaxConcurrency": 2, "ToleratedFailureCount": 1,
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "I", "States": {"I": %s}}, "End": true}}}`, inner)
}

func TestMapRuns(t *testing.T) {
	c := start(t, serve.Config{Services: asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		if asl.Encode(task.Input) == "2" {
			return asl.Reply{}, &asl.Error{Name: "SNS.Bad"}
		}
		return asl.Reply{Output: task.Input}, nil
	})})
	machine := c.create("m", distributed(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}`), nil)
	execution := c.started(machine, object{"input": "[1, 2, 3]"})
	equal(t, c.ended(execution), object{"status": "SUCCEEDED"})
	runs := c.call("ListMapRuns", object{"executionArn": execution})
	run := list(runs, "mapRuns", "mapRunArn")
	if !strings.HasPrefix(run, arnPrefix+"mapRun:m/Label:") || list(runs, "mapRuns", "stateMachineArn") != machine+"/Label" {
		t.Errorf("Map Runs %v", runs)
	}
	counts := object{"pending": 0, "running": 0, "succeeded": 2, "failed": 1, "timedOut": 0, "aborted": 0, "total": 3, "resultsWritten": 0, "failuresNotRedrivable": 0, "pendingRedrive": 0}
	equal(t, c.call("DescribeMapRun", object{"mapRunArn": run}), object{"mapRunArn": run, "executionArn": execution, "status": "SUCCEEDED", "maxConcurrency": 2,
		"toleratedFailureCount": 1, "toleratedFailurePercentage": 0, "itemCounts": counts, "executionCounts": counts, "redriveCount": 0})
	failed := c.call("ListExecutions", object{"mapRunArn": run, "statusFilter": "FAILED"})
	equal(t, failed["executions"].([]any)[0].(object), object{"mapRunArn": run, "stateMachineArn": machine + "/Label", "itemCount": 1})
	child := list(failed, "executions", "executionArn")
	equal(t, c.call("DescribeExecution", object{"executionArn": child}), object{"error": "SNS.Bad", "input": "2", "mapRunArn": run, "redriveStatus": "REDRIVABLE_BY_MAP_RUN"})
	equal(t, c.call("DescribeStateMachineForExecution", object{"executionArn": child}), object{"mapRunArn": run, "label": "Label", "stateMachineArn": machine + "/Label"})
	if got := c.types(child); got != "ExecutionStarted TaskStateEntered TaskScheduled TaskStarted TaskFailed ExecutionFailed" {
		t.Errorf("events of the child %s", got)
	}
	if got := c.refuse("UpdateMapRun", object{"mapRunArn": run, "maxConcurrency": 1}); !strings.HasPrefix(got, "ValidationException: Map Run has completed") {
		t.Errorf("an update after the end: %s", got)
	}
	if got := c.refuse("DescribeMapRun", object{"mapRunArn": run + "x"}); got != "ResourceNotFound: Resource not found: '"+run+"x'" {
		t.Errorf("an unknown Map Run: %s", got)
	}
}

// A Map Run that runs shows its numbers, and its limits can be changed: more child executions start at once.
func TestAMapRunThatRuns(t *testing.T) {
	asked := make(chan string, 10)
	c := start(t, serve.Config{Services: mailbox(asked)})
	machine := c.create("m", distributed(`{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true}`), nil)
	execution := c.started(machine, object{"input": "[1, 2, 3, 4]"})
	<-asked
	<-asked
	run := list(c.call("ListMapRuns", object{"executionArn": execution}), "mapRuns", "mapRunArn")
	counts := c.call("DescribeMapRun", object{"mapRunArn": run})
	equal(t, counts, object{"status": "RUNNING", "stopDate": nil})
	if running := counts["executionCounts"].(object)["running"]; running != 2.0 {
		t.Errorf("%v child executions run", running)
	}
	c.call("UpdateMapRun", object{"mapRunArn": run, "maxConcurrency": 4, "toleratedFailurePercentage": 50})
	<-asked
	<-asked // It would never come with two at a time.
	equal(t, c.call("DescribeMapRun", object{"mapRunArn": run}), object{"maxConcurrency": 4, "toleratedFailurePercentage": 50, "toleratedFailureCount": 1})
	c.call("StopExecution", object{"executionArn": execution})
	equal(t, c.call("DescribeMapRun", object{"mapRunArn": run}), object{"status": "ABORTED"})
	if got := c.refuse("UpdateMapRun", object{"mapRunArn": run}); !strings.HasPrefix(got, "ValidationException: At least one of") {
		t.Errorf("an update of nothing: %s", got)
	}
}
