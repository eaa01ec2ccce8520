package asl_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

func task(fields string) string {
	return one(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true` + fields + `}`)
}

func TestTaskDataFlow(t *testing.T) {
	for _, row := range []struct {
		why, fields, input, effective, output string
	}{
		{"no fields: the input goes in, the result comes out", ``, `{"a": 1}`, `{"a": 1}`, `{"r": {"x": 5}}`},
		{"InputPath selects", `, "InputPath": "$.a"`, `{"a": {"b": 1}}`, `{"b": 1}`, `{"r": {"x": 5}}`},
		{"InputPath null is an empty object", `, "InputPath": null`, `{"a": 1}`, `{}`, `{"r": {"x": 5}}`},
		{"Parameters see what InputPath selected", `, "InputPath": "$.a", "Parameters": {"v.$": "$.b"}`, `{"a": {"b": 1}}`, `{"v": 1}`, `{"r": {"x": 5}}`},
		{"ResultSelector sees the result", `, "ResultSelector": {"y.$": "$.r.x"}`, `{}`, `{}`, `{"y": 5}`},
		{"ResultPath adds to the raw input", `, "InputPath": "$.a", "ResultPath": "$.a.result"`, `{"a": {"b": 1}}`, `{"b": 1}`, `{"a": {"b": 1, "result": {"r": {"x": 5}}}}`},
		{"ResultPath null drops the result", `, "ResultPath": null`, `{"a": 1}`, `{"a": 1}`, `{"a": 1}`},
		{"OutputPath selects last", `, "ResultPath": "$.t", "OutputPath": "$.t.r"`, `{}`, `{}`, `{"x": 5}`},
		{"OutputPath null is an empty object", `, "OutputPath": null`, `{}`, `{}`, `{}`},
	} {
		t.Run(row.why, func(t *testing.T) {
			var got any
			x := execute(t, task(row.fields), row.input, asl.Options{Handler: asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
				got = task.Input
				return asl.Reply{Output: decode(t, `{"r": {"x": 5}}`)}, nil
			})})
			succeeds(t, x, row.output)
			if diff := cmp.Diff(decode(t, row.effective), got); diff != "" {
				t.Errorf("effective input (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTaskDataFlowJSONata(t *testing.T) {
	x := execute(t, oneJSONata(`{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
		"Arguments": {"v": "{% $states.input.a + 1 %}", "plain": "$states"}, "Assign": {"seen": "{% $states.result.v %}"},
		"Output": {"was": "{% $states.input.a %}", "is": "{% $states.result.v %}"}}`), `{"a": 1}`, asl.Options{Handler: echo})
	succeeds(t, x, `{"was": 1, "is": 2}`)
	exited := x.History[len(x.History)-2].Details.(*asl.StateExited)
	if diff := cmp.Diff(value.NewObject(1).With("seen", 2.0), exited.AssignedVariables); diff != "" {
		t.Errorf("assigned (-want +got):\n%s", diff)
	}
}

func TestWhatTheHandlerGets(t *testing.T) {
	start := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	var got []asl.Task
	definition := `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 30, "Next": "S"},
		"S": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": {"token.$": "$$.Task.Token"},
			"Credentials": {"RoleArn.$": "$.role"}, "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 4}], "End": true}}}`
	execute(t, definition, `{"role": "arn:aws:iam::1:role/r"}`, asl.Options{Start: start, Name: "run-1", StateMachine: asl.StateMachine{Name: "m"},
		Handler: asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
			got = append(got, *task)
			if len(got) == 1 {
				return asl.Reply{}, &asl.Error{Name: "E"}
			}
			return asl.Reply{}, nil
		})})
	if len(got) != 2 {
		t.Fatalf("%d calls, want 2", len(got))
	}
	first, second := got[0], got[1]
	if first.Attempt != 1 || second.Attempt != 2 {
		t.Errorf("attempts %d and %d, want 1 and 2", first.Attempt, second.Attempt)
	}
	if !first.Now.Equal(start.Add(30*time.Second)) || !second.Now.Equal(start.Add(34*time.Second)) {
		t.Errorf("called at %v and %v", first.Now, second.Now)
	}
	if first.Token == "" || first.Token == second.Token {
		t.Errorf("tokens %q and %q: each attempt needs its own", first.Token, second.Token)
	}
	if input := asl.Encode(second.Input); input != `{"token":"`+second.Token+`"}` {
		t.Errorf("input %s, want the token %s", input, second.Token)
	}
	want := asl.Task{State: "S", Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken", Attempt: 1, ExecutionName: "run-1",
		ExecutionARN: "arn:aws:states:us-east-1:123456789012:execution:m:run-1", Credentials: value.NewObject(1).With("RoleArn", "arn:aws:iam::1:role/r")}
	first.Now, first.Token, first.Input = time.Time{}, "", nil
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("task (-want +got):\n%s", diff)
	}
}

