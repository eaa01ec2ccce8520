package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

// The guide lists the permission of every call that a command makes, in a row of that command.
func TestTheGuideHasThePermissionsOfEachCommand(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join(packageDir, "../../docs/operate.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(guide), "### Permissions of the commands")
	table, _, _ = strings.Cut(table, "\n## ")
	down := true
	d := deploy(t, func(task *asl.Task) (asl.Reply, error) {
		if down && task.State == "NotifyTeam" {
			return asl.Reply{}, &asl.Error{Name: "SNS.Down"}
		}
		return answerTasks(task)
	})
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	file, arn := write(t, "in.jsonl", input("S-1")), executionPrefix+"one"
	made := map[string]bool{}
	for _, step := range []struct {
		command   string
		arguments []string
	}{
		{"start", []string{"--name", "one", "--at-once", "5", file}},
		{"start", []string{"--name", "two", "--wait", file}},
		{"start", []string{"--name", "two", "--wait", file}},
		{"list", nil},
		{"watch", []string{arn}},
		{"redrive", []string{"--yes", arn}},
		{"verify", []string{"--trail-logs", "trail", "--assembly", testAssembly, arn}},
		{"report", []string{"--out", filepath.Join(t.TempDir(), "r.html"), arn}},
	} {
		if step.command == "redrive" {
			down = false
		}
		d.calls = nil
		d.operate(append([]string{step.command}, step.arguments...)...)
		for _, operation := range d.calls {
			made[operation] = true
			if operation == "" || strings.HasPrefix(operation, "GetMetric") { // S3, and what is no call of Step Functions
				continue
			}
			if !permitted(table, step.command, ":"+operation+"`") {
				t.Errorf("clinicalrisk %s calls %s, which docs/operate.md does not list for it", step.command, operation)
			}
		}
	}
	for _, operation := range []string{"DescribeStateMachineAlias", "DescribeStateMachine", "ListTagsForResource", "StartExecution", "ListExecutions", "DescribeExecution", "GetExecutionHistory",
		"DescribeStateMachineForExecution", "RedriveExecution", "DescribeStep", "FilterLogEvents"} {
		if !made[operation] {
			t.Errorf("no command called %s", operation)
		}
	}
}

// permitted tells whether a row of the table that names the command has a permission.
func permitted(table, command, permission string) bool {
	return slices.ContainsFunc(strings.Split(table, "\n"), func(row string) bool {
		cells := strings.Split(row, "|")
		return len(cells) > 3 && strings.Contains(cells[2], permission) && (strings.Contains(cells[1], command) || strings.Contains(cells[1], "all"))
	})
}
