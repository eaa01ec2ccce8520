package pages_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve"
)

func TestAnExecutionThatSucceeded(t *testing.T) {
	b := open(t, serve.Config{})
	arn := b.run(b.create("m", passes), "x", `{"secret": 1}`)
	page := b.get("/execution", "arn", arn)
	has(t, text(page), "State machines / m / x", "● succeeded", "Started", "Ended", "after", "Input · Output · Definition", arn,
		"A 1 0 0 Input and output", "1 to 4 of 4, oldest first", "1 20", "ExecutionStarted", "2 20", "PassStateEntered A", "PassStateExited A", "4 20", "ExecutionSucceeded")
	hasNot(t, page, "data-live", "secret", ">not reached") // Payloads are shown when somebody opens an event.
	has(t, b.show(href(t, page, "Output")), "ExecutionSucceeded", `Output { "secret": 1 }`)
	has(t, b.show(href(t, page, "Input")), "ExecutionStarted", "roleArn "+role, `Input { "secret": 1 }`)
	has(t, b.show(href(t, page, "m")), "Standard workflow")
	if got := b.get(href(t, page, "Definition")); got != passes {
		t.Errorf("the definition %s", got)
	}
}

func TestAnExecutionThatRuns(t *testing.T) {
	b := open(t, serve.Config{})
	arn := b.started(b.create("m", waits), "x", "{}")
	b.waiting(arn, 2)
	page := b.get("/execution", "arn", arn)
	has(t, page, "<body data-live>", "Reload the page to see what is new.")
	has(t, text(page), "◐ running", "Input · Definition", "W × 1", "A not reached", "W 1 0 1 Input and output", "1 to 2 of 2")
	hasNot(t, text(page), "Ended", "Output ·", "Last event")
	has(t, b.show(href(t, page, "Input and output")), "WaitStateEntered", "Output The execution is in the state.")
	b.call("StopExecution", object{"executionArn": arn, "error": "Enough", "cause": "because"})
	b.waiting(arn, 3)
	page = b.get("/execution", "arn", arn)
	has(t, text(page), "◆ aborted", "Enough because", "W 1 0 0")
	hasNot(t, page, "data-live")
	has(t, b.show(href(t, page, "Input and output")), "Output The execution did not leave the state.")
}

func TestAnExecutionThatFailed(t *testing.T) {
	b := open(t, serve.Config{})
	page := b.get("/execution", "arn", b.run(b.create("m", fails), "x", "{}"))
	has(t, text(page), "▲ failed in No", "Too.Bad It was too bad.", "A × 1", "No × 1 1 failed", "A 1 0 0", "No 1 1 0", "5 20", "ExecutionFailed Too.Bad")
	has(t, b.show(href(t, page, "Last event")), "ExecutionFailed", "error Too.Bad", "Cause It was too bad.")
	has(t, b.show(href(t, page, "No")), "No: FailStateEntered")
	has(t, b.show(href(t, page, "Pass A × 1")), "A: PassStateEntered") // in the drawing
}

// A state that was retried or whose error was caught did not fail the execution.
func TestRetriesAndCatchers(t *testing.T) {
	calls := 0
	b := open(t, serve.Config{Time: serve.Virtual, Services: asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) {
		if calls++; calls == 1 || calls > 2 {
			return asl.Reply{}, &asl.Error{Name: "SNS.Busy", Cause: "later"}
		}
		return asl.Reply{Output: "sent"}, nil
	})})
	task := `{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": "t", "Message": "hello"},`
	arn := b.run(b.create("m", `{"StartAt": "Retried", "States": {"Retried": `+task+`"Retry": [{"ErrorEquals": ["SNS.Busy"]}], "Next": "Caught"},
		"Caught": `+task+`"Catch": [{"ErrorEquals": ["SNS.Busy"], "Next": "Handled"}], "End": true}, "Handled": {"Type": "Pass", "End": true}}}`), "x", "{}")
	page := b.get("/execution", "arn", arn)
	has(t, text(page), "succeeded", "Retried 1 0 0", "Caught 1 0 0", "Handled 1 0 0", "TaskFailed Retried SNS.Busy", "TaskFailed Caught SNS.Busy")
	hasNot(t, text(page), "1 failed")
	has(t, page, "<title>Caught-&gt;Handled</title>")
	of := b.get(href(t, page, "Retried"))
	has(t, text(of), "Events of Retried", "1 to 8 of 8", "TaskStateEntered", "TaskScheduled", "TaskFailed", "TaskScheduled", "TaskSucceeded", "TaskStateExited")
	hasNot(t, text(of), "ExecutionStarted Caught")
	has(t, b.show(href(t, of, "TaskScheduled")), "Retried: TaskScheduled", "resource publish", "Parameters", `"Message": "hello"`, "The state", "Output", `"sent"`, "Events of this visit", "TaskFailed")
}