func TestAForeignErrorAbortsRun(t *testing.T) {
	boom := errors.New("boom")
	x, err := load(t, task(`, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "S"}]`)).Run(context.Background(), nil, asl.Options{
		Handler: asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) { return asl.Reply{}, boom })})
	if x != nil || !errors.Is(err, boom) || err.Error() != `state "S": boom` {
		t.Errorf("execution %v, error %v: want the handler's error with the state's name", x, err)
	}
}

func TestHandlersMayReturnAnyJSONValue(t *testing.T) {
	type answer struct {
		Risk float64 `json:"risk"`
	}
	x := execute(t, task(`, "ResultPath": "$.r"`), `{}`, asl.Options{Handler: replies{"S": {returns([]answer{{0.5}})}}})
	succeeds(t, x, `{"r": [{"risk": 0.5}]}`)
	_, err := load(t, task(``)).Run(context.Background(), struct{ A int }{1}, asl.Options{Handler: replies{"S": {returns(func() {})}}})
	if err == nil || !strings.HasPrefix(err.Error(), `state "S": the handler's output cannot be encoded as JSON: `) {
		t.Errorf("error %v", err)
	}
}

func TestTimeouts(t *testing.T) {
	second := time.Second
	for _, row := range []struct {
		why    string
		fields string
		reply  asl.Reply
		status asl.Status
		took   time.Duration
	}{
		{"in time", `, "TimeoutSeconds": 10`, asl.Reply{Duration: 9 * second}, asl.Succeeded, 9 * second},
		{"exactly in time", `, "TimeoutSeconds": 10`, asl.Reply{Duration: 10 * second}, asl.Succeeded, 10 * second},
		{"too late", `, "TimeoutSeconds": 10`, asl.Reply{Duration: 10*second + 1}, asl.Failed, 10 * second},
		{"never", `, "TimeoutSeconds": 10`, asl.Reply{Hangs: true}, asl.Failed, 10 * second},
		{"by path", `, "TimeoutSecondsPath": "$.seconds"`, asl.Reply{Hangs: true}, asl.Failed, 7 * second},
		{"a missed heartbeat", `, "TimeoutSeconds": 10, "HeartbeatSeconds": 3`, asl.Reply{Duration: 9 * second}, asl.Failed, 3 * second},
		{"heartbeat by path", `, "TimeoutSeconds": 10, "HeartbeatSecondsPath": "$.beat"`, asl.Reply{Duration: 9 * second}, asl.Failed, 2 * second},
		{"heartbeats in time", `, "TimeoutSeconds": 10, "HeartbeatSeconds": 3`, asl.Reply{Duration: 9 * second, Heartbeat: 3 * second}, asl.Succeeded, 9 * second},
		{"heartbeats too rare", `, "TimeoutSeconds": 10, "HeartbeatSeconds": 3`, asl.Reply{Duration: 9 * second, Heartbeat: 4 * second}, asl.Failed, 3 * second},
		{"heartbeats do not delay the timeout", `, "TimeoutSeconds": 10, "HeartbeatSeconds": 3`, asl.Reply{Hangs: true, Heartbeat: second}, asl.Failed, 10 * second},
		{"done before the first heartbeat is due", `, "TimeoutSeconds": 10, "HeartbeatSeconds": 3`, asl.Reply{Duration: 3 * second}, asl.Succeeded, 3 * second},
		{"no timeout: it may take any time", ``, asl.Reply{Duration: 1000 * time.Hour}, asl.Succeeded, 1000 * time.Hour},
		{"no timeout: the execution ends first", ``, asl.Reply{Hangs: true}, asl.TimedOut, 365 * 24 * time.Hour},
	} {
		t.Run(row.why, func(t *testing.T) {
			x := execute(t, task(row.fields), `{"seconds": 7, "beat": 2}`, asl.Options{
				Handler: asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) { return row.reply, nil })})
			if x.Status != row.status || row.status == asl.Failed && x.Error != asl.ErrTimeout {
				t.Errorf("%s %s, want %s", x.Status, x.Error, row.status)
			}
			took(t, x, row.took)
		})
	}
}

