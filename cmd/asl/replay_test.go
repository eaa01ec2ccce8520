package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/internal/program"
)

func TestReplay(t *testing.T) {
	const task = `"definition": {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "@@MOCK@@", "TimeoutSeconds": 3, "ResultPath": "$.r", "Next": "B"},
		"B": {"Type": "Task", "Resource": "@@MOCK@@", "TimeoutSeconds": 3, "InputPath": "$.r", "End": true}}}`
	for _, row := range []struct{ why, request, want string }{
		{"a stub with the same input, then an echo",
			`{"id": 1, ` + task + `, "input": {"x": 1}, "stubs": {"A": [{"input": {"x": 2}, "Return": "other"}, {"input": {"x": 1}, "Return": "own"}]}}`,
			`{"id": 1, "status": "SUCCEEDED", "output": "own", "path": ["A", "B"], "taskInputs": [["A", {"x": 1}], ["B", "own"]]}`},
		{"the first unused stub if none has the input",
			`{"id": "i", ` + task + `, "input": {}, "stubs": {"A": [{"input": {"x": 2}, "Return": "first"}], "B": [{"Throw": {"Error": "E", "Cause": "C"}}]}}`,
			`{"id": "i", "status": "FAILED", "error": "E", "cause": "C", "path": ["A", "B"], "taskInputs": [["A", {}], ["B", "first"]]}`},
		{"a task that hangs", `{"id": 2, ` + task + `, "input": {}, "stubs": {"A": [{"Hang": true}]}}`,
			`{"id": 2, "status": "FAILED", "error": "States.Timeout", "path": ["A"], "taskInputs": [["A", {}]]}`},
		{"the context", `{"id": 3, "definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"n.$": "$$.Execution.Name", "m.$": "$$.StateMachine.Id"}, "End": true}}}, "input": {},
			"context": {"Execution": {"Id": "e", "Name": "exec1", "RoleArn": "r"}, "StateMachine": {"Id": "arn", "Name": "sm"}}}`,
			`{"id": 3, "status": "SUCCEEDED", "output": {"n": "exec1", "m": "arn"}, "path": ["A"], "taskInputs": []}`},
		{"objects", `{"id": 4, "definition": {"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
			"Parameters": {"Bucket": "any", "Key": "k"}}, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}}}}, "input": {}, "s3": {"k": "[1]"}}`,
			`{"id": 4, "status": "SUCCEEDED", "output": [1], "path": ["M"], "taskInputs": []}`},
	} {
		status, out, errs := run(t, row.request+"\n", "replay")
		var got, want any
		if err := json.Unmarshal([]byte(out), &got); err != nil || status != program.ExitOK {
			t.Fatalf("%s: exit %d, %v, %s", row.why, status, err, errs)
		}
		if err := json.Unmarshal([]byte(row.want), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.why, diff)
		}
	}
}

func TestReplayRejectsInvalidDefinitions(t *testing.T) {
	_, out, _ := run(t, `{"id": 1, "definition": {"StartAt": "A", "States": {}}, "input": {}}`+"\n"+`{"id": 2, "definition": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}, "input": {}}`, "replay")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"status":"REJECTED"`) || !strings.Contains(lines[1], `"status":"SUCCEEDED"`) {
		t.Errorf("answers %q: want a rejection and a success", lines)
	}
	if status, _, errs := run(t, `{"id": 1`, "replay"); status != program.ExitUsage || !strings.Contains(errs, "request 1") {
		t.Errorf("exit %d, %q", status, errs)
	}
}
