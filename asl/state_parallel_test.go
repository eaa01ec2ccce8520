package asl_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

const sns = `"Type": "Task", "Resource": "arn:aws:states:::sns:publish"`

// timed is a handler whose tasks read from their input how long they take and whether they fail.
var timed = asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
	input, _ := task.Input.(*value.Object)
	seconds, _ := input.Value("seconds").(float64)
	reply := asl.Reply{Output: input.Value("out"), Duration: time.Duration(seconds * float64(time.Second))}
	if name, ok := input.Value("fail").(string); ok {
		return reply, &asl.Error{Name: name, Cause: "because"}
	}
	return reply, nil
})

func TestParallelRunsBranchesConcurrently(t *testing.T) {
	x := execute(t, one(`{"Type": "Parallel", "End": true, "Branches": [
		{"StartAt": "A", "States": {"A": {`+sns+`, "Parameters": {"seconds": 5, "out": "a"}, "End": true}}},
		{"StartAt": "B", "States": {"B": {`+sns+`, "Parameters": {"seconds": 2, "out": "b"}, "Next": "B2"}, "B2": {"Type": "Wait", "Seconds": 1, "End": true}}},
		{"StartAt": "C", "States": {"C": {"Type": "Pass", "Result": "c", "End": true}}}]}`), `{}`, asl.Options{Handler: timed})
	succeeds(t, x, `["a", "b", "c"]`)
	took(t, x, 5*time.Second)
	want := []string{"S", "A", "B", "C", "B2"}
	if diff := cmp.Diff(want, x.Path()); diff != "" {
		t.Errorf("path (-want +got):\n%s", diff)
	}
}

func TestParallelStopsTheOthersWhenABranchFails(t *testing.T) {
	x := execute(t, `{"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [
		{"StartAt": "Slow", "States": {"Slow": {`+sns+`, "Parameters": {"seconds": 60}, "Next": "Never"}, "Never": {"Type": "Pass", "End": true}}},
		{"StartAt": "Waits", "States": {"Waits": {"Type": "Wait", "Seconds": 3, "Next": "Late"}, "Late": {"Type": "Wait", "Seconds": 9, "End": true}}},
		{"StartAt": "Fails", "States": {"Fails": {`+sns+`, "Parameters": {"seconds": 4, "fail": "E"}, "End": true}}}],
		"Catch": [{"ErrorEquals": ["E"], "Next": "Caught"}], "End": true}, "Caught": {"Type": "Wait", "Seconds": 100, "End": true}}}`, `{}`, asl.Options{Handler: timed})
	succeeds(t, x, `{"Error": "E", "Cause": "because"}`)
	took(t, x, 104*time.Second)
	if diff := cmp.Diff([]string{"P", "Slow", "Waits", "Fails", "Late", "Caught"}, x.Path()); diff != "" {
		t.Errorf("path (-want +got):\n%s", diff)
	}
	aborted := 0
	for _, e := range x.History {
		if e.Type == "TaskStateAborted" || e.Type == "WaitStateAborted" {
			aborted++
			if e.Timestamp.Sub(x.Start) != 4*time.Second {
				t.Errorf("%s at %v, want at the moment of the failure", e.Type, e.Timestamp.Sub(x.Start))
			}
		}
	}
	if aborted != 3 {
		t.Errorf("%d states were aborted, want the failed task and the two others", aborted)
	}
}

func TestParallelDataFlow(t *testing.T) {
	x := execute(t, one(`{"Type": "Parallel", "InputPath": "$.a", "Parameters": {"p.$": "$.b"}, "ResultSelector": {"first.$": "$[0].p", "both.$": "$[*].p"},
		"ResultPath": "$.r", "OutputPath": "$.r", "End": true, "Branches": [
		{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}, {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}]}`),
		`{"a": {"b": 1}}`, asl.Options{})
	succeeds(t, x, `{"first": 1, "both": [1, 1]}`)
	x = execute(t, oneJSONata(`{"Type": "Parallel", "Arguments": {"p": "{% $states.input.a %}"}, "Output": "{% $sum($states.result.p) %}", "End": true, "Branches": [
		{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}, {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}]}`),
		`{"a": 4}`, asl.Options{})
	succeeds(t, x, `8`)
}

func TestParallelIsRetriedAsAWhole(t *testing.T) {
	x := execute(t, one(`{"Type": "Parallel", "End": true, "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 10}], "Branches": [
		{"StartAt": "A", "States": {"A": {`+sns+`, "End": true}}}, {"StartAt": "B", "States": {"B": {`+sns+`, "End": true}}}]}`), `1`,
		asl.Options{Handler: replies{"A": {returns(1.0), returns(2.0)}, "B": {throws("E"), returns(3.0)}}})
	succeeds(t, x, `[2, 3]`)
	took(t, x, 10*time.Second)
}

func TestNestedParallelStopsDeepBranches(t *testing.T) {
	inner := `{"StartAt": "Inner", "States": {"Inner": {"Type": "Parallel", "End": true, "Branches": [
		{"StartAt": "Deep", "States": {"Deep": {"Type": "Wait", "Seconds": 50, "End": true}}},
		{"StartAt": "Deeper", "States": {"Deeper": {"Type": "Wait", "Seconds": 70, "End": true}}}]}}}`
	x := execute(t, one(`{"Type": "Parallel", "End": true, "Branches": [`+inner+`,
		{"StartAt": "Fails", "States": {"Fails": {`+sns+`, "Parameters": {"seconds": 4, "fail": "E"}, "End": true}}}]}`), `{}`, asl.Options{Handler: timed})
	fails(t, x, "E", "because")
	took(t, x, 4*time.Second)
}

func TestBranchEventsFollowTheirOwnBranch(t *testing.T) {
	x := execute(t, one(`{"Type": "Parallel", "End": true, "Branches": [
		{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "End": true}}}, {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 2, "End": true}}}]}`), `{}`, asl.Options{})
	want := []string{"1<0 ExecutionStarted", "2<0 ParallelStateEntered", "3<2 ParallelStateStarted", "4<3 WaitStateEntered", "5<3 WaitStateEntered",
		"6<4 WaitStateExited", "7<5 WaitStateExited", "8<7 ParallelStateSucceeded", "9<7 ParallelStateExited", "10<9 ExecutionSucceeded"}
	if diff := cmp.Diff(want, links(x)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}
