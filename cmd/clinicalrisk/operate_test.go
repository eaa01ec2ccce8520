package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	asl_serve "clinical-risk-pipeline/asl/serve"
	"clinical-risk-pipeline/internal/operate"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/local/assembly"
)

// deployed is an account with the pipeline of the test assembly.
type deployed struct {
	*testing.T
	server *asl_serve.Server
	url    string
	alias  string
	fault  func(operation string, w http.ResponseWriter) bool // answers instead of the server where it returns true
	calls  []string
	clock  *jumpingClock
}

// jumpingClock is a clock that only Sleep moves.
type jumpingClock struct {
	now    time.Time
	asleep func() error
}

func (c *jumpingClock) Now() time.Time { return c.now }

func (c *jumpingClock) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	if c.asleep != nil {
		if err := c.asleep(); err != nil {
			return err
		}
	}
	time.Sleep(time.Millisecond) // The server works meanwhile.
	return ctx.Err()
}

// answerTasks performs the tasks of the test assembly. The model answers with the score of the subject's features.
func answerTasks(task *asl.Task) (asl.Reply, error) {
	switch task.State {
	case "InvokeModel":
		if strings.Contains(asl.Encode(task.Input), "broken") {
			return asl.Reply{}, &asl.Error{Name: "SageMakerRuntime.ModelErrorException", Cause: "secret (Service: SageMakerRuntime, Status Code: 424, Request ID: r-1)"}
		}
		return asl.Reply{Output: map[string]any{"Body": `{"risk_score": 0.9}`}}, nil
	case "NotifyTeam":
		return asl.Reply{Output: map[string]any{"MessageId": "m-1"}}, nil
	}
	return asl.Reply{Output: map[string]any{}}, nil
}

// deploy deploys the dev pipeline of the test assembly.
func deploy(t *testing.T, perform func(*asl.Task) (asl.Reply, error)) *deployed {
	t.Helper()
	a, err := assembly.Open(testAssembly)
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.StateMachine("dev", assembly.OneSubject)
	if err != nil {
		t.Fatal(err)
	}
	d := startServer(t, perform)
	d.create(string(m.Definition), m.Digest)
	return d
}

func startServer(t *testing.T, perform func(*asl.Task) (asl.Reply, error)) *deployed {
	t.Helper()
	server, err := asl_serve.New(asl_serve.Config{Time: asl_serve.Virtual, Services: asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) { return perform(task) })})
	if err != nil {
		t.Fatal(err)
	}
	d := &deployed{T: t, server: server, clock: &jumpingClock{now: time.Now()}}
	web := httptest.NewServer(d)
	t.Cleanup(func() {
		web.Close()
		_ = server.Close()
	})
	d.url = web.URL
	was := operateClock
	operateClock = d.clock
	t.Cleanup(func() { operateClock = was })
	signIn(t, "AKIATEST", "secret")
	return d
}

// create creates the state machine with its alias.
func (d *deployed) create(definition, digest string) {
	d.Helper()
	created := d.call("CreateStateMachine", map[string]any{"name": "risk", "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r", "publish": true,
		"tags": []any{map[string]any{"key": "definition-digest", "value": digest}}})
	alias := d.call("CreateStateMachineAlias", map[string]any{"name": "live", "routingConfiguration": []any{map[string]any{"stateMachineVersionArn": created["stateMachineVersionArn"], "weight": 100}}})
	d.alias = alias["stateMachineAliasArn"].(string)
}

// ServeHTTP implements http.Handler.
func (d *deployed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	d.calls = append(d.calls, operation)
	if d.fault != nil && d.fault(operation, w) {
		_, _ = io.Copy(io.Discard, r.Body)
		return
	}
	d.server.ServeHTTP(w, r)
}

func (d *deployed) call(operation string, request map[string]any) map[string]any {
	d.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		d.Fatal(err)
	}
	r := httptest.NewRequestWithContext(d.Context(), http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("X-Amz-Target", "AWSStepFunctions."+operation)
	w := httptest.NewRecorder()
	d.server.ServeHTTP(w, r)
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		d.Fatalf("%s: %v: %s", operation, err, w.Body)
	}
	return answer
}

// operate runs a command of the operator against the account.
func (d *deployed) operate(arguments ...string) (code int, stdout, stderr string) {
	d.Helper()
	arguments = append(arguments, "--endpoint-url", d.url)
	switch arguments[0] {
	case "start":
		arguments = append(arguments, "--alias", d.alias, "--assembly", testAssembly)
	case "list":
		arguments = append(arguments, "--alias", d.alias)
	}
	code, stdout, stderr = clinicalrisk(d.T, "", arguments...)
	for _, text := range []string{"secret", "goroutine", "0.9"} {
		if strings.Contains(stdout+stderr, text) {
			d.Errorf("%v printed %q:\n%s%s", arguments, text, stdout, stderr)
		}
	}
	return code, stdout, stderr
}

