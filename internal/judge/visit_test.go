package judge

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

// definition assigns variables in and around branches, retries, and fails.
const definition = `{"QueryLanguage": "JSONata", "StartAt": "First", "States": {
	"First": {"Type": "Pass", "Assign": {"a": 1}, "Next": "Both"},
	"Both": {"Type": "Parallel", "Branches": [
		{"StartAt": "Left", "States": {"Left": {"Type": "Pass", "Assign": {"b": 2}, "Output": "left", "Next": "Left2"}, "Left2": {"Type": "Pass", "Output": "{% $a + $b %}", "End": true}}},
		{"StartAt": "Right", "States": {"Right": {"Type": "Map", "Items": [7, 8], "ItemProcessor": {"StartAt": "Item", "States": {"Item": {"Type": "Pass", "Output": "{% $states.input * 10 %}", "End": true}}}, "End": true}}}],
		"Assign": {"c": "{% $states.result %}"}, "Next": "Call"},
	"Call": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Arguments": {}, "Retry": [{"ErrorEquals": ["States.ALL"]}], "Next": "Fails"},
	"Fails": {"Type": "Map", "Items": [1], "ItemProcessor": {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "E"}}},
		"Catch": [{"ErrorEquals": ["E"], "Assign": {"d": 4}, "Next": "Last"}], "Next": "Last"},
	"Last": {"Type": "Succeed"}}}`

func TestVisits(t *testing.T) {
	machine, err := asl.Load([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	handler := asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) {
		if calls++; calls < 3 {
			return asl.Reply{}, &asl.Error{Name: "SQS.Busy", Cause: "later"}
		}
		return asl.Reply{Output: map[string]any{"MessageId": "m"}}, nil
	})
	x, err := machine.Run(t.Context(), nil, asl.Options{Handler: handler})
	if err != nil || x.Status != asl.Succeeded {
		t.Fatal(err, x)
	}
	var got []string
	for _, v := range visits(x) {
		line := fmt.Sprintf("%s %s -> %s", v.state, asl.Encode(v.variables), v.next)
		for _, b := range v.branches {
			line += " branch " + asl.Encode(b.output)
		}
		for _, a := range v.attempts {
			if a.err != nil {
				line += " failed " + a.err.Name
			} else {
				line += " returned " + asl.Encode(a.result)
			}
		}
		got = append(got, line)
	}
	slices.Sort(got)
	want := []string{
		`Bad {"a":1,"c":[3,[70,80]]} -> `,
		`Both {"a":1} -> Call branch 3 branch [70,80]`,
		`Call {"a":1,"c":[3,[70,80]]} -> Fails failed SQS.Busy failed SQS.Busy returned {"MessageId":"m"}`,
		`Fails {"a":1,"c":[3,[70,80]]} -> Last`,
		`First {} -> Both`,
		`Item {"a":1} -> `, `Item {"a":1} -> `,
		`Last {"a":1,"c":[3,[70,80]],"d":4} -> `,
		`Left {"a":1} -> Left2`,
		`Left2 {"a":1,"b":2} -> `,
		`Right {"a":1} ->  branch 70 branch 80`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
