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
	case "StartEMRJob":
		return asl.Reply{Output: map[string]any{"Step": map[string]any{"Id": "s-1"}}}, nil
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
	return startServerWith(t, asl_serve.Config{Services: asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) { return perform(task) })})
}

func startServerWith(t *testing.T, c asl_serve.Config) *deployed {
	t.Helper()
	c.Time = asl_serve.Virtual
	server, err := asl_serve.New(c)
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