// want checks an exit code, and parts of both outputs.
func (d *deployed) want(code, want int, stdout, stderr string, parts ...string) {
	d.Helper()
	if code != want {
		d.Errorf("exit code %d, want %d\n%s%s", code, want, stdout, stderr)
	}
	for _, part := range parts {
		if !strings.Contains(stdout+stderr, part) {
			d.Errorf("%q is not in\n%s%s", part, stdout, stderr)
		}
	}
}

// starts counts the executions.
func (d *deployed) starts() int {
	d.Helper()
	return len(d.call("ListExecutions", map[string]any{"stateMachineArn": strings.TrimSuffix(d.alias, ":live")})["executions"].([]any))
}

// broken is an input whose model invocation fails.
func broken(subject string) string {
	return fmt.Sprintf(`{"subject": %q, "trialId": "T-1", "transformed_features": {"marker": "broken secret"}}`+"\n", subject)
}

const executionPrefix = "arn:aws:states:us-east-1:123456789012:execution:risk:"

func TestStartAndWatchOne(t *testing.T) {
	d := deploy(t, answerTasks)
	code, stdout, stderr := d.operate("start", "--name", "one", "--wait", write(t, "in.jsonl", input("S-1")))
	d.want(code, program.ExitOK, stdout, stderr, executionPrefix+"one", "SUCCEEDED")
	code, stdout, stderr = d.operate("start", "--name", "two", "--wait", "--json", write(t, "in.jsonl", broken("S-1")))
	d.want(code, program.ExitFailed, stdout, stderr)
	var o operate.Outcome
	if err := json.Unmarshal([]byte(stdout), &o); err != nil || o.LastState != "InvokeModel" || o.Error != "SageMakerRuntime.ModelErrorException" || o.Cause != "Service: SageMakerRuntime, Status Code: 424, Request ID: r-1" || stderr != "" {
		t.Errorf("%v, outcome %s%s", err, stdout, stderr)
	}
	code, again, stderr := d.operate("watch", "--json", executionPrefix+"two")
	d.want(code, program.ExitFailed, again, stderr)
	if again != stdout {
		t.Errorf("watched again\n%s\nwant\n%s", again, stdout)
	}
}

func TestStartAFile(t *testing.T) {
	d := deploy(t, answerTasks)
	file := write(t, "in.jsonl", input("S-1")+broken("S-2")+input("S-3"))
	code, stdout, stderr := d.operate("start", "--name", "night", file)
	d.want(code, program.ExitOK, stdout, stderr, "Started 3 executions", "clinicalrisk watch --started night")
	code, stdout, stderr = d.operate("watch", "--started", "night", "--alias", d.alias)
	d.want(code, program.ExitFailed, stdout, stderr, "3 executions: 2 succeeded, 1 failed", "night-000002  FAILED SageMakerRuntime.ModelErrorException in InvokeModel")
	code, stdout, stderr = d.operate("start", "--name", "night", file)
	d.want(code, program.ExitOK, stdout, stderr, "Started 0 executions; 3 executions started before")
	if n := d.starts(); n != 3 {
		t.Errorf("%d executions", n)
	}
	code, stdout, stderr = d.operate("list", "--failed")
	d.want(code, program.ExitOK, stdout, stderr, "night-000002")
	if strings.Contains(stdout, "night-000001") {
		t.Errorf("lists\n%s", stdout)
	}
	if strings.Contains(stdout, "S-2") {
		t.Error("a name has the id of a subject")
	}
}

