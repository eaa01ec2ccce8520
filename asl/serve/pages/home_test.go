package pages_test

import (
	"fmt"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
)

func TestAnEmptyServer(t *testing.T) {
	has(t, open(t, serve.Config{}).show("/"), "There is no state machine yet", "aws stepfunctions create-state-machine", "Latest executions None.")
}

func TestTheFirstPage(t *testing.T) {
	b := open(t, serve.Config{})
	good, slow := b.create("good", passes), b.create("slow", waits)
	b.create("unused", passes)
	b.call("CreateStateMachine", object{"name": "express", "definition": passes, "roleArn": role, "type": "EXPRESS"})
	b.run(good, "first", "{}")
	b.started(slow, "second", "{}")
	b.started(slow, "third", "{}")
	page := b.get("/")
	has(t, text(page), "express 0 none express", "good 0 ● succeeded first standard", "slow 2 ◐ running third standard", "unused 0 none standard",
		"Latest executions", "running third slow", "running second slow", "succeeded first good")
	has(t, page, "<body data-live>")
	has(t, b.show(href(t, page, "2")), "running third", "running second")
	has(t, b.show(href(t, page, "first")), "first", "succeeded")
}

// The number of executions that run is that of all, although the page shows only the last.
func TestManyThatRun(t *testing.T) {
	b := open(t, serve.Config{})
	arn := b.create("many", waits)
	for i := range 1002 {
		execution := b.started(arn, fmt.Sprintf("x%d", i), "{}")
		if i == 999 {
			has(t, b.show("/"), "many 1000 ◐ running x999")
			b.call("StopExecution", object{"executionArn": execution})
		}
	}
	has(t, b.show("/"), "many 1000+ ◐ running x1001", "Latest executions", "running x1001", "aborted x999", "running x987")
	hasNot(t, b.get("/"), ">x986<")
}

func TestPagesOfStateMachines(t *testing.T) {
	b := open(t, serve.Config{})
	for i := range 103 {
		b.create(fmt.Sprintf("m%03d", i), passes)
	}
	page := b.get("/")
	has(t, text(page), "m000", "m099")
	hasNot(t, page, "m100")
	next := b.get(href(t, page, "More"))
	has(t, text(next), "m100", "m102")
	hasNot(t, next, "m099")
	if href(t, next, "First") != "/" || strings.Contains(text(next), "More") {
		t.Errorf("the last page: %s", text(next))
	}
}
