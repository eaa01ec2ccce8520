package mock_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/mock"
)

const definition = `{"StartAt": "A", "States": {
	"A": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "TimeoutSeconds": 5, "Next": "B",
		"Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 5}]},
	"B": {"Type": "Pass", "End": true}}}`

const stubs = `{
	"StateMachines": {"M": {"TestCases": {
		"Retries": {"A": "TwiceThenFine"},
		"Hangs": {"A": "HangsOnce"},
		"Short": {"A": "Thrown"},
		"None": {}}}},
	"MockedResponses": {
		"TwiceThenFine": {"0-1": {"Throw": {"Error": "Throttled", "Cause": "slow"}}, "2": {"Return": {"n": 9007199254740993}, "DurationSeconds": 2.5}},
		"HangsOnce": {"0": {"Hang": true}, "1": {"Return": null}},
		"Thrown": {"0": {"Throw": {"Error": "Throttled"}}}}}`

func run(t *testing.T, test string) (*asl.Execution, error) {
	t.Helper()
	config, err := mock.Parse([]byte(stubs))
	if err != nil {
		t.Fatal(err)
	}
	handler, err := config.Handler("", test)
	if err != nil {
		t.Fatal(err)
	}
	machine, err := asl.Load([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	return machine.Run(context.Background(), nil, asl.Options{Handler: handler})
}

func TestStubsAnswerCallsInOrder(t *testing.T) {
	execution, err := run(t, "Retries")
	if err != nil {
		t.Fatal(err)
	}
	if got := asl.Encode(execution.Output); got != `{"n":9007199254740993}` {
		t.Errorf("output %s: want entry 2 for the third call, with an exact integer", got)
	}
	if took := execution.Stop.Sub(execution.Start); took != 1*time.Second+2*time.Second+2500*time.Millisecond {
		t.Errorf("took %v, want two retry delays and the stub's DurationSeconds", took)
	}
}

func TestHangRunsIntoTheTimeout(t *testing.T) {
	execution, err := run(t, "Hangs")
	if err != nil {
		t.Fatal(err)
	}
	if execution.Status != asl.Succeeded || execution.Stop.Sub(execution.Start) != 6*time.Second {
		t.Errorf("%s after %v, want the timeout of 5 s, a delay of 1 s, then success", execution.Status, execution.Stop.Sub(execution.Start))
	}
}

func TestMissingStubsAreErrors(t *testing.T) {
	for test, want := range map[string]string{
		"None":  `state "A": has no stub`,
		"Short": `state "A": the stub "Thrown" has no entry 1`,
	} {
		if _, err := run(t, test); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", test, err, want)
		}
	}
}

func TestParseReportsEveryFault(t *testing.T) {
	_, err := mock.Parse([]byte(`{"StateMachines": {"M": {"TestCases": {"T": {"A": "Unknown"}}}},
		"MockedResponses": {"Gap": {"0": {"Return": 1}, "2": {"Return": 1}}, "Overlap": {"0-2": {"Return": 1}, "1": {"Return": 1}},
			"Empty": {}, "Both": {"0": {"Return": 1, "Throw": {}}}, "Number": {"x": {"Return": 1}}, "Late": {"1": {"Return": 1}},
			"Negative": {"0": {"Return": 1, "DurationSeconds": -1}}, "Backwards": {"3-1": {"Return": 1}}}}`))
	for _, want := range []string{
		`TestCases.T.A: there is no MockedResponse "Unknown"`, "MockedResponses.Gap: the calls must be numbered", "MockedResponses.Overlap: the calls",
		"MockedResponses.Empty: is empty", "MockedResponses.Both.0: needs exactly one", "MockedResponses.Number.x: must be a number",
		"MockedResponses.Late: the calls", "MockedResponses.Negative.0: DurationSeconds must not be negative", "MockedResponses.Backwards.3-1: must be",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
	if _, err := mock.Parse([]byte(`{"StateMachine": {}}`)); err == nil {
		t.Error("Parse accepts an unknown member")
	}
}

func TestHandlerNeedsAName(t *testing.T) {
	config, err := mock.Parse([]byte(stubs))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "Other"} {
		if _, err := config.Handler("M", name); err == nil || !strings.Contains(err.Error(), "Hangs, None, Retries, Short") {
			t.Errorf("test case %q: error %v must list the test cases", name, err)
		}
	}
}
