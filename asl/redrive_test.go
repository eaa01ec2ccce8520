package asl_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
)

const redrivable = `{"QueryLanguage": "JSONata", "StartAt": "Count", "States": {
	"Count": {"Type": "Pass", "Assign": {"tries": "{% $states.input.tries + 1 %}"}, "Output": {"kept": true}, "Next": "Call"},
	"Call": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "TimeoutSeconds": 60,
		"Arguments": {"tries": "{% $tries %}", "redrives": "{% $states.context.Execution.RedriveCount %}", "kept": "{% $states.input.kept %}"},
		"Retry": [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1, "IntervalSeconds": 10}], "Next": "Done"},
	"Done": {"Type": "Succeed"}}}`

func TestRedriveResumesInTheFailedState(t *testing.T) {
	machine, err := asl.Load([]byte(redrivable))
	if err != nil {
		t.Fatal(err)
	}
	var inputs []string
	options := asl.Options{Name: "e", Handler: asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		inputs = append(inputs, asl.Encode(task.Input))
		if len(inputs) < 5 {
			return asl.Reply{Duration: time.Second}, &asl.Error{Name: "Busy"}
		}
		return asl.Reply{}, nil
	})}
	x, err := machine.Run(context.Background(), map[string]any{"tries": 1.0}, options)
	if err != nil {
		t.Fatal(err)
	}
	failed := x
	for range 2 {
		if x, err = machine.Redrive(context.Background(), x, options); err != nil {
			t.Fatal(err)
		}
	}
	if path := strings.Join(x.Path(), " "); x.Status != asl.Succeeded || path != "Count Call Call Call Done" {
		t.Errorf("ended as %s by %s", x.Status, path)
	}
	want := []string{ // two attempts each time, with the same input and variable
		`{"tries":2,"redrives":0,"kept":true}`, `{"tries":2,"redrives":0,"kept":true}`,
		`{"tries":2,"redrives":1,"kept":true}`, `{"tries":2,"redrives":1,"kept":true}`,
		`{"tries":2,"redrives":2,"kept":true}`,
	}
	if !slices.Equal(inputs, want) {
		t.Errorf("called with %v", inputs)
	}
	if x.Start != failed.Start || !x.Stop.After(failed.Stop) || x.ARN != failed.ARN {
		t.Errorf("%s from %v to %v is not the execution that failed at %v", x.ARN, x.Start, x.Stop, failed.Stop)
	}
	for i, event := range x.History {
		if event.ID != int64(i+1) || event.PreviousEventID >= event.ID {
			t.Errorf("event %d follows %d at place %d of the history", event.ID, event.PreviousEventID, i)
		}
	}
	if last := failed.History[len(failed.History)-1]; last.Type != "ExecutionFailed" {
		t.Errorf("the history of the failed execution now ends in %s", last.Type)
	}
}

func TestRedriveRefuses(t *testing.T) {
	machine, err := asl.Load([]byte(`{"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "E"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	failed, err := machine.Run(context.Background(), nil, asl.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := machine.Redrive(context.Background(), failed, asl.Options{}); err != nil || again.Error != "E" {
		t.Errorf("redriving a Fail state: %v, %v, want the error E again", again, err)
	}
	for reason, row := range map[string]struct {
		execution asl.Execution
		options   asl.Options
	}{
		"it succeeded":                     {asl.Execution{Status: asl.Succeeded}, asl.Options{}},
		"Express has no redrive":           {*failed, asl.Options{Type: asl.Express}},
		"the history is another machine's": {asl.Execution{Status: asl.Failed}, asl.Options{}},
		"the status is unknown":            {asl.Execution{}, asl.Options{}},
	} {
		if _, err := machine.Redrive(context.Background(), &row.execution, row.options); err == nil {
			t.Errorf("redriven, although %s", reason)
		}
	}
}

func TestAnExecutionThatWasStoppedBeforeItsFirstStateStarts(t *testing.T) {
	machine := load(t, `{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}`)
	stopped := &asl.Execution{Status: asl.Aborted, Input: "in", History: []asl.Event{
		{ID: 1, Type: "ExecutionStarted", Details: &asl.ExecutionStarted{Input: "in"}}, {ID: 2, Type: "ExecutionAborted"}}}
	x, err := machine.Redrive(t.Context(), stopped, asl.Options{})
	if err != nil || x.Output != "in" || len(x.Path()) != 1 {
		t.Errorf("got %+v, %v", x, err)
	}
}

func TestTheContextObjectHasTheTimeOfTheRedrive(t *testing.T) {
	machine := load(t, `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 30, "Next": "Call"},
		"Call": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"execution.$": "$$.Execution"}, "ResultSelector": {"start.$": "$.execution.StartTime",
			"redrive.$": "$.execution.RedriveTime", "count.$": "$.execution.RedriveCount"}, "End": true}}}`)
	failed, err := machine.Run(t.Context(), nil, asl.Options{Handler: replies{"Call": {throws("E")}}})
	if err != nil {
		t.Fatal(err)
	}
	again, err := machine.Redrive(t.Context(), failed, asl.Options{Handler: replies{}})
	if err != nil {
		t.Fatal(err)
	}
	succeeds(t, again, `{"start": "2026-01-01T00:00:00Z", "redrive": "2026-01-01T00:00:30Z", "count": 1}`)
	first := execute(t, one(`{"Type": "Pass", "Parameters": {"t.$": "$$.Execution.RedriveTime"}, "End": true}`), `{}`, asl.Options{})
	if first.Status != asl.Failed {
		t.Errorf("an execution without a redrive has the time of a redrive: %v", first.Output)
	}
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html: only the iterations that failed or aborted.
func TestRedriveRepeatsTheIterationsThatFailed(t *testing.T) {
	machine, err := asl.Load([]byte(`{"QueryLanguage": "JSONata", "StartAt": "Each", "States": {
		"Each": {"Type": "Map", "MaxConcurrency": 2, "Items": [0, 1, 2, 3], "End": true, "ItemProcessor": {"StartAt": "First", "States": {
			"First": {"Type": "Pass", "Next": "Call"},
			"Call": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": {"item": "{% $states.input %}"}, "End": true}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]int{}
	options := asl.Options{Name: "e", Handler: asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		item := asl.Encode(task.Input)
		if calls[item]++; item == `{"item":1}` && calls[item] < 3 {
			return asl.Reply{Duration: time.Minute}, &asl.Error{Name: "Busy"}
		}
		return asl.Reply{Output: item, Duration: time.Second}, nil
	})}
	x, err := machine.Run(context.Background(), nil, options)
	for range 2 {
		if err != nil || x.Status != asl.Failed || x.Error != "Busy" {
			t.Fatalf("ended as %s with %q, %v", x.Status, x.Error, err)
		}
		x, err = machine.Redrive(context.Background(), x, options)
	}
	if err != nil || asl.Encode(x.Output) != `["{\"item\":0}","{\"item\":1}","{\"item\":2}","{\"item\":3}"]` {
		t.Errorf("ended as %s with %s, %v", x.Status, asl.Encode(x.Output), err)
	}
	for item, n := range calls {
		if want := map[string]int{`{"item":1}`: 3}[item]; n != max(want, 1) {
			t.Errorf("%s was called %d times", item, n)
		}
	}
}
