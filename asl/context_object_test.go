package asl_test

import (
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
)

func TestContextObject(t *testing.T) {
	o := asl.Options{Name: "n", StateMachine: asl.StateMachine{Name: "m"}, RoleARN: "r", Start: time.Date(2026, 5, 6, 7, 8, 9, 123456789, time.FixedZone("", 3600))}
	definition := `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "Next": "S"}, "S": {"Type": "Pass", "Parameters": {"c.$": "$$"}, "OutputPath": "$.c", "End": true}}}`
	want := `{"Execution": {"Id": "arn:aws:states:us-east-1:123456789012:execution:m:n", "Input": [1], "Name": "n", "RedriveCount": 0, "RoleArn": "r", "StartTime": "2026-05-06T06:08:09.123Z"},
		"State": {"EnteredTime": "2026-05-06T06:08:10.123Z", "Name": "S"},
		"StateMachine": {"Id": "arn:aws:states:us-east-1:123456789012:stateMachine:m", "Name": "m"}}`
	succeeds(t, execute(t, definition, `[1]`, o), want)
	jsonata := `{"QueryLanguage": "JSONata", "StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "Next": "S"}, "S": {"Type": "Pass", "Output": "{% $states.context %}", "End": true}}}`
	succeeds(t, execute(t, jsonata, `[1]`, o), want)
}

func TestTimesHaveNoFractionAtAFullSecond(t *testing.T) {
	definition := one(`{"Type": "Pass", "Parameters": {"start.$": "$$.Execution.StartTime", "entered.$": "$$.State.EnteredTime"}, "End": true}`)
	for start, want := range map[time.Duration]string{
		0:                      "2026-01-01T00:00:00Z",
		1:                      "2026-01-01T00:00:00Z",
		10 * time.Millisecond:  "2026-01-01T00:00:00.010Z",
		500 * time.Millisecond: "2026-01-01T00:00:00.500Z",
	} {
		x := execute(t, definition, `{}`, asl.Options{Start: time.Date(2026, 1, 1, 0, 0, 0, int(start), time.UTC)})
		succeeds(t, x, `{"start": "`+want+`", "entered": "`+want+`"}`)
	}
}

func TestNamesAreDerivedFromTheStateMachinesARN(t *testing.T) {
	x := execute(t, one(`{"Type": "Pass", "Parameters": {"id.$": "$$.Execution.Id", "name.$": "$$.StateMachine.Name"}, "End": true}`), `{}`,
		asl.Options{Name: "n", StateMachine: asl.StateMachine{ARN: "arn:aws:states:eu-central-1:111111111111:stateMachine:risk"}})
	succeeds(t, x, `{"id": "arn:aws:states:eu-central-1:111111111111:execution:risk:n", "name": "risk"}`)
}

func TestRetryCountAndTaskToken(t *testing.T) {
	definition := one(`{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": {"n.$": "$$.State.RetryCount", "has.$": "States.Format('{}', $$.Task)"},
		"ResultSelector": {"n.$": "$.n"}, "Retry": [{"ErrorEquals": ["E"]}], "End": true}`)
	succeeds(t, execute(t, definition, `{}`, asl.Options{Handler: replies{"S": failsTimes(2)}}), `{"n": 2}`)
}

func TestTasksWithoutATokenHaveNoTaskObject(t *testing.T) {
	x := execute(t, one(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"t.$": "$$.Task.Token"}, "End": true}`), `{}`, asl.Options{Handler: echo})
	if x.Status != asl.Failed || x.Error != asl.ErrRuntime {
		t.Errorf("%s %v", x.Status, x.Output)
	}
}

func TestNestedMapsSeeTheirOwnItem(t *testing.T) {
	definition := one(`{"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemSelector": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value"}, "Next": "After",
		"ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"own.$": "$$.Map.Item.Index", "in.$": "$"}, "End": true}}}},
		"After": {"Type": "Pass", "Parameters": {"outer.$": "$$.Map.Item.Index", "inner.$": "$"}, "End": true}}}}`)
	succeeds(t, execute(t, definition, `[["a"], ["b"]]`, asl.Options{}),
		`[{"outer": 0, "inner": [{"own": 0, "in": {"i": 0, "v": "a"}}]}, {"outer": 1, "inner": [{"own": 0, "in": {"i": 0, "v": "b"}}]}]`)
}
