package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const definitionBefore = `{
	"StartAt": "Score", "TimeoutSeconds": 60,
	"States": {
		"Score": {"Type": "Map", "ItemProcessor": {"StartAt": "Invoke", "States": {
			"Invoke": {"Type": "Task", "TimeoutSeconds": 65, "Retry": [{"MaxAttempts": 1}, {"MaxAttempts": 2}]},
			"Same": {"Type": "Pass"}
		}}, "Next": "Tell"},
		"Tell": {"Type": "Parallel", "Branches": [
			{"StartAt": "Mail", "States": {"Mail": {"Type": "Pass", "Output": "a"}}},
			{"StartAt": "Chat", "States": {"Chat": {"Type": "Pass"}}}
		], "End": true},
		"Old": {"Type": "Fail", "Cause": "a < b"}
	}
}`

const definitionNow = `{
	"StartAt": "Score", "TimeoutSeconds": 61,
	"States": {
		"Tell": {"Type": "Parallel", "Branches": [
			{"StartAt": "Mail", "States": {"Mail": {"Type": "Pass", "Output": "b"}}},
			{"StartAt": "Chat", "States": {"Chat": {"Type": "Pass"}}}
		], "End": true},
		"New": {"Type": "Pass", "Next": "Tell"},
		"Score": {"Type": "Map", "ItemProcessor": {"StartAt": "Invoke", "States": {
			"Invoke": {"Type": "Task", "Comment": "Asks.", "Retry": [{"MaxAttempts": 1}, {"MaxAttempts": 3}, {"MaxAttempts": 4}], "TimeoutSeconds": 65},
			"Same": {"Type": "Pass"}
		}}, "Next": "New"}
	}
}`

func TestAChangedDefinitionIsShownByState(t *testing.T) {
	got, shown := compareStacks(t, machine(t, definitionBefore), machine(t, literal(definitionNow)))
	want := `
The definition of Dev/Risk/Machine, by state:
  [~] (the state machine itself)
      TimeoutSeconds
        - 60
        + 61
  [+] New
      Next: "Tell"
      Type: "Pass"
  [-] Old
      Cause: "a < b"
      Type: "Fail"
  [~] Score
      Next
        - "Tell"
        + "New"
  [~] Score / Invoke
      Comment
        + "Asks."
      Retry
        - {"MaxAttempts":2}
        + {"MaxAttempts":3}
        + {"MaxAttempts":4}
  [~] Tell / branch 1 / Mail
      Output
        - "a"
        + "b"
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if text := strings.Join(shown, ""); strings.Contains(text, "Invoke") || !strings.Contains(text, "see below") {
		t.Errorf("cdk diff is given the definitions: %s", text)
	}
}

func TestReferencesInADefinitionAreNamed(t *testing.T) {
	part := func(argument any) any {
		return object{"Fn::Join": []any{"", []any{
			`{"States": {"Tell": {"Type": "Pass", "Topic": "`, argument, `"}}}`,
		}}}
	}
	got, _ := compareStacks(t, machine(t, part(object{"Ref": "Alerts"})), machine(t, part(object{"Fn::GetAtt": []any{"Key", "Arn"}})))
	if !strings.Contains(got, "- \"${Alerts}\"\n        + \"${Key.Arn}\"\n") {
		t.Errorf("got %s", got)
	}
	got, _ = compareStacks(t, machine(t, part("none")), machine(t, part(object{"Fn::ImportValue": `a"b`})))
	if !strings.Contains(got, `+ "${{'Fn::ImportValue':'a'b'}}"`) {
		t.Errorf("got %s", got)
	}
}

func TestADefinitionThatCannotBeDecodedIsLeftToCDKDiff(t *testing.T) {
	for why, other := range map[string]any{
		"no JSON":               "later",
		"a reference to number": object{"Fn::Join": []any{"", []any{`{"TimeoutSeconds": `, object{"Ref": "Seconds"}, `}`}}},
		"another function":      object{"Fn::Sub": definitionNow},
	} {
		t.Run(why, func(t *testing.T) {
			got, shown := compareStacks(t, machine(t, literal(definitionBefore)), machine(t, other))
			if got != "" || !strings.Contains(shown[0], "Invoke") {
				t.Errorf("it is decoded: %s", got)
			}
		})
	}
}

// literal is a definition without references.
func literal(definition string) any { return object{"Fn::Join": []any{"", []any{definition}}} }

// machine returns a template with a state machine.
func machine(t *testing.T, definition any) string {
	t.Helper()
	text, err := json.Marshal(object{"Resources": object{"Machine": object{
		"Type":       "AWS::StepFunctions::StateMachine",
		"Properties": object{"DefinitionString": definition},
		"Metadata":   object{"aws:cdk:path": "Dev/Risk/Machine/Resource"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
