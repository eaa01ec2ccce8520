package asl_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

func replace(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }

func TestChildrenRunConcurrently(t *testing.T) {
	x := execute(t, distributed(`, "MaxConcurrency": 5`), `[{},{},{},{},{},{},{},{},{},{},{}]`, asl.Options{Handler: tenSeconds})
	took(t, x, 30*time.Second)
	thousandAndOne := "[" + strings.Repeat("{},", 1000) + "{}]"
	for _, unlimited := range []string{``, `, "MaxConcurrency": 0`} {
		x = execute(t, distributed(unlimited), thousandAndOne, asl.Options{Handler: tenSeconds})
		took(t, x, 20*time.Second)
	}
	x = execute(t, distributed(`, "MaxConcurrency": 1001`), thousandAndOne, asl.Options{Handler: tenSeconds})
	took(t, x, 10*time.Second)
}

func TestChildExecutionsHaveTheirOwnContext(t *testing.T) {
	var children []*asl.Execution
	definition := one(`{"Type": "Map", "Label": "Batch", "End": true, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
		"StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"context.$": "$$", "input.$": "$"}, "End": true}}}}`)
	x := execute(t, definition, `["a"]`, asl.Options{StateMachine: asl.StateMachine{Name: "m"}, OnChild: func(x *asl.Execution) { children = append(children, x) }})
	if len(children) != 1 {
		t.Fatalf("%d children, want 1", len(children))
	}
	child := children[0]
	name := child.Name
	if !strings.HasPrefix(child.ARN, "arn:aws:states:us-east-1:123456789012:execution:m/Batch:") || !strings.HasSuffix(child.ARN, name) {
		t.Errorf("child's ARN %s, name %s", child.ARN, name)
	}
	want := replace(`[{"input": "a", "context": {
		"Execution": {"Id": "ARN", "Input": "a", "Name": "NAME", "RedriveCount": 0, "RoleArn": "arn:aws:iam::123456789012:role/StepFunctionsRole", "StartTime": "2026-01-01T00:00:00Z"},
		"State": {"EnteredTime": "2026-01-01T00:00:00Z", "Name": "I"},
		"StateMachine": {"Id": "arn:aws:states:us-east-1:123456789012:stateMachine:m/Batch", "Name": "m/Batch"}}}]`, "ARN", child.ARN, "NAME", name)
	succeeds(t, x, want)
	if diff := cmp.Diff([]string{"I"}, child.Path()); diff != "" {
		t.Errorf("child's path (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"S"}, x.Path()); diff != "" {
		t.Errorf("parent's path (-want +got):\n%s", diff)
	}
}

func TestChildrenDoNotSeeTheParentsVariables(t *testing.T) {
	definition := `{"StartAt": "V", "States": {"V": {"Type": "Pass", "Assign": {"v": 1}, "Next": "S"}, "S": {"Type": "Map", "End": true,
		"ItemSelector": {"v.$": "$v"}, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"v.$": "$PATH"}, "End": true}}}}}}`
	succeeds(t, execute(t, replace(definition, "$PATH", "$.v"), `[0]`, asl.Options{}), `[{"v": 1}]`)
	_, err := asl.Load([]byte(replace(definition, "$PATH", "$v")))
	if diff := cmp.Diff([]string{`state "I": Parameters.v.$: uses the variable $v, which no state assigns`}, faults(err)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestAnExpressChildLivesFiveMinutes(t *testing.T) {
	definition := replace(distributed(`, "ToleratedFailureCount": 1`), `"STANDARD"`, `"EXPRESS"`)
	var children []string
	x := execute(t, definition, `[{"seconds": 299}, {"seconds": 301}]`, asl.Options{Handler: timed, OnChild: func(x *asl.Execution) {
		children = append(children, string(x.Status)+" after "+x.Stop.Sub(x.Start).String())
	}})
	if diff := cmp.Diff([]string{"SUCCEEDED after 4m59s", "TIMED_OUT after 5m0s"}, children); diff != "" {
		t.Errorf("children (-want +got):\n%s", diff)
	}
	took(t, x, 5*time.Minute)
	if x.Bill.ExpressRequests != 2 || x.Bill.Transitions != 1 {
		t.Errorf("bill %+v, want 2 requests and 1 transition for the map", x.Bill)
	}
	if want := (299 + 300) * 64.0 / 1024; x.Bill.ExpressGBSeconds != want {
		t.Errorf("%v GB-seconds, want %v", x.Bill.ExpressGBSeconds, want)
	}
}

func TestTheParentsTimeoutEndsItsChildren(t *testing.T) {
	definition := `{"TimeoutSeconds": 5, ` + distributed(``)[1:]
	var children []asl.Status
	x := execute(t, definition, `[{"seconds": 2}, {"seconds": 9}]`, asl.Options{Handler: timed, OnChild: func(x *asl.Execution) { children = append(children, x.Status) }})
	if x.Status != asl.TimedOut {
		t.Errorf("parent %s, want TIMED_OUT", x.Status)
	}
	took(t, x, 5*time.Second)
	if diff := cmp.Diff([]asl.Status{asl.Succeeded, asl.Aborted}, children); diff != "" {
		t.Errorf("children (-want +got):\n%s", diff)
	}
}

func TestBillCountsChildren(t *testing.T) {
	x := execute(t, distributed(``), `[{}, {}, {}]`, asl.Options{Handler: echo})
	if x.Bill.Transitions != 4 || x.Bill.Calls["sns:publish"] != 3 {
		t.Errorf("bill %+v, want the map and three tasks", x.Bill)
	}
}

func TestResultsOverTheLimit(t *testing.T) {
	big := asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) {
		return asl.Reply{Output: strings.Repeat("x", 100_000)}, nil
	})
	x := execute(t, distributed(``), `[1, 2]`, asl.Options{Handler: big})
	if x.Status != asl.Succeeded {
		t.Errorf("two outputs of 100 kB: %s %s", x.Status, x.Cause)
	}
	for _, items := range []string{`[1, 2, 3]`, `[1, 2, 3, 4, 5, 6, 7, 8, 9]`} {
		x = execute(t, distributed(``), items, asl.Options{Handler: big})
		fails(t, x, asl.ErrDataLimit, "The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit.")
	}
}

func TestExpressChildrenCannotWaitForTokens(t *testing.T) {
	definition := replace(distributed(``), `"STANDARD"`, `"EXPRESS"`, "sns:publish", "sqs:sendMessage.waitForTaskToken")
	_, err := asl.Load([]byte(definition))
	if diff := cmp.Diff([]string{`state "I": Resource: an activity, .sync or .waitForTaskToken is not supported in an Express workflow`}, faults(err)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestMapRunsBelongToTheAccountOfTheExecution(t *testing.T) {
	var child string
	x := execute(t, distributed(`, "Label": "L"`), `[{}]`, asl.Options{Handler: echo, ARN: "arn:aws-cn:states:cn-north-1:111111111111:execution:m:n", StateMachine: asl.StateMachine{Name: "m"},
		OnChild: func(x *asl.Execution) {
			child = x.ARN
			if d := x.History[2].Details.(*asl.TaskScheduled); d.Region != "cn-north-1" {
				t.Errorf("the task is in %s", d.Region)
			}
		}})
	run := x.History[3].Details.(*asl.MapRunStarted).MapRunARN
	if !strings.HasPrefix(run, "arn:aws-cn:states:cn-north-1:111111111111:mapRun:m/L:") || !strings.HasPrefix(child, "arn:aws-cn:states:cn-north-1:111111111111:execution:m/L:") {
		t.Errorf("map run %s, child %s", run, child)
	}
}
