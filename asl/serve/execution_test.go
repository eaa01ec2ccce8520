package serve_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clinical-risk-pipeline/asl/serve"
)

// waiting is a definition that waits for a minute.
const waiting = `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "Next": "A"}, "A": {"Type": "Pass", "End": true}}}`

func TestAnExecution(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.create("m", pass, nil)
	execution := c.started(arn, object{"name": "x", "input": `{"b": 1, "a": 2}`, "traceHeader": "trace"})
	if execution != arnPrefix+"execution:m:x" {
		t.Errorf("ARN %s", execution)
	}
	equal(t, c.ended(execution), object{
		"executionArn": execution, "stateMachineArn": arn, "name": "x", "status": "SUCCEEDED", "input": `{"b": 1, "a": 2}`, "inputDetails": object{"included": true},
		"outputDetails": object{"included": true}, "traceHeader": "trace", "error": nil, "cause": nil, "mapRunArn": nil,
		"redriveCount": 0, "redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
	})
	equal(t, c.call("DescribeExecution", object{"executionArn": execution, "includedData": "METADATA_ONLY"}),
		object{"input": nil, "output": nil, "inputDetails": object{"included": false}, "outputDetails": object{"included": false}})
	equal(t, c.run(arn, nil), object{"input": "{}", "output": "{}"})
	if got := c.refuse("DescribeExecution", object{"executionArn": execution + "y"}); got != "ExecutionDoesNotExist: Execution Does Not Exist: '"+execution+"y'" {
		t.Errorf("an unknown execution: %s", got)
	}
}

func TestInputsThatStartNothing(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.create("m", pass, nil)
	for input, want := range map[string]string{
		"":         "Invalid execution input.",
		"hello":    "Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
		"{'a': 1}": "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
		`"` + strings.Repeat("é", 140_000) + `"`: "Input exceeds the maximum size of 262144 bytes.",
	} {
		if got := c.refuse("StartExecution", object{"stateMachineArn": arn, "input": input}); got != "InvalidExecutionInput: Invalid State Machine Execution Input: '"+want+"'" {
			t.Errorf("%.20s: %s", input, got)
		}
	}
	if got := c.refuse("StartExecution", object{"stateMachineArn": arn, "name": "a/b"}); got != "InvalidName: Invalid Name: 'a/b'" {
		t.Errorf("a name: %s", got)
	}
	for _, input := range []string{"5", "null", `"text"`, "[]"} {
		equal(t, c.run(arn, object{"input": input}), object{"status": "SUCCEEDED", "output": input})
	}
}

func TestANameStartsOneExecution(t *testing.T) {
	c := start(t, serve.Config{})
	arn := c.create("m", waiting, nil)
	request := object{"stateMachineArn": arn, "name": "x", "input": "1"}
	first := c.call("StartExecution", request)
	equal(t, c.call("StartExecution", request), first) // It is the same execution, while it runs.
	exists := "ExecutionAlreadyExists: Execution Already Exists: '" + first["executionArn"].(string) + "'"
	if got := c.refuse("StartExecution", object{"stateMachineArn": arn, "name": "x", "input": "2"}); got != exists {
		t.Errorf("another input: %s", got)
	}
	c.call("StopExecution", object{"executionArn": first["executionArn"]})
	if got := c.refuse("StartExecution", request); got != exists {
		t.Errorf("after its end: %s", got)
	}
}

func TestStop(t *testing.T) {
	c := start(t, serve.Config{})
	execution := c.started(c.create("m", waiting, nil), nil)
	stopped := c.call("StopExecution", object{"executionArn": execution, "error": "Enough", "cause": "because"})
	equal(t, c.ended(execution), object{"status": "ABORTED", "error": "Enough", "cause": "because", "stopDate": stopped["stopDate"], "redriveStatus": "REDRIVABLE"})
	history := c.call("GetExecutionHistory", object{"executionArn": execution})["events"].([]any)
	equal(t, history[len(history)-1].(object), object{"type": "ExecutionAborted", "executionAbortedEventDetails": object{"error": "Enough", "cause": "because"}})
	equal(t, c.call("StopExecution", object{"executionArn": execution, "error": "Again"}), stopped) // It has ended.
}

