package serve_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
)

// copied returns a copy of a data folder, as a program finds it that starts after the first one was killed.
func copied(t *testing.T, folder string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "serve.db"))
	if err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "serve.db"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return other
}

func TestWhatIsKept(t *testing.T) {
	folder := t.TempDir()
	c := start(t, serve.Config{Data: folder, Services: flaky(1)})
	arn := c.versions(2)
	c.call("CreateStateMachineAlias", object{"name": "live", "routingConfiguration": routes(arn+":1", 100)})
	c.call("TagResource", object{"resourceArn": arn, "tags": tags(1)})
	activity := c.call("CreateActivity", object{"name": "work"})["activityArn"]
	c.create("deleted", pass, nil)
	c.call("DeleteStateMachine", object{"stateMachineArn": arnPrefix + "stateMachine:deleted"})
	succeeded := c.started(arn+":live", object{"input": `{"a": 1}`})
	c.ended(succeeded)
	failed := c.started(c.create("task", task, nil), nil)
	c.ended(failed)
	running := c.started(c.create("slow", waiting, nil), object{"input": "5"})
	mapped := c.started(c.create("map", distributed(`{"Type": "Pass", "End": true}`), nil), object{"input": "[1, 2]"})
	c.ended(mapped)

	again := start(t, serve.Config{Data: copied(t, folder), Services: flaky(0)})
	for operation, request := range map[string]object{
		"DescribeStateMachine":      {"stateMachineArn": arn},
		"ListStateMachineVersions":  {"stateMachineArn": arn},
		"DescribeStateMachineAlias": {"stateMachineAliasArn": arn + ":live"},
		"ListTagsForResource":       {"resourceArn": arn},
		"DescribeActivity":          {"activityArn": activity},
		"ListStateMachines":         {},
		"DescribeExecution":         {"executionArn": succeeded},
		"GetExecutionHistory":       {"executionArn": succeeded},
		"ListMapRuns":               {"executionArn": mapped},
	} {
		equal(t, again.call(operation, request), c.call(operation, request))
	}
	equal(t, again.run(arn, nil), object{"output": "2"})
	equal(t, again.run(arn+":1", nil), object{"output": "1"})
	equal(t, again.call("DescribeExecution", object{"executionArn": running}), object{
		"status": "ABORTED", "error": "Server.Interrupted", "cause": "The server ended while the execution was running. What it did after its start is not known.", "input": "5"})
	if got := again.types(running); got != "ExecutionStarted ExecutionAborted" {
		t.Errorf("events of the interrupted execution: %s", got)
	}
	again.call("RedriveExecution", object{"executionArn": failed})
	equal(t, again.ended(failed), object{"status": "SUCCEEDED", "output": `{"v":1,"result":"done"}`})
}

// Close ends the executions that run, and says so in the folder.
func TestClose(t *testing.T) {
	folder := t.TempDir()
	server, err := serve.New(serve.Config{Data: folder})
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t, server}
	execution := c.started(c.create("slow", waiting, nil), nil)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, serve.Config{Data: folder})
	equal(t, again.call("DescribeExecution", object{"executionArn": execution}),
		object{"status": "ABORTED", "error": "Server.Interrupted", "cause": "The server was closed while the execution was running."})
	if got := again.types(execution); !strings.HasSuffix(got, " ExecutionAborted") {
		t.Errorf("events %s", got)
	}
}

func TestTheFolderForgetsToo(t *testing.T) {
	folder := t.TempDir()
	c := start(t, serve.Config{Data: folder, Keep: 2})
	arn := c.create("m", pass, nil)
	for _, name := range []string{"1", "2", "3", "4"} {
		c.run(arn, object{"name": name})
	}
	again := start(t, serve.Config{Data: copied(t, folder), Keep: 100})
	if got := list(again.call("ListExecutions", object{"stateMachineArn": arn}), "executions", "name"); got != "4 3" && got != "4 3 2" { // The last deletion may be under way.
		t.Errorf("executions %s", got)
	}
}

func TestAFolderThatIsDamaged(t *testing.T) {
	folder := t.TempDir()
	server, err := serve.New(serve.Config{Data: folder})
	if err != nil {
		t.Fatal(err)
	}
	(&client{t, server}).create("m", pass, nil)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "serve.db")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.ReplaceAll(text, []byte(`"LastVersion"`), []byte(`"LastVersion`)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := serve.New(serve.Config{Data: folder}); err == nil || !strings.Contains(err.Error(), "damaged") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}