// Events of branches and iterations belong to the states inside, and what fails marks the states around it.
func TestStatesInsideStates(t *testing.T) {
	b := open(t, serve.Config{})
	inner := func(state string) string { return `{"StartAt": "` + state + `", "States": {"` + state + `": ` }
	arn := b.run(b.create("m", `{"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemProcessor": `+inner("Item")+`{"Type": "Pass", "Next": "Last"}, "Last": {"Type": "Pass", "End": true}}}, "Next": "Both"},
		"Both": {"Type": "Parallel", "Branches": [`+inner("Good")+`{"Type": "Pass", "End": true}}}, `+inner("Bad")+`{"Type": "Fail", "Error": "B"}}}], "End": true}}}`), "x", "[1, 2, 3]")
	page := b.get("/execution", "arn", arn)
	has(t, text(page), "failed in Both", "Each 1 0 0", "Item 3 0 0", "Last 3 0 0", "Both 1 1 0", "Bad 1 1 0", "MapStateStarted Each", "MapIterationStarted Each", "PassStateEntered Item",
		"MapIterationSucceeded Each", "MapStateExited Each", "ParallelStateStarted Both", "ParallelStateFailed Both", "ExecutionFailed B")
	has(t, page, "<title>Each-&gt;Both</title>", ">1</text>", "<title>Item-&gt;Last</title>", ">3</text>")
}

func TestPagesOfEvents(t *testing.T) {
	b := open(t, serve.Config{})
	items := strings.TrimSuffix(strings.Repeat("1,", 100), ",")
	arn := b.run(b.create("m", `{"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "End": true}}}`), "x", "["+items+"]")
	const total = 406 // the start, four events of the Map, four of each iteration, the end
	first := b.get("/execution", "arn", arn)
	has(t, text(first), "1 to 200 of 406, oldest first", "ExecutionStarted")
	second := b.get(href(t, first, "Next"))
	has(t, text(second), "201 to 400 of 406")
	third := b.get(href(t, second, "Next"))
	has(t, text(third), "401 to 406 of 406", "ExecutionSucceeded")
	hasNot(t, text(third), "Next")
	has(t, b.show(href(t, third, "Back")), "201 to 400 of")
	has(t, b.show(href(t, second, "Back")), "1 to 200 of")
	newest := b.get(href(t, third, "Newest first"))
	has(t, text(newest), "1 to 200 of 406, newest first", fmt.Sprint(total), "ExecutionSucceeded")
	has(t, b.show(href(t, newest, "Next")), "201 to 400 of 406, newest first", "206 20")
	of := b.get(href(t, first, "I"))
	has(t, text(of), "Events of I", "1 to 200 of 200, oldest first", "PassStateExited I")
	has(t, b.show(href(t, of, "Newest first")), "Events of I", "newest first")
	has(t, b.show(href(t, of, "All states")), "1 to 200 of 406")
}

func TestARedriveAndAVersion(t *testing.T) {
	b := open(t, serve.Config{})
	machine := b.create("m", fails)
	b.call("PublishStateMachineVersion", object{"stateMachineArn": machine})
	arn := b.run(machine+":1", "x", "{}")
	b.call("RedriveExecution", object{"executionArn": arn})
	b.until(func() bool { return b.call("DescribeExecution", object{"executionArn": arn})["status"] != "RUNNING" })
	page := b.get("/execution", "arn", arn)
	has(t, text(page), "Redriven 1 time, the last 20", "Version 1", "No 2 2 0", "ExecutionRedriven")
	has(t, b.show(href(t, page, "1")), "m:1")
}