// Nothing starts unless everything is right.
func TestNothingStarts(t *testing.T) {
	d := deploy(t, answerTasks)
	good := write(t, "in.jsonl", input("S-1"))
	test := `{"subject": "S-9", "trialId": "T-1", "test": true, "transformed_features": {}}` + "\n"
	for reason, row := range map[string]struct {
		arguments []string
		want      string
	}{
		"a line that is wrong":    {[]string{write(t, "a.jsonl", input("S-1")+"{}\n")}, ":2: "},
		"an input that is large":  {[]string{write(t, "b.jsonl", `{"subject": "S-1", "trialId": "T-1", "transformed_features": {"a": "`+strings.Repeat("x", 256<<10)+`"}}`+"\n")}, "Step Functions accepts at most 262144"},
		"a test without a name":   {[]string{"--name", "night", write(t, "c.jsonl", test)}, "begin --name with smoke-"},
		"a name without a test":   {[]string{"--name", "smoke-1", good}, "give both or none"},
		"a test among others":     {[]string{write(t, "d.jsonl", input("S-1")+test)}, "1 of 2 inputs have"},
		"no pipeline":             {[]string{"--environment", "empty", good}, "no state machine"},
		"a cohort":                {[]string{"--trial", "T-1", "--any-definition"}, "scores one subject: start it with a file"},
		"an unknown environment":  {[]string{"--environment", "nowhere", good}, `no environment "nowhere"`},
		"both":                    {[]string{"--trial", "T-1", good}, "use either <file> or --trial"},
		"neither":                 {nil, `expected "<file>" or --trial ID`},
		"a cut of no cohort":      {[]string{"--cut", "2026-01-01", good}, "--cut requires --trial"},
		"a cut that is no day":    {[]string{"--trial", "T-1", "--cut", "1.1.2026"}, "--cut must be a day"},
		"a cut that is to come":   {[]string{"--trial", "T-1", "--cut", "2999-01-01"}, "--cut must not be after today"},
		"a trial that is no id":   {[]string{"--trial", "a/b"}, "--trial must have 1 to 64"},
		"a rate of nothing":       {[]string{"--rate", "0", good}, "--rate must be above 0"},
		"a long name for several": {[]string{"--name", strings.Repeat("a", 80), write(t, "e.jsonl", input("S-1")+input("S-2"))}, "at most 73 characters"},
	} {
		code, stdout, stderr := d.operate(append([]string{"start"}, row.arguments...)...)
		if code != program.ExitUsage || stdout != "" || !strings.Contains(stderr, row.want) || strings.Contains(stderr, "secret") {
			t.Errorf("%s: exit code %d, %s%s, want %q", reason, code, stdout, stderr, row.want)
		}
	}
	d.url = "localhost"
	code, stdout, stderr := d.operate("start", good)
	d.want(code, program.ExitUsage, stdout, stderr, "--endpoint-url must be a URL")
	if n := d.starts(); n != 0 {
		t.Errorf("%d executions", n)
	}
}

// What the assembly does not have is not started, unless the person says so.
func TestAnotherDefinition(t *testing.T) {
	d := startServer(t, answerTasks)
	d.create(`{"StartAt": "InvokeModel", "States": {"InvokeModel": {"Type": "Pass", "End": true}}}`, "other")
	good := write(t, "in.jsonl", input("S-1"))
	code, stdout, stderr := d.operate("start", good)
	d.want(code, program.ExitUsage, stdout, stderr, "the alias starts another definition than the assembly has: 1 of risk has not the digest ", "start with --any-definition")
	if n := d.starts(); n != 0 {
		t.Errorf("%d executions", n)
	}
	code, stdout, stderr = d.operate("start", "--any-definition", "--name", "told", good)
	d.want(code, program.ExitOK, stdout, stderr, "Started 1 execution\n", "clinicalrisk watch "+executionPrefix+"told")
}

// A data cut is claimed by the pipeline, whatever the name of the second execution.
func TestACutIsScoredOnce(t *testing.T) {
	claimed := map[string]bool{}
	d := startServer(t, func(task *asl.Task) (asl.Reply, error) {
		if claim := asl.Encode(task.Input); task.State == "ClaimCut" {
			if claimed[claim] {
				return asl.Reply{}, &asl.Error{Name: "DynamoDB.ConditionalCheckFailedException"}
			}
			claimed[claim] = true
		}
		return asl.Reply{Output: map[string]any{}}, nil
	})
	d.create(`{"QueryLanguage": "JSONata", "Comment": "SYN-1", "StartAt": "ClaimCut", "States": {
		"ClaimCut": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem", "Arguments": {"Cut": "{% $states.input.cutDate %}"}, "Next": "ScoreCohort",
			"Catch": [{"ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "Next": "AlreadyScored"}]},
		"ScoreCohort": {"Type": "Pass", "End": true},
		"AlreadyScored": {"Type": "Fail", "Error": "AlreadyScored", "Cause": "{% 'Another execution claimed the data cut.' %}"}}}`, "d")
	for i, row := range []struct {
		cut  string
		code int
		want string
	}{{"2026-01-01", program.ExitOK, "SUCCEEDED"}, {"2026-01-01", program.ExitFailed, "Another execution claimed the data cut."}, {"2026-01-02", program.ExitOK, "SUCCEEDED"}} {
		code, stdout, stderr := d.operate("start", "--trial", "SYN-1", "--cut", row.cut, "--name", fmt.Sprint("run-", i), "--any-definition", "--wait")
		d.want(code, row.code, stdout, stderr, row.want)
	}
	code, stdout, stderr := d.operate("start", "--trial", "SYN-2", "--any-definition")
	d.want(code, program.ExitUsage, stdout, stderr, "risk is not the state machine of the trial SYN-2")
	code, stdout, stderr = d.operate("start", "--any-definition", write(t, "in.jsonl", input("S-1")))
	d.want(code, program.ExitUsage, stdout, stderr, "start it with --trial ID")
}
