package pages_test

import (
	"fmt"
	"net/http"
	"testing"

	"clinical-risk-pipeline/asl/serve"
)

func TestAStateMachine(t *testing.T) {
	b := open(t, serve.Config{})
	arn := b.create("m", fails)
	b.call("PublishStateMachineVersion", object{"stateMachineArn": arn, "description": "The first"})
	b.call("CreateStateMachineAlias", object{"name": "live", "routingConfiguration": []object{{"stateMachineVersionArn": arn + ":1", "weight": 100}}})
	b.run(arn, "by-name", "{}")
	b.run(arn+":live", "by-alias", "{}")
	page := b.get("/machine", "arn", arn)
	has(t, text(page), "Standard workflow", arn, "Aliases: live", "Versions: 1", "▲ failed by-alias", "live", "▲ failed by-name")
	has(t, page, "<body data-live>", "<svg ", "<title>No</title>")
	if got := b.get(href(t, page, "Definition")); got != fails {
		t.Errorf("the definition %s", got)
	}
	for label, title := range map[string]string{"1": "m:1", "live": "m:live"} {
		other := b.show(href(t, page, label))
		has(t, other, title, "by-alias")
		hasNot(t, other, "by-name", "Aliases:")
	}
	has(t, b.show(href(t, page, "1")), "UTC: The first.")
}

func TestAnExpressWorkflow(t *testing.T) {
	b := open(t, serve.Config{})
	arn := b.call("CreateStateMachine", object{"name": "m", "definition": passes, "roleArn": role, "type": "EXPRESS"})["stateMachineArn"].(string)
	page := b.get("/machine", "arn", arn)
	has(t, text(page), "Express workflow", "Express executions are forgotten when they end.")
	hasNot(t, page, "data-live")
}

func TestExecutionsByStatus(t *testing.T) {
	b := open(t, serve.Config{})
	arn := b.create("m", `{"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [{"Variable": "$", "StringEquals": "fail", "Next": "F"},
		{"Variable": "$", "StringEquals": "wait", "Next": "W"}], "Default": "S"}, "F": {"Type": "Fail", "Error": "E"}, "W": {"Type": "Wait", "Seconds": 3600, "End": true}, "S": {"Type": "Succeed"}}}`)
	b.run(arn, "good", `"go"`)
	b.run(arn, "bad", `"fail"`)
	b.started(arn, "slow", `"wait"`)
	b.call("StopExecution", object{"executionArn": b.started(arn, "stopped", `"wait"`)})
	page := b.get("/machine", "arn", arn)
	has(t, text(page), "◆ aborted stopped", "◐ running slow", "▲ failed bad", "● succeeded good")
	all := []string{"stopped", "slow", "bad", "good"}
	for status, want := range map[string]string{"running": "slow", "succeeded": "good", "failed": "bad", "aborted": "stopped", "timed out": ""} {
		filtered := b.get(href(t, page, status))
		has(t, filtered, `aria-current="true">`+status+"</a>")
		for _, name := range all {
			if name == want {
				has(t, filtered, ">"+name+"</a>")
			} else {
				hasNot(t, filtered, ">"+name+"</a>")
			}
		}
	}
	has(t, b.show("/machine", "arn", arn, "status", "TIMED_OUT"), "None is timed out.")
	if w := b.visit(at("/machine", "arn", arn, "status", "LOST"), nil); w.Code != http.StatusBadRequest {
		t.Errorf("an unknown status: %d", w.Code)
	}
}

// The newest come first, and a page starts where the one before ended, although new executions came.
func TestPagesOfExecutions(t *testing.T) {
	b := open(t, serve.Config{})
	arn := b.create("m", passes)
	for i := range 60 {
		b.run(arn, fmt.Sprintf("x%02d.", i), "{}")
	}
	page := b.get("/machine", "arn", arn)
	has(t, text(page), "x59.", "x58.", "x10.")
	hasNot(t, page, "x09.")
	b.run(arn, "late.", "{}")
	older := b.get(href(t, page, "Older"))
	has(t, text(older), "x09.", "x00.")
	hasNot(t, older, "x10.", "late.", ">Older<")
	has(t, b.show(href(t, older, "Newest")), "late.", "x59.")
	filtered := b.get(href(t, b.get("/machine", "arn", arn, "status", "SUCCEEDED"), "Older"))
	has(t, filtered, `aria-current="true">succeeded</a>`, "x10.")
	if w := b.visit(at("/machine", "arn", arn, "token", "x"), nil); w.Code != http.StatusBadRequest {
		t.Errorf("an invalid token: %d", w.Code)
	}
}