// A wait of a year takes no time on the virtual clock.
func TestVirtualTime(t *testing.T) {
	c := start(t, serve.Config{Time: serve.Virtual})
	x := c.run(c.create("m", `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 31536000, "End": true}}, "TimeoutSeconds": 40000000}`, nil), nil)
	if took := x["stopDate"].(float64) - x["startDate"].(float64); x["status"] != "SUCCEEDED" || took != 31536000 {
		t.Errorf("%s after %v s", x["status"], took)
	}
}

func TestRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // The wall clock moves when everybody waits.
		c := start(t, serve.Config{})
		began := time.Now()
		x := c.run(c.create("m", waiting, nil), nil)
		if took := time.Since(began); x["status"] != "SUCCEEDED" || took != time.Minute {
			t.Errorf("%s after %v", x["status"], took)
		}
	})
}

func TestListExecutions(t *testing.T) {
	c := start(t, serve.Config{})
	good, slow := c.create("good", pass, nil), c.create("slow", waiting, nil)
	for _, name := range []string{"1", "2", "3"} {
		c.run(good, object{"name": name})
	}
	c.started(slow, object{"name": "a"})
	c.call("StopExecution", object{"executionArn": c.started(slow, object{"name": "b"})})
	names := func(request object) string { return list(c.call("ListExecutions", request), "executions", "name") }
	for _, row := range []struct {
		request object
		want    string
	}{
		{object{"stateMachineArn": good}, "3 2 1"},
		{object{"stateMachineArn": slow, "statusFilter": "RUNNING"}, "a"},
		{object{"stateMachineArn": slow, "statusFilter": "ABORTED"}, "b"},
		{object{"stateMachineArn": slow, "redriveFilter": "REDRIVEN"}, ""},
		{object{"stateMachineArn": slow, "redriveFilter": "NOT_REDRIVEN"}, "b a"},
	} {
		if got := names(row.request); got != row.want {
			t.Errorf("%v: got %s, want %s", row.request, got, row.want)
		}
	}
	// A page begins where the last one ended, although there are new executions.
	first := c.call("ListExecutions", object{"stateMachineArn": good, "maxResults": 2})
	c.run(good, object{"name": "4"})
	if got := list(first, "executions", "name") + "|" + names(object{"stateMachineArn": good, "nextToken": first["nextToken"]}); got != "3 2|1" {
		t.Errorf("pages %s", got)
	}
	if got := c.refuse("ListExecutions", object{"stateMachineArn": slow, "nextToken": first["nextToken"]}); !strings.HasPrefix(got, "InvalidToken: ") {
		t.Errorf("the token of another list: %s", got)
	}
}

// A page begins where the last one ended, although the oldest executions were forgotten.
func TestPagesWhileTheServerForgets(t *testing.T) {
	c := start(t, serve.Config{Keep: 4})
	arn := c.create("m", pass, nil)
	for _, name := range []string{"1", "2", "3", "4"} {
		c.run(arn, object{"name": name})
	}
	first := c.call("ListExecutions", object{"stateMachineArn": arn, "maxResults": 1})
	c.run(arn, object{"name": "5"})
	c.run(arn, object{"name": "6"})
	rest := c.call("ListExecutions", object{"stateMachineArn": arn, "nextToken": first["nextToken"]})
	if got := list(first, "executions", "name") + "|" + list(rest, "executions", "name"); got != "4|3" {
		t.Errorf("pages %s", got)
	}
}

func TestTheServerForgetsTheOldestExecutions(t *testing.T) {
	c := start(t, serve.Config{Keep: 3})
	arn, slow := c.create("m", pass, nil), c.create("slow", waiting, nil)
	running := c.started(slow, nil)
	for _, name := range []string{"1", "2", "3", "4", "5"} {
		c.run(arn, object{"name": name})
	}
	if got := list(c.call("ListExecutions", object{"stateMachineArn": arn}), "executions", "name"); got != "5 4 3" {
		t.Errorf("executions %s", got)
	}
	if got := c.refuse("DescribeExecution", object{"executionArn": arnPrefix + "execution:m:2"}); !strings.HasPrefix(got, "ExecutionDoesNotExist: ") {
		t.Errorf("a forgotten execution: %s", got)
	}
	equal(t, c.call("DescribeExecution", object{"executionArn": running}), object{"status": "RUNNING"}) // What runs is never forgotten.
	c.run(arn, object{"name": "1"})                                                                     // The name is free again.
}
