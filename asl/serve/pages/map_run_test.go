package pages_test

import (
	"testing"

	"clinical-risk-pipeline/asl/serve"
)

// distributed is a Distributed Map whose larger items fail.
const distributed = `{"StartAt": "M", "States": {"M": {"Type": "Map", "ToleratedFailurePercentage": 100, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED",
	"ExecutionType": "STANDARD"}, "StartAt": "Small", "States": {"Small": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericLessThan": 3, "Next": "Good"}], "Default": "Bad"},
	"Good": {"Type": "Pass", "End": true}, "Bad": {"Type": "Fail", "Error": "Too.Large"}}}, "Next": "End"}, "End": {"Type": "Succeed"}}}`

func TestAMapRun(t *testing.T) {
	b := open(t, serve.Config{})
	arn := b.run(b.create("m", distributed), "x", "[0, 1, 2, 3, 4]")
	page := b.get("/execution", "arn", arn)
	has(t, text(page), "child executions that ended", "M × 1", "Small × 5", "Good × 3", "Bad × 2 2 failed", "End × 1", "M 1 0 0", "End 1 0 0", "Map Run", "● succeeded",
		"Total 5 5", "Succeeded 3 3", "Failed 2 2", "MapRunStarted M")
	started := b.get(href(t, page, "MapRunStarted"))
	has(t, text(started), "mapRunArn "+arnPrefix+"mapRun:m/M:")
	run := href(t, started, b.call("ListMapRuns", object{"executionArn": arn})["mapRuns"].([]any)[0].(object)["mapRunArn"].(string))
	of := b.get(run)
	has(t, text(of), "State machines / x / Map Run", "● succeeded", "Total 5 5", "Failed 2 2", "Executions all running", "Items Redrives", "A child execution is in the list when it has ended.")
	hasNot(t, of, "data-live")
	failed := b.get(href(t, of, "failed"))
	has(t, text(failed), "▲ failed", "▲ failed")
	hasNot(t, failed, "status SUCCEEDED\"><span class=\"mark\" aria-hidden=\"true\">●</span>succeeded</span></td>")
	children := b.call("ListExecutions", object{"mapRunArn": b.call("ListMapRuns", object{"executionArn": arn})["mapRuns"].([]any)[0].(object)["mapRunArn"], "statusFilter": "FAILED"})["executions"].([]any)
	name := children[0].(object)["name"].(string)
	child := b.get(href(t, failed, name))
	// The drawing is that of the states inside the Map.
	has(t, text(child), "State machines / Map Run", "▲ failed in Bad", "Too.Large", "3 states, starting at Small.", "Good not reached", "Bad × 1 1 failed")
	hasNot(t, child, "<title>M</title>")
}

func TestAMapRunThatRuns(t *testing.T) {
	b := open(t, serve.Config{})
	machine := b.create("m", `{"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
		"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": true}}}, "End": true}}}`)
	arn := b.started(machine, "x", "[1, 2]")
	b.waiting(arn, 4)
	run := b.call("ListMapRuns", object{"executionArn": arn})["mapRuns"].([]any)[0].(object)["mapRunArn"].(string)
	page := b.get("/map-run", "arn", run)
	has(t, page, "<body data-live>", "status RUNNING", "None.")
	has(t, b.show("/execution", "arn", arn), "◐ running", "M 1 0 1", "Map Run", "◐ running", "Total 2 2")
}
