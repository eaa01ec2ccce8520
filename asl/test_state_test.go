package asl_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

// visit is a test of a single state and what comes of it, in JSON.
type visit struct {
	name, definition, input string
	test                    asl.StateTest
	want                    string
}

func (v visit) run(t *testing.T) {
	t.Helper()
	machine, err := asl.LoadState([]byte(v.definition), "S", asl.Lenient())
	if err != nil {
		t.Fatal(err)
	}
	v.test.State, v.test.Input = "S", decode(t, v.input)
	handler := asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) {
		if v.test.Mock.Err != nil {
			return asl.Reply{}, v.test.Mock.Err
		}
		return asl.Reply{Output: v.test.Mock.Result}, nil
	})
	result, err := machine.TestState(context.Background(), v.test, asl.Options{Handler: handler})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decode(t, v.want), decode(t, asl.Encode(summary(result)))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// summary renders a result as JSON, without what is absent.
func summary(r *asl.StateResult) any {
	s := map[string]any{"status": string(r.Status)}
	for step, v := range r.Steps {
		s[string(step)] = v
	}
	if r.Status == asl.StateSucceeded || r.Status == asl.StateCaught {
		s["output"] = r.Output
	}
	for name, text := range map[string]string{"next": r.NextState, "error": r.Error, "cause": r.Cause} {
		if text != "" {
			s[name] = text
		}
	}
	if r.Variables != nil {
		s["variables"] = r.Variables
	}
	if r.Catcher >= 0 {
		s["catcher"] = float64(r.Catcher)
	}
	if r.Retrier >= 0 {
		s["retrier"], s["seconds"] = float64(r.Retrier), r.Backoff.Seconds()
	}
	return s
}

var busy = &asl.Error{Name: "Busy", Cause: "later"}

const taskWithRetry = `{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
	"Retry": [{"ErrorEquals": ["Other"]}, {"ErrorEquals": ["Busy"], "IntervalSeconds": 3, "BackoffRate": 2, "MaxAttempts": 2}],
	"Catch": [{"ErrorEquals": ["Other"], "Next": "No"}, {"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Yes"}]}`

func TestTestStateDataFlow(t *testing.T) {
	for _, v := range []visit{
		{name: "the steps of a task in JSONPath",
			definition: `{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "InputPath": "$.a", "Parameters": {"p.$": "$.b"},
				"ResultSelector": {"s.$": "$.r"}, "ResultPath": "$.x", "OutputPath": "$.x", "Next": "T"}`,
			input: `{"a": {"b": 1}}`, test: asl.StateTest{Mock: &asl.StateMock{Result: map[string]any{"r": 2}}},
			want: `{"status": "SUCCEEDED", "next": "T", "output": {"s": 2}, "afterInputPath": {"b": 1}, "afterParameters": {"p": 1},
				"result": {"r": 2}, "afterResultSelector": {"s": 2}, "afterResultPath": {"a": {"b": 1}, "x": {"s": 2}}}`},
		{name: "a task without fields passes values on, and each step shows them",
			definition: `{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}`,
			input:      `1`, test: asl.StateTest{Mock: &asl.StateMock{Result: 2}},
			want: `{"status": "SUCCEEDED", "output": 2, "afterInputPath": 1, "afterParameters": 1, "result": 2, "afterResultSelector": 2, "afterResultPath": 2}`},
		{name: "the steps of a task in JSONata, and the variables",
			definition: `{"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
				"Arguments": {"p": "{% $v %}"}, "Assign": {"w": "{% $states.result %}"}, "Output": "{% $states.result + 1 %}"}`,
			input: `{}`, test: asl.StateTest{Variables: map[string]any{"v": 1}, Mock: &asl.StateMock{Result: 2}},
			want: `{"status": "SUCCEEDED", "output": 3, "afterArguments": {"p": 1}, "result": 2, "variables": {"v": 1, "w": 2}}`},
		{name: "a failed step ends the flow",
			definition: `{"Type": "Pass", "Parameters": {"p.$": "$.none"}, "End": true}`, input: `{"a": 1}`,
			want: `{"status": "FAILED", "error": "States.Runtime", "afterInputPath": {"a": 1},
				"cause": "An error occurred while executing the state 'S' (entered at the event id #2). The JSONPath '$.none' specified for the field 'p.$' could not be found in the input '{\"a\":1}'"}`},
		{name: "a Pass state with a constant", definition: `{"Type": "Pass", "Result": 5, "ResultPath": "$.r", "Next": "T"}`, input: `{}`,
			want: `{"status": "SUCCEEDED", "next": "T", "output": {"r": 5}, "afterInputPath": {}, "afterParameters": {}, "result": 5,
				"afterResultSelector": 5, "afterResultPath": {"r": 5}}`},
		{name: "a Fail state shows its input path in JSONPath", definition: `{"Type": "Fail", "Error": "E", "Cause": "C"}`, input: `1`,
			want: `{"status": "FAILED", "error": "E", "cause": "C", "afterInputPath": 1}`},
		{name: "and none in JSONata", definition: `{"Type": "Fail", "QueryLanguage": "JSONata", "Error": "E"}`, input: `1`,
			want: `{"status": "FAILED", "error": "E"}`},
		{name: "a Choice state names the next state", definition: `{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "A"}], "Default": "B"}`,
			input: `{}`, want: `{"status": "SUCCEEDED", "next": "B", "output": {}, "afterInputPath": {}}`},
		{name: "a visit ends after five minutes", definition: `{"Type": "Wait", "Seconds": 301, "End": true}`, input: `{}`,
			want: `{"status": "FAILED", "error": "States.Timeout", "afterInputPath": {}}`},
		{name: "the context object of the test", definition: `{"Type": "Pass", "Parameters": {"c.$": "$$"}, "OutputPath": "$.c", "End": true}`, input: `{}`,
			test: asl.StateTest{Context: map[string]any{"State": map[string]any{"Name": "other"}}},
			want: `{"status": "SUCCEEDED", "output": {"State": {"Name": "other"}}, "afterInputPath": {}, "afterParameters": {"c": {"State": {"Name": "other"}}},
				"afterResultSelector": {"c": {"State": {"Name": "other"}}}, "afterResultPath": {"c": {"State": {"Name": "other"}}}}`},
	} {
		t.Run(v.name, v.run)
	}
}

