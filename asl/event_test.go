package asl_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

func TestEventsMarshalAsGetExecutionHistoryDoes(t *testing.T) {
	x := execute(t, one(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish.waitForTaskToken", "TimeoutSeconds": 60, "HeartbeatSeconds": 9, "Credentials": {"RoleArn": "r"},
		"Parameters": {"Message": "<hi>"}, "Assign": {"v": [1]}, "Catch": [{"ErrorEquals": ["E"], "Next": "S"}], "End": true}`), `{"a": 1}`,
		asl.Options{Handler: replies{"S": {returns("done")}}})
	text, err := json.Marshal(x.History)
	if err != nil {
		t.Fatal(err)
	}
	want := `[
	{"id": 1, "previousEventId": 0, "timestamp": "2026-01-01T00:00:00.000Z", "type": "ExecutionStarted", "executionStartedEventDetails":
		{"input": "{\"a\":1}", "inputDetails": {"truncated": false}, "roleArn": "arn:aws:iam::123456789012:role/StepFunctionsRole"}},
	{"id": 2, "previousEventId": 1, "timestamp": "2026-01-01T00:00:00.000Z", "type": "TaskStateEntered", "stateEnteredEventDetails":
		{"name": "S", "input": "{\"a\":1}", "inputDetails": {"truncated": false}}},
	{"id": 3, "previousEventId": 2, "timestamp": "2026-01-01T00:00:00.000Z", "type": "TaskScheduled", "taskScheduledEventDetails":
		{"resourceType": "sns", "resource": "publish.waitForTaskToken", "region": "us-east-1", "parameters": "{\"Message\":\"<hi>\"}",
			"timeoutInSeconds": 60, "heartbeatInSeconds": 9, "taskCredentials": {"roleArn": "r"}}},
	{"id": 4, "previousEventId": 3, "timestamp": "2026-01-01T00:00:00.000Z", "type": "TaskStarted", "taskStartedEventDetails": {"resourceType": "sns", "resource": "publish.waitForTaskToken"}},
	{"id": 5, "previousEventId": 4, "timestamp": "2026-01-01T00:00:00.000Z", "type": "TaskSubmitted", "taskSubmittedEventDetails":
		{"resourceType": "sns", "resource": "publish.waitForTaskToken", "output": "null", "outputDetails": {"truncated": false}}},
	{"id": 6, "previousEventId": 5, "timestamp": "2026-01-01T00:00:00.000Z", "type": "TaskSucceeded", "taskSucceededEventDetails":
		{"resourceType": "sns", "resource": "publish.waitForTaskToken", "output": "\"done\"", "outputDetails": {"truncated": false}}},
	{"id": 7, "previousEventId": 6, "timestamp": "2026-01-01T00:00:00.000Z", "type": "TaskStateExited", "stateExitedEventDetails":
		{"name": "S", "output": "\"done\"", "outputDetails": {"truncated": false}, "assignedVariables": {"v": "[1]"}, "assignedVariablesDetails": {"truncated": false}}},
	{"id": 8, "previousEventId": 7, "timestamp": "2026-01-01T00:00:00.000Z", "type": "ExecutionSucceeded", "executionSucceededEventDetails":
		{"output": "\"done\"", "outputDetails": {"truncated": false}}}]`
	if diff := cmp.Diff(decode(t, want), decode(t, string(text))); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestOtherDetails(t *testing.T) {
	for _, row := range []struct {
		event asl.Event
		want  string
	}{
		{asl.Event{Type: "LambdaFunctionScheduled", Details: &asl.TaskScheduled{Resource: "arn", Parameters: 1.0}}, `{"lambdaFunctionScheduledEventDetails": {"resource": "arn", "input": "1", "inputDetails": {"truncated": false}}}`},
		{asl.Event{Type: "LambdaFunctionStarted"}, `{}`},
		{asl.Event{Type: "ActivityTimedOut", Details: &asl.Failure{Error: "States.Timeout"}}, `{"activityTimedOutEventDetails": {"error": "States.Timeout"}}`},
		{asl.Event{Type: "TaskFailed", Details: &asl.Failure{ResourceType: "sns", Resource: "publish", Error: "E", Cause: "C"}},
			`{"taskFailedEventDetails": {"resourceType": "sns", "resource": "publish", "error": "E", "cause": "C"}}`},
		{asl.Event{Type: "MapIterationStarted", Details: &asl.MapIteration{Name: "M", Index: 3}}, `{"mapIterationStartedEventDetails": {"name": "M", "index": 3}}`},
		{asl.Event{Type: "MapStateStarted", Details: &asl.MapStarted{Length: 3}}, `{"mapStateStartedEventDetails": {"length": 3}}`},
		{asl.Event{Type: "MapRunStarted", Details: &asl.MapRunStarted{MapRunARN: "a"}}, `{"mapRunStartedEventDetails": {"mapRunArn": "a"}}`},
		{asl.Event{Type: "EvaluationFailed", Details: &asl.EvaluationFailed{Error: "E", Cause: "C", Location: "L", State: "S"}},
			`{"evaluationFailedEventDetails": {"error": "E", "cause": "C", "location": "L", "state": "S"}}`},
	} {
		text, err := json.Marshal(row.event)
		if err != nil {
			t.Fatal(err)
		}
		got := decode(t, string(text)).(map[string]any)
		for _, name := range []string{"id", "previousEventId", "timestamp", "type"} {
			delete(got, name)
		}
		if diff := cmp.Diff(decode(t, row.want), any(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.event.Type, diff)
		}
	}
}

func TestStateName(t *testing.T) {
	for _, row := range []struct {
		event asl.Event
		want  string
	}{{asl.Event{Details: &asl.StateEntered{Name: "A"}}, "A"}, {asl.Event{Details: &asl.StateExited{Name: "A"}}, "A"}, {asl.Event{Details: &asl.MapIteration{Name: "A"}}, ""}, {asl.Event{}, ""}} {
		if got := row.event.StateName(); got != row.want {
			t.Errorf("%T: %q, want %q", row.event.Details, got, row.want)
		}
	}
}
