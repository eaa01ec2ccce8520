package asl_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
)

func TestPayloadLimit(t *testing.T) {
	pair := one(`{"Type": "Pass", "Parameters": {"s.$": "$"}, "End": true}`)
	fits := `"` + strings.Repeat("x", 256<<10-len(`{"s":""}`)) + `"`
	if x := execute(t, pair, fits, asl.Options{}); x.Status != asl.Succeeded {
		t.Errorf("256 KiB exactly: %s", x.Cause)
	}
	x := execute(t, pair, `"x`+fits[1:], asl.Options{})
	fails(t, x, asl.ErrDataLimit, "The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit.")
}

func TestAnInputThatIsTooLargeStartsNoExecution(t *testing.T) {
	machine := load(t, one(`{"Type": "Succeed"}`))
	for _, kind := range []asl.Type{asl.Standard, asl.Express} {
		for input, want := range map[string]string{strings.Repeat("x", 256<<10-2): "", strings.Repeat("x", 256<<10-1): "the input has 262145 bytes", strings.Repeat("é", 128<<10): "the input has 262146 bytes"} {
			x, err := machine.Run(t.Context(), input, asl.Options{Type: kind})
			if want == "" && err != nil || want != "" && (x != nil || err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s, %d bytes: %v, %v; want %q", kind, len(input), x, err, want)
			}
		}
	}
}

func TestTaskInputIsLimited(t *testing.T) {
	called := false
	x := execute(t, one(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"a.$": "$", "b.$": "$"}, "End": true}`), `"`+strings.Repeat("x", 200_000)+`"`,
		asl.Options{Handler: asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) { called = true; return asl.Reply{}, nil })})
	if x.Error != asl.ErrDataLimit || called {
		t.Errorf("%s, called %v", x.Error, called)
	}
}

func TestInputsOfBranchesAndIterationsAreLimited(t *testing.T) {
	for _, definition := range []string{
		one(`{"Type": "Parallel", "Parameters": {"a.$": "$.s", "b.$": "$.s"}, "Branches": [{"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}], "ResultPath": null, "End": true}`),
		one(`{"Type": "Map", "ItemsPath": "$.l", "ItemSelector": {"a.$": "$.s", "b.$": "$.s"}, ` + pass + `, "ResultPath": null, "End": true}`),
	} {
		x := execute(t, definition, `{"l": [1], "s": "`+strings.Repeat("x", 200_000)+`"}`, asl.Options{})
		fails(t, x, asl.ErrDataLimit, "The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit.")
	}
}

func TestHistoryLimit(t *testing.T) {
	loop := `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Choice", "Choices": [{"Variable": "$.never", "IsPresent": true, "Next": "E"}], "Default": "A"}, "E": {"Type": "Succeed"}}}`
	x := execute(t, loop, `{}`, asl.Options{})
	fails(t, x, asl.ErrRuntime, "The execution reached the maximum number of history events (25000).")
	last := x.History[len(x.History)-1]
	if len(x.History) != 25_000 || last.ID != 25_000 || last.Type != "ExecutionFailed" {
		t.Errorf("%d events, the last is %d %s: want 25,000, the last of which ends the execution", len(x.History), last.ID, last.Type)
	}
}

func TestNoTaskIsCalledWhenTheHistoryIsFull(t *testing.T) {
	// The first state shifts the events so that the limit is reached between a TaskStateEntered and its TaskStarted.
	loop := `{"StartAt": "P", "States": {"P": {"Type": "Pass", "Next": "A"}, "A": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish",
		"Catch": [{"ErrorEquals": ["Never"], "Next": "E"}], "Next": "A"}, "E": {"Type": "Succeed"}}}`
	x := execute(t, loop, `{}`, asl.Options{Handler: echo})
	fails(t, x, asl.ErrRuntime, "The execution reached the maximum number of history events (25000).")
	started := 0
	for _, e := range x.History {
		if e.Type == "TaskStarted" {
			started++
		}
	}
	if calls := int(x.Bill.Calls["sns:publish"]); calls != started {
		t.Errorf("%d calls, but %d in the history", calls, started)
	}
}

func TestLifetimes(t *testing.T) {
	wait := one(`{"Type": "Wait", "SecondsPath": "$", "End": true}`)
	for _, row := range []struct {
		kind    asl.Type
		seconds string
		status  asl.Status
		took    time.Duration
	}{
		{asl.Standard, "31536000", asl.Succeeded, 365 * 24 * time.Hour},
		{asl.Standard, "31536001", asl.TimedOut, 365 * 24 * time.Hour},
		{asl.Express, "300", asl.Succeeded, 5 * time.Minute},
		{asl.Express, "301", asl.TimedOut, 5 * time.Minute},
	} {
		x := execute(t, wait, row.seconds, asl.Options{Type: row.kind})
		if x.Status != row.status {
			t.Errorf("%s for %s s: %s, want %s", row.kind, row.seconds, x.Status, row.status)
		}
		took(t, x, row.took)
	}
}

func TestTimeoutOfTheMachine(t *testing.T) {
	definition := `{"TimeoutSeconds": 10, "StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}],
		"Branches": [{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 99, "End": true}}}, {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 98, "End": true}}}]}, "C": {"Type": "Succeed"}}}`
	x := execute(t, definition, `{}`, asl.Options{})
	if last := x.History[len(x.History)-1]; x.Status != asl.TimedOut || x.Error != asl.ErrTimeout || last.Type != "ExecutionTimedOut" {
		t.Errorf("%s %s %s: nothing catches the timeout of the execution", x.Status, x.Error, last.Type)
	}
	took(t, x, 10*time.Second)
}

func TestAnEndlessExpressLoopEnds(t *testing.T) {
	x := execute(t, `{"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [{"Variable": "$.never", "IsPresent": true, "Next": "E"}], "Default": "A"}, "E": {"Type": "Succeed"}}}`, `{}`, asl.Options{Type: asl.Express})
	if x.Status != asl.TimedOut {
		t.Errorf("%s, want TIMED_OUT", x.Status)
	}
}