func TestTestStateErrors(t *testing.T) {
	steps := `"afterInputPath": {}, "afterParameters": {}`
	for _, v := range []visit{
		{name: "a retrier has an attempt left", definition: taskWithRetry, input: `{}`, test: asl.StateTest{Mock: &asl.StateMock{Err: busy}},
			want: `{"status": "RETRIABLE", "error": "Busy", "cause": "later", "retrier": 1, "seconds": 3, ` + steps + `}`},
		{name: "the delay grows with the retries before", definition: taskWithRetry, input: `{}`, test: asl.StateTest{Retries: 1, Mock: &asl.StateMock{Err: busy}},
			want: `{"status": "RETRIABLE", "error": "Busy", "cause": "later", "retrier": 1, "seconds": 6, ` + steps + `}`},
		{name: "after the last attempt comes the catcher", definition: taskWithRetry, input: `{}`, test: asl.StateTest{Retries: 2, Mock: &asl.StateMock{Err: busy}},
			want: `{"status": "CAUGHT_ERROR", "next": "Yes", "error": "Busy", "cause": "later", "catcher": 1, "output": {"e": {"Error": "Busy", "Cause": "later"}}, ` + steps + `}`},
		{name: "nothing catches the error", definition: `{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}`, input: `{}`,
			test: asl.StateTest{Mock: &asl.StateMock{Err: busy}}, want: `{"status": "FAILED", "error": "Busy", "cause": "later", ` + steps + `}`},
		{name: "a catcher that fails catches nothing", definition: `{"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
				"Catch": [{"ErrorEquals": ["Busy"], "Output": "{% $error('no') %}", "Next": "T"}]}`, input: `{}`, test: asl.StateTest{Mock: &asl.StateMock{Err: busy}},
			want: `{"status": "FAILED", "error": "States.QueryEvaluationError", "afterArguments": {},
				"cause": "An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '$error('no')' specified for the field 'Catch[0]/Output' threw an error during evaluation. D3137: no"}`},
	} {
		t.Run(v.name, v.run)
	}
}