func TestInvalidTimeouts(t *testing.T) {
	for path, cause := range map[string]string{
		"$.none":  "Invalid path '$.none' : No results for path: $['none']",
		"$.text":  `The TimeoutSecondsPath field refers to value "soon" which is not a valid integer: $.text`,
		"$.half":  `The TimeoutSecondsPath field refers to value "1.5" which is not a valid integer: $.half`,
		"$.minus": "TimeoutSecondsPath must be between 1 and 99999999, but was -1.",
	} {
		x := execute(t, task(`, "TimeoutSecondsPath": "`+path+`"`), `{"text": "soon", "half": 1.5, "minus": -1}`, asl.Options{Handler: echo})
		fails(t, x, asl.ErrRuntime, "An error occurred while executing the state 'S' (entered at the event id #2). "+cause)
	}
}

func TestTimeoutByExpression(t *testing.T) {
	state := `{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true, "TimeoutSeconds": "{% $states.input.t %}"}`
	x := execute(t, oneJSONata(state), `{"t": 4}`, asl.Options{Handler: hangs})
	fails(t, x, asl.ErrTimeout, "")
	took(t, x, 4*time.Second)
	x = execute(t, oneJSONata(state), `{"t": "soon"}`, asl.Options{Handler: hangs})
	fails(t, x, asl.ErrQueryEvaluation, "An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '$states.input.t' "+
		"specified for the field 'TimeoutSeconds' returned an unexpected result type. Expected 'integer', but was 'string' for value: \"soon\"")
}

func TestAFailingTaskTakesTime(t *testing.T) {
	x := execute(t, task(`, "TimeoutSeconds": 10`), `{}`, asl.Options{Handler: asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) {
		return asl.Reply{Duration: 6 * time.Second}, &asl.Error{Name: "E"}
	})})
	fails(t, x, "E", "")
	took(t, x, 6*time.Second)
}

func TestTaskEvents(t *testing.T) {
	for _, row := range []struct {
		resource string
		want     []string
	}{
		{"arn:aws:states:::sns:publish", []string{"TaskScheduled", "TaskStarted", "TaskSucceeded"}},
		{"arn:aws:states:::sqs:sendMessage.waitForTaskToken", []string{"TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"}},
		{"arn:aws:states:::elasticmapreduce:addStep.sync", []string{"TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"}},
		{"arn:aws:lambda:us-east-1:123456789012:function:f", []string{"LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"}},
		{"arn:aws:states:us-east-1:123456789012:activity:a", []string{"ActivityScheduled", "ActivityStarted", "ActivitySucceeded"}},
	} {
		definition := one(`{"Type": "Task", "Resource": "` + row.resource + `", "End": true}`)
		x := execute(t, definition, `{}`, asl.Options{Handler: echo})
		want := append(append([]string{"ExecutionStarted", "TaskStateEntered"}, row.want...), "TaskStateExited", "ExecutionSucceeded")
		if diff := cmp.Diff(want, types(x)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.resource, diff)
		}
		prefix := strings.TrimSuffix(row.want[0], "Scheduled")
		for what, handler := range map[string]asl.Handler{"TimedOut": hangs, "Failed": replies{"S": {throws("E")}}} {
			x := execute(t, strings.Replace(definition, `"End"`, `"TimeoutSeconds": 5, "End"`, 1), `{}`, asl.Options{Handler: handler})
			if got := x.History[len(x.History)-2].Type; got != prefix+what {
				t.Errorf("%s: event %s, want %s", row.resource, got, prefix+what)
			}
		}
	}
}

func TestTaskFaults(t *testing.T) {
	_, err := asl.Load([]byte(one(`{"Type": "Task", "TimeoutSeconds": 5, "HeartbeatSeconds": 5, "Arguments": {}, "ResultPath": "$$.x", "Next": "S", "End": true}`)))
	want := []string{
		`state "S": Resource: is missing`,
		`state "S": Next: cannot be combined with "End": true`,
		`state "S": HeartbeatSeconds: must be less than TimeoutSeconds, which is 5, got 5`,
		`state "S": ResultPath: must be a reference path into the state's input, such as $.result, got "$$.x"`,
		`state "S": Arguments: is a field of JSONata, but the state's query language is JSONPath: use Parameters`,
	}
	if diff := cmp.Diff(want, faults(err)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
