package asl_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

func retrying(retry string) string {
	return one(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "TimeoutSeconds": 50, "End": true, "Retry": ` + retry + `}`)
}

// callTimes returns the times of the calls in seconds since the start.
func callTimes(x *asl.Execution) []float64 {
	var all []float64
	for _, e := range x.History {
		if e.Type == "TaskScheduled" {
			all = append(all, e.Timestamp.Sub(x.Start).Seconds())
		}
	}
	return all
}

func TestRetryDelays(t *testing.T) {
	for _, row := range []struct {
		why   string
		retry string
		calls []float64
	}{
		{"defaults: 1 s, doubling, three attempts", `[{"ErrorEquals": ["E"]}]`, []float64{0, 1, 3, 7}},
		{"interval and rate", `[{"ErrorEquals": ["E"], "IntervalSeconds": 3, "BackoffRate": 1.5, "MaxAttempts": 4}]`, []float64{0, 3, 7.5, 14.25, 24.375}},
		{"a rate of 1 is constant", `[{"ErrorEquals": ["E"], "IntervalSeconds": 5, "BackoffRate": 1, "MaxAttempts": 3}]`, []float64{0, 5, 10, 15}},
		{"MaxDelaySeconds caps", `[{"ErrorEquals": ["E"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxDelaySeconds": 10, "MaxAttempts": 5}]`, []float64{0, 2, 8, 18, 28, 38}},
		{"MaxAttempts 0 never retries", `[{"ErrorEquals": ["E"], "MaxAttempts": 0}]`, []float64{0}},
		{"no retrier matches", `[{"ErrorEquals": ["F"]}]`, []float64{0}},
		{"the first retrier that matches decides, even when it has no attempts left", `[{"ErrorEquals": ["E"], "MaxAttempts": 1}, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 9}]`, []float64{0, 1}},
	} {
		t.Run(row.why, func(t *testing.T) {
			x := execute(t, retrying(row.retry), `{}`, asl.Options{Handler: replies{"S": failsTimes(20)}})
			fails(t, x, "E", "because")
			if diff := cmp.Diff(row.calls, callTimes(x)); diff != "" {
				t.Errorf("calls at (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEachRetrierCountsItsOwnAttempts(t *testing.T) {
	// The errors alternate. Each retrier's delay must follow its own count.
	errors := []reply{throws("A"), throws("B"), throws("A"), throws("B"), throws("A")}
	x := execute(t, retrying(`[{"ErrorEquals": ["A"], "IntervalSeconds": 1, "MaxAttempts": 2}, {"ErrorEquals": ["B"], "IntervalSeconds": 10, "MaxAttempts": 2}]`),
		`{}`, asl.Options{Handler: replies{"S": errors}})
	fails(t, x, "A", "because")
	if diff := cmp.Diff([]float64{0, 1, 11, 13, 33}, callTimes(x)); diff != "" {
		t.Errorf("calls at (-want +got):\n%s", diff)
	}
}

func TestRetriesAreCountedPerVisit(t *testing.T) {
	loop := `{"StartAt": "S", "States": {
		"S": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}], "Next": "Again"},
		"Again": {"Type": "Choice", "Choices": [{"Variable": "$.again", "BooleanEquals": true, "Next": "S"}], "Default": "Done"},
		"Done": {"Type": "Succeed"}}}`
	more, done := map[string]any{"again": true}, map[string]any{"again": false}
	x := execute(t, loop, `{}`, asl.Options{Handler: replies{"S": {throws("E"), returns(more), throws("E"), returns(done)}}})
	succeeds(t, x, `{"again": false}`)
}

func TestFullJitterStaysWithinTheDelay(t *testing.T) {
	retry := `[{"ErrorEquals": ["E"], "IntervalSeconds": 10, "BackoffRate": 2, "MaxAttempts": 3, "MaxDelaySeconds": 30, "JitterStrategy": "FULL"}]`
	bounds := []float64{10, 20, 30}
	seen := map[string]bool{}
	low, high := 1.0, 0.0
	for seed := range uint64(200) {
		x := execute(t, retrying(retry), `{}`, asl.Options{Seed: seed, Handler: replies{"S": failsTimes(4)}})
		calls := callTimes(x)
		for i, bound := range bounds {
			share := (calls[i+1] - calls[i]) / bound
			if share < 0 || share > 1 {
				t.Fatalf("seed %d: delay %d is %v of %v s", seed, i+1, share, bound)
			}
			low, high = min(low, share), max(high, share)
		}
		seen[fmt.Sprint(calls)] = true
	}
	if low > 0.05 || high < 0.95 || len(seen) < 150 {
		t.Errorf("delays spread over %v to %v of their bounds, in %d ways: want full jitter", low, high, len(seen))
	}
}

func TestSameSeedSameJitter(t *testing.T) {
	retry := `[{"ErrorEquals": ["E"], "JitterStrategy": "FULL"}]`
	run := func() *asl.Execution {
		return execute(t, retrying(retry), `{}`, asl.Options{Seed: 7, Handler: replies{"S": failsTimes(4)}})
	}
	if diff := cmp.Diff(run().History, run().History); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
}

func TestErrorEqualsMatching(t *testing.T) {
	hang := []reply{{Reply: asl.Reply{Hangs: true}}}
	beat := []reply{{Reply: asl.Reply{Duration: 30 * time.Second}}}
	for _, row := range []struct {
		why     string
		matcher string
		task    []reply
		caught  bool
	}{
		{"the name itself", "E", []reply{throws("E")}, true},
		{"names are case sensitive", "e", []reply{throws("E")}, false},
		{"names are not matched by prefix", "Lambda", []reply{throws("Lambda.Unknown")}, false},
		{"ALL matches what a task throws", "States.ALL", []reply{throws("E")}, true},
		{"ALL matches an error without a name", "States.ALL", []reply{throws("")}, true},
		{"TaskFailed matches what a task throws", "States.TaskFailed", []reply{throws("E")}, true},
		{"TaskFailed does not match a timeout", "States.TaskFailed", hang, false},
		{"Timeout matches a timeout", "States.Timeout", hang, true},
		{"ALL matches a timeout", "States.ALL", hang, true},
		{"TaskFailed does not match a missed heartbeat", "States.TaskFailed", beat, false},
		{"HeartbeatTimeout matches a missed heartbeat", "States.HeartbeatTimeout", beat, true},
		{"a missed heartbeat is a Timeout", "States.Timeout", beat, true},
		{"HeartbeatTimeout does not match a timeout", "States.HeartbeatTimeout", []reply{{Reply: asl.Reply{Hangs: true, Heartbeat: time.Second}}}, false},
		{"ALL does not match Runtime", "States.ALL", []reply{throws("States.Runtime")}, false},
		{"nothing matches Runtime", "States.Runtime", []reply{throws("States.Runtime")}, false},
		{"ALL matches a result over the limit, as recorded", "States.ALL", []reply{returns(string(make([]byte, 300_000)))}, true},
		{"DataLimitExceeded by name", "States.DataLimitExceeded", []reply{returns(string(make([]byte, 300_000)))}, true},
	} {
		t.Run(row.why, func(t *testing.T) {
			x := execute(t, `{"StartAt": "S", "States": {
				"S": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 60, "HeartbeatSeconds": 20, "End": true,
					"Catch": [{"ErrorEquals": ["`+row.matcher+`"], "Next": "Caught"}]},
				"Caught": {"Type": "Succeed"}}}`, `{}`, asl.Options{Handler: replies{"S": row.task}})
			if caught := x.Status == asl.Succeeded; caught != row.caught {
				t.Errorf("caught %v, want %v (%s: %s)", caught, row.caught, x.Error, x.Cause)
			}
		})
	}
}

func TestWildcardsDoNotMatchAPayloadOverTheLimit(t *testing.T) {
	// The input that the state makes for the task is too large, not the task's result.
	for matcher, want := range map[string]asl.Status{"States.ALL": asl.Failed, "States.TaskFailed": asl.Failed, "States.DataLimitExceeded": asl.Succeeded} {
		x := execute(t, `{"StartAt": "S", "States": {
			"S": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"a.$": "$.big", "b.$": "$.big"}, "End": true,
				"Catch": [{"ErrorEquals": ["`+matcher+`"], "ResultPath": null, "Next": "Caught"}]},
			"Caught": {"Type": "Succeed"}}}`, asl.Encode(map[string]any{"big": fmt.Sprintf("%0200000d", 0)}), asl.Options{Handler: echo})
		if x.Status != want {
			t.Errorf("%s: %s, want %s", matcher, x.Status, want)
		}
	}
}

func TestARetryIsATransition(t *testing.T) {
	x := execute(t, retrying(`[{"ErrorEquals": ["E"]}]`), `{}`, asl.Options{Handler: replies{"S": failsTimes(2)}})
	if x.Bill.Transitions != 3 || x.Bill.Calls["sns:publish"] != 3 {
		t.Errorf("bill %+v, want 3 transitions and 3 calls", x.Bill)
	}
}

func TestMisspelledErrorNames(t *testing.T) {
	definition := []byte(retrying(`[{"ErrorEquals": ["States.TimeOut", "States.Timeout", "Timeout", "States.Http.StatusCode.503"]}]`))
	_, err := asl.Load(definition)
	if got := faults(err); len(got) != 1 || !strings.HasPrefix(got[0], `state "S": Retry[0].ErrorEquals: unknown error name "States.TimeOut"; the names that start with States. are States.ALL, `) {
		t.Errorf("faults %q", got)
	}
	if _, err := asl.Load(definition, asl.Lenient()); err != nil {
		t.Error(err)
	}
}

func TestAFailStateMayRaiseAnErrorOfTheStates(t *testing.T) {
	parallel := func(fail, entry string) string {
		return one(`{"Type": "Parallel", "Branches": [{"StartAt": "F", "States": {"F": ` + fail + `}}, {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": true}}}],
			` + entry + `, "End": true}`)
	}
	catch := `"Catch": [{"ErrorEquals": ["States.Enough"], "ResultPath": null, "Next": "E"}]`
	done := func(definition string) string {
		return strings.Replace(definition, `"States": {"S"`, `"States": {"E": {"Type": "Succeed"}, "S"`, 1)
	}
	x := execute(t, done(parallel(`{"Type": "Fail", "Error": "States.Enough"}`, catch)), `{}`, asl.Options{})
	succeeds(t, x, `{}`)
	took(t, x, 0)
	x = execute(t, done(parallel(`{"Type": "Fail", "ErrorPath": "$.name"}`, catch)), `{"name": "States.Enough"}`, asl.Options{})
	succeeds(t, x, `{"name": "States.Enough"}`)
	x = execute(t, parallel(`{"Type": "Fail", "Error": "States.Enough", "Cause": "C"}`, `"Retry": [{"ErrorEquals": ["States.Enough"], "IntervalSeconds": 5, "MaxAttempts": 2, "BackoffRate": 1}]`), `{}`, asl.Options{})
	fails(t, x, "States.Enough", "C")
	took(t, x, 10*time.Second)
	for _, other := range []string{`{"Type": "Fail", "Error": "States.Enogh"}`, `{"Type": "Fail", "Cause": "C"}`} {
		if _, err := asl.Load([]byte(done(parallel(other, catch)))); err == nil || !strings.Contains(err.Error(), `unknown error name "States.Enough"`) {
			t.Errorf("%s: %v", other, err)
		}
	}
}

func TestRetryFaults(t *testing.T) {
	_, err := asl.Load([]byte(retrying(`[{"ErrorEquals": []}, {"ErrorEquals": ["States.ALL", "E"]}, {"ErrorEquals": ["A"], "IntervalSeconds": 0, "BackoffRate": 0.5,
		"MaxAttempts": -1, "JitterStrategy": "SOME"}, {"ErrorEquals": ["A"], "IntervalSeconds": 10, "MaxDelaySeconds": 10, "Delay": 1}]`)))
	want := []string{
		`state "S": Retry[0].ErrorEquals: must be a list of at least one error name, such as ["States.ALL"]`,
		`state "S": Retry[1].ErrorEquals: States.ALL must be the only name`,
		`state "S": Retry[2].IntervalSeconds: must be an integer from 1 to 99999999, got 0`,
		`state "S": Retry[2].MaxAttempts: must be an integer from 0 to 99999999, got -1`,
		`state "S": Retry[2].BackoffRate: must be a number of at least 1, got 0.5`,
		`state "S": Retry[2].JitterStrategy: must be one of NONE, FULL, got "SOME"`,
		`state "S": Retry[3].MaxDelaySeconds: must be greater than IntervalSeconds, which is 10, got 10`,
		`state "S": Retry[3].Delay: is not a field of a retrier`,
		`state "S": Retry: States.ALL must be in the last entry, but is in entry 2 of 4`,
	}
	if diff := cmp.Diff(want, faults(err)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func catching(catch string) string {
	return `{"StartAt": "S", "States": {
		"S": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "TimeoutSeconds": 5, "OutputPath": "$.never", "Catch": ` + catch + `, "End": true},
		"A": {"Type": "Pass", "Next": "End"}, "B": {"Type": "Pass", "Next": "End"}, "End": {"Type": "Succeed"}}}`
}

func TestCatch(t *testing.T) {
	for _, row := range []struct {
		why, catch string
		task       reply
		path       []string
		output     string
	}{
		{"the error output replaces the input", `[{"ErrorEquals": ["E"], "Next": "A"}, {"ErrorEquals": ["F"], "Next": "B"}]`, throws("E"),
			[]string{"S", "A", "End"}, `{"Error": "E", "Cause": "because"}`},
		{"the first catcher that matches", `[{"ErrorEquals": ["E"], "Next": "A"}, {"ErrorEquals": ["States.ALL"], "Next": "B"}]`, throws("F"),
			[]string{"S", "B", "End"}, `{"Error": "F", "Cause": "because"}`},
		{"ResultPath adds to the raw input, and OutputPath does not apply", `[{"ErrorEquals": ["E"], "ResultPath": "$.error", "Next": "A"}, {"ErrorEquals": ["F"], "Next": "B"}]`, throws("E"),
			[]string{"S", "A", "End"}, `{"in": 1, "error": {"Error": "E", "Cause": "because"}}`},
		{"ResultPath null drops the error", `[{"ErrorEquals": ["E"], "ResultPath": null, "Next": "A"}, {"ErrorEquals": ["F"], "Next": "B"}]`, throws("E"),
			[]string{"S", "A", "End"}, `{"in": 1}`},
		{"a timeout has an empty cause", `[{"ErrorEquals": ["States.Timeout"], "Next": "A"}, {"ErrorEquals": ["F"], "Next": "B"}]`, reply{Reply: asl.Reply{Hangs: true}},
			[]string{"S", "A", "End"}, `{"Error": "States.Timeout", "Cause": ""}`},
		{"no name and no cause are null", `[{"ErrorEquals": ["E"], "Next": "A"}, {"ErrorEquals": ["States.ALL"], "Next": "B"}]`, reply{err: &asl.Error{}},
			[]string{"S", "B", "End"}, `{"Error": null, "Cause": null}`},
	} {
		t.Run(row.why, func(t *testing.T) {
			x := execute(t, catching(row.catch), `{"in": 1}`, asl.Options{Handler: replies{"S": {row.task}}})
			succeeds(t, x, row.output)
			if diff := cmp.Diff(row.path, x.Path()); diff != "" {
				t.Errorf("path (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoCatcherMatches(t *testing.T) {
	x := execute(t, catching(`[{"ErrorEquals": ["F"], "Next": "A"}, {"ErrorEquals": ["G"], "Next": "B"}]`), `{}`, asl.Options{Handler: replies{"S": {throws("E")}}})
	fails(t, x, "E", "because")
	want := []string{"ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskFailed", "ExecutionFailed"}
	if diff := cmp.Diff(want, types(x)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestCatchComesAfterRetry(t *testing.T) {
	definition := `{"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
		"Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 2}], "Catch": [{"ErrorEquals": ["E"], "Next": "C"}]}, "C": {"Type": "Succeed"}}}`
	x := execute(t, definition, `{}`, asl.Options{Handler: replies{"S": failsTimes(3)}})
	succeeds(t, x, `{"Error": "E", "Cause": "because"}`)
	if x.Bill.Calls["sns:publish"] != 3 {
		t.Errorf("%d calls, want 3", x.Bill.Calls["sns:publish"])
	}
}

func TestCatchJSONata(t *testing.T) {
	definition := `{"QueryLanguage": "JSONata", "StartAt": "S", "States": {
		"S": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Assign": {"v": "never"}, "End": true, "Catch": [
			{"ErrorEquals": ["E"], "Assign": {"v": "{% $states.errorOutput.Error %}"}, "Output": {"in": "{% $states.input.in %}", "e": "{% $states.errorOutput %}"}, "Next": "C"},
			{"ErrorEquals": ["States.ALL"], "Next": "D"}]},
		"C": {"Type": "Pass", "Output": {"v": "{% $v %}", "input": "{% $states.input %}"}, "Next": "D"}, "D": {"Type": "Succeed"}}}`
	x := execute(t, definition, `{"in": 1}`, asl.Options{Handler: replies{"S": {throws("E")}}})
	succeeds(t, x, `{"v": "E", "input": {"in": 1, "e": {"Error": "E", "Cause": "because"}}}`)
	x = execute(t, definition, `{"in": 1}`, asl.Options{Handler: replies{"S": {throws("F")}}})
	succeeds(t, x, `{"Error": "F", "Cause": "because"}`)
}

func TestAFailedAttemptAssignsNothing(t *testing.T) {
	// Assign succeeds, then Output fails.
	definition := `{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "S"},
		"S": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Assign": {"v": 2}, "Output": "{% $states.result.none %}", "End": true,
			"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}]}, "C": {"Type": "Succeed", "Output": "{% $v %}"}}}`
	succeeds(t, execute(t, definition, `{}`, asl.Options{Handler: echo}), `1`)
}

func TestAFailedExpressionIsCaughtAndRecorded(t *testing.T) {
	definition := `{"QueryLanguage": "JSONata", "StartAt": "S", "States": {
		"S": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": {"a": [1, "{% $states.input.none %}"]}, "End": true,
			"Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Output": "caught", "Next": "C"}]}, "C": {"Type": "Succeed"}}}`
	x := execute(t, definition, `{}`, asl.Options{Handler: echo})
	succeeds(t, x, `"caught"`)
	got := x.History[2].Details
	want := &asl.EvaluationFailed{Error: "States.QueryEvaluationError", State: "S", Location: "Arguments/a[1]",
		Cause: "An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '$states.input.none' specified for the field 'Arguments/a[1]' returned nothing (undefined)."}
	if diff := cmp.Diff(asl.Details(want), got); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

func TestResultPathThatCannotBeApplied(t *testing.T) {
	x := execute(t, one(`{"Type": "Pass", "Result": 1, "ResultPath": "$.a.b", "End": true}`), `{"a": 5}`, asl.Options{})
	fails(t, x, "States.ResultPathMatchFailure",
		"An error occurred while executing the state 'S' (entered at the event id #2). Unable to apply ReferencePath $.a.b to input {\"a\":5}")
}
