package asl_test

import (
	"testing"

	"clinical-risk-pipeline/asl"
)

func TestPathsIntoNull(t *testing.T) {
	const cause = "An error occurred while executing the state 'S' (entered at the event id #2). Unable to apply Path transformation to null or empty input."
	pass := `"ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}`
	for _, row := range []struct{ reason, state string }{
		{"a payload", `{"Type": "Pass", "Parameters": {"whole.$": "$"}, "End": true}`},
		{"a part of the input", `{"Type": "Pass", "Parameters": {"part.$": "$.a"}, "End": true}`},
		{"a list of parts", `{"Type": "Pass", "Parameters": {"part.$": "$.a[*]"}, "End": true}`},
		{"an intrinsic function", `{"Type": "Pass", "Parameters": {"text.$": "States.JsonToString($)"}, "End": true}`},
		{"an explicit input path", `{"Type": "Pass", "InputPath": "$", "End": true}`},
		{"an explicit output path", `{"Type": "Pass", "OutputPath": "$.a", "End": true}`},
		{"a choice", `{"Type": "Choice", "Choices": [{"Variable": "$", "IsString": true, "Next": "E"}], "Default": "E"}, "E": {"Type": "Succeed"}`},
		{"a choice that tests for presence", `{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "E"}], "Default": "E"}, "E": {"Type": "Succeed"}`},
		{"the other side of a choice", `{"Type": "Choice", "Choices": [{"Variable": "$$.Execution.Name", "StringEqualsPath": "$.a", "Next": "E"}], "Default": "E"}, "E": {"Type": "Succeed"}`},
		{"a wait", `{"Type": "Wait", "SecondsPath": "$.a", "End": true}`},
		{"items", `{"Type": "Map", "ItemsPath": "$.a", ` + pass + `, "End": true}`},
		{"a variable", `{"Type": "Pass", "Assign": {"v.$": "$"}, "End": true}`},
	} {
		x := execute(t, one(row.state), `null`, asl.Options{})
		t.Run(row.reason, func(t *testing.T) { fails(t, x, asl.ErrRuntime, cause) })
	}
}

func TestNullPassesWithoutAPath(t *testing.T) {
	x := execute(t, `{"StartAt": "A", "States": {
		"A": {"Type": "Pass", "Parameters": {"v.$": "$$.Execution.Input"}, "OutputPath": "$.v", "Next": "B"},
		"B": {"Type": "Wait", "Seconds": 1, "Next": "C"},
		"C": {"Type": "Pass", "InputPath": null, "Parameters": {"empty.$": "$", "v.$": "$$.Execution.Input"}, "Next": "D"},
		"D": {"Type": "Succeed"}}}`, `null`, asl.Options{})
	succeeds(t, x, `{"empty": {}, "v": null}`)
}