// TestTestStateFinds tests that a state is found at any depth, and that an unknown one is an error of the caller.
func TestTestStateFinds(t *testing.T) {
	machine := load(t, `{"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "Each", "States": {
		"Each": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "Deep", "States": {"Deep": {"Type": "Pass", "Result": 1, "End": true}}}}}}]}}}`)
	result, err := machine.TestState(context.Background(), asl.StateTest{State: "Deep"}, asl.Options{})
	if err != nil || result.Output != 1.0 {
		t.Errorf("got %+v, %v", result, err)
	}
	if _, err := machine.TestState(context.Background(), asl.StateTest{State: "None"}, asl.Options{}); err == nil {
		t.Error("an unknown state is no error")
	}
}

// TestState tests the descriptions of states.
func TestState(t *testing.T) {
	const writer = `"ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}}, `
	machine := load(t, `{"StartAt": "Both", "States": {
		"Both": {"Type": "Parallel", "Next": "List", "Branches": [
			{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "Deep", "States": {"Deep": {"Type": "Pass", "End": true}}}}}},
			{"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true}}}]},
		"List": {"Type": "Map", "End": true, `+writer+processor+`}}}`)
	for _, want := range []asl.StateInfo{
		{Name: "Both", Type: "Parallel", Inner: []string{"Each", "Deep", "Ask"}},
		{Name: "Each", Type: "Map", Inner: []string{"Deep"}},
		{Name: "List", Type: "Map", Exports: true, Inner: []string{"P"}},
		{Name: "Ask", Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken", Token: true},
		{Name: "Deep", Type: "Pass"},
	} {
		got, ok := machine.State(want.Name)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("%s: (-want +got):\n%s", want.Name, diff)
		}
	}
	if _, ok := machine.State("None"); ok {
		t.Error("an unknown state has a description")
	}
}

// TestTestStateForeign tests that what is no outcome of the state is an error.
func TestTestStateForeign(t *testing.T) {
	machine, err := asl.LoadState([]byte(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}`), "S")
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	handler := asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) { return asl.Reply{Duration: time.Second}, broken })
	if _, err := machine.TestState(context.Background(), asl.StateTest{State: "S"}, asl.Options{Handler: handler}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// TestLoadState tests that a state stands alone: where it leads need not exist, and all else is checked.
func TestLoadState(t *testing.T) {
	for _, test := range []struct{ definition, fault string }{
		{`{"Type": "Pass", "Next": "Elsewhere"}`, ""},
		{`{"Type": "Pass"}`, `state "S": needs "Next" or "End": true`},
		{`{"StartAt": "A", "States": {}}`, `state "S": Type: is missing`},
		{`[]`, "the definition is not a JSON object: its type is array"},
	} {
		_, err := asl.LoadState([]byte(test.definition), "S")
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != test.fault {
			t.Errorf("%s: got %q, want %q", test.definition, got, test.fault)
		}
	}
}

// TestTestStateRetries tests that the task and the context object of the options know the retries before.
func TestTestStateRetries(t *testing.T) {
	machine, err := asl.LoadState([]byte(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"n.$": "$$.State.RetryCount"}, "End": true}`), "S")
	if err != nil {
		t.Fatal(err)
	}
	handler := asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		return asl.Reply{Output: task.Attempt}, nil
	})
	result, err := machine.TestState(context.Background(), asl.StateTest{State: "S", Retries: 2}, asl.Options{Handler: handler})
	if err != nil {
		t.Fatal(err)
	}
	if got := asl.Encode(result.Steps[asl.StepParameters]); got != `{"n":2}` || result.Output != 3.0 {
		t.Errorf("the context object has %s, the task's attempt is %v", got, result.Output)
	}
}

// TestTestStateLater tests a task that ends after its handler returned.
func TestTestStateLater(t *testing.T) {
	machine, err := asl.LoadState([]byte(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}`), "S")
	if err != nil {
		t.Fatal(err)
	}
	handler := asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) {
		later := asl.NewCompletion(nil)
		go func() { _ = later.Succeed("done") }() // A test that gets no result fails.
		return asl.Reply{Later: later}, nil
	})
	result, err := machine.TestState(context.Background(), asl.StateTest{State: "S"}, asl.Options{Handler: handler})
	if err != nil || result.Output != "done" {
		t.Errorf("got %+v, %v", result, err)
	}
}
