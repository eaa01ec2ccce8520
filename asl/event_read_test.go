package asl_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

// A history that was written and read again is the same, so that an execution can be redriven from it.
func TestAHistoryIsReadAsItWasWritten(t *testing.T) {
	machine, err := asl.Load([]byte(`{"StartAt": "A", "States": {
		"A": {"Type": "Pass", "Result": {"n": 9007199254740993}, "Assign": {"v": [1, null]}, "Next": "B"},
		"B": {"Type": "Map", "ItemsPath": "$$.Execution.Input", "ItemProcessor": {"StartAt": "C", "States": {
			"C": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "TimeoutSeconds": 5, "End": true}}}, "Next": "D"},
		"D": {"Type": "Parallel", "Branches": [{"StartAt": "E", "States": {"E": {"Type": "Wait", "Seconds": 1, "End": true}}}], "Next": "F"},
		"F": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:work", "Next": "G"},
		"G": {"Type": "Fail", "Error": "E", "Cause": "because"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	handler := asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) { return asl.Reply{Output: "done"}, nil })
	x, err := machine.Run(t.Context(), []any{1.0, 2.0}, asl.Options{Handler: handler})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(x.History)
	if err != nil {
		t.Fatal(err)
	}
	var read []asl.Event
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	for i := range x.History {
		if diff := cmp.Diff(x.History[i], read[i]); diff != "" {
			t.Errorf("event %d (-want +got):\n%s", i+1, diff)
		}
	}
}

func TestAnEventThatCannotBeRead(t *testing.T) {
	for _, text := range []string{
		`[]`, `{"id": 1, "timestamp": 1}`, `{"id": 1, "type": "PassStateEntered", "timestamp": "yesterday"}`,
		`{"id": 1, "type": "PassStateEntered", "timestamp": 1, "stateEnteredEventDetails": {"name": "A", "input": "{"}}`,
		`{"id": 1, "type": "PassStateExited", "timestamp": 1, "stateExitedEventDetails": {"name": "A", "assignedVariables": {"a": "{"}}}`,
		`{"id": 1, "type": "PassStateExited", "timestamp": 1, "stateExitedEventDetails": 5}`,
	} {
		if err := json.Unmarshal([]byte(text), new(asl.Event)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}
