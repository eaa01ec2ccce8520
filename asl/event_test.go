package asl_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
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
	{"id": 2, "previousEventId": 0, "timestamp": "2026-01-01T00:00:00.000Z", "type": "TaskStateEntered", "stateEnteredEventDetails":
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

// links renders the ids of a history's events, the events that they follow, and their types: "2<0 PassStateEntered".
func links(x *asl.Execution) []string {
	var all []string
	for _, e := range x.History {
		all = append(all, fmt.Sprintf("%d<%d %s", e.ID, e.PreviousEventID, e.Type))
	}
	return all
}

func TestEventsFollowEachOtherAsRecorded(t *testing.T) {
	pass := `"ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}`
	for _, row := range []struct{ reason, definition, want string }{
		{"nothing follows ExecutionStarted", one(`{"Type": "Pass", "End": true}`), "1<0 ExecutionStarted, 2<0 PassStateEntered, 3<2 PassStateExited, 4<3 ExecutionSucceeded"},
		{"an iteration follows the states of the one before, and the exit follows the last iteration", one(`{"Type": "Map", "ItemsPath": "$.a", "MaxConcurrency": 1, ` + pass + `, "End": true}`),
			"1<0 ExecutionStarted, 2<0 MapStateEntered, 3<2 MapStateStarted, 4<3 MapIterationStarted, 5<4 PassStateEntered, 6<5 PassStateExited, 7<6 MapIterationSucceeded, " +
				"8<6 MapIterationStarted, 9<8 PassStateEntered, 10<9 PassStateExited, 11<10 MapIterationSucceeded, 12<11 MapStateSucceeded, 13<11 MapStateExited, 14<13 ExecutionSucceeded"},
		{"without items the exit follows the start", one(`{"Type": "Map", "ItemsPath": "$.none", ` + pass + `, "End": true}`),
			"1<0 ExecutionStarted, 2<0 MapStateEntered, 3<2 MapStateStarted, 4<3 MapStateSucceeded, 5<3 MapStateExited, 6<5 ExecutionSucceeded"},
		{"the exit of a Distributed Map follows the start of its run", one(`{"Type": "Map", "ItemsPath": "$.a", ` + strings.Replace(pass, "{", `{"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, `, 1) + `, "End": true}`),
			"1<0 ExecutionStarted, 2<0 MapStateEntered, 3<2 MapStateStarted, 4<3 MapRunStarted, 5<4 MapRunSucceeded, 6<5 MapStateSucceeded, 7<4 MapStateExited, 8<7 ExecutionSucceeded"},
		{"a failed evaluation follows the event before the state", `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.missing %}", "End": true}}}`,
			"1<0 ExecutionStarted, 2<0 PassStateEntered, 3<2 PassStateExited, 4<3 PassStateEntered, 5<3 EvaluationFailed, 6<5 ExecutionFailed"},
		{"except in a Wait state", oneJSONata(`{"Type": "Wait", "Timestamp": "{% 'noon' %}", "End": true}`), "1<0 ExecutionStarted, 2<0 WaitStateEntered, 3<2 EvaluationFailed, 4<3 ExecutionFailed"},
		{"a Map whose items fail to evaluate fails", oneJSONata(`{"Type": "Map", "Items": "{% 1 %}", ` + pass + `, "End": true}`),
			"1<0 ExecutionStarted, 2<0 MapStateEntered, 3<0 EvaluationFailed, 4<3 MapStateFailed, 5<4 ExecutionFailed"},
		{"but not one that cannot run", one(`{"Type": "Map", "ItemsPath": "$.b", ` + pass + `, "End": true}`), "1<0 ExecutionStarted, 2<0 MapStateEntered, 3<2 ExecutionFailed"},
		{"a retried Map fails once, and nothing follows a failed iteration", one(`{"Type": "Map", "ItemsPath": "$.a", "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}],
			"ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Fail", "Error": "E"}}}, "End": true}`),
			"1<0 ExecutionStarted, 2<0 MapStateEntered, 3<2 MapStateStarted, 4<3 MapIterationStarted, 5<4 FailStateEntered, 6<5 MapIterationFailed, " +
				"7<5 MapStateStarted, 8<7 MapIterationStarted, 9<8 FailStateEntered, 10<9 MapIterationFailed, 11<9 MapStateFailed, 12<11 ExecutionFailed"},
		{"a failed task of a branch is aborted", one(`{"Type": "Parallel", "Branches": [{"StartAt": "I", "States": {"I": {` + sns + `, "Parameters": {"fail": "E"}, "End": true}}}], "End": true}`),
			"1<0 ExecutionStarted, 2<0 ParallelStateEntered, 3<2 ParallelStateStarted, 4<3 TaskStateEntered, 5<4 TaskScheduled, 6<5 TaskStarted, 7<6 TaskFailed, " +
				"8<7 TaskStateAborted, 9<7 ParallelStateFailed, 10<9 ExecutionFailed"},
	} {
		x := execute(t, row.definition, `{"a": [1, 2], "b": 1, "none": []}`, asl.Options{Handler: timed})
		if diff := cmp.Diff(strings.Split(row.want, ", "), links(x)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.reason, diff)
		}
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
		got := decode(t, string(text)).(*value.Object)
		for _, name := range []string{"id", "previousEventId", "timestamp", "type"} {
			got.Delete(name)
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
