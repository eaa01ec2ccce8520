package operate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve"
	"clinical-risk-pipeline/internal/operate"
)

// secret is subject data: it must appear nowhere.
const secret = "secret-4711"

// scene is Step Functions on this machine, with the SDK's client in front of it.
type scene struct {
	*testing.T
	server *serve.Server
	aws    *operate.AWS
	clock  *clock
	calls  []string                                           // the operations, in order
	bodies []string                                           // what the client sent
	fault  func(operation string, w http.ResponseWriter) bool // answers instead of the server where it returns true
	said   []string
	mu     sync.Mutex // protects calls and bodies
}

// made returns the number of calls.
func (s *scene) made() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

// clock is a clock that only Sleep moves.
type clock struct {
	now    time.Time
	slept  []time.Duration
	asleep func(d time.Duration) error // happens during a sleep. Default: nothing
}

func (c *clock) Now() time.Time { return c.now }

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	if c.asleep != nil {
		if err := c.asleep(d); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// newScene starts Step Functions, whose tasks the handler performs.
func newScene(t *testing.T, handler asl.Handler) *scene {
	t.Helper()
	server, err := serve.New(serve.Config{Time: serve.Virtual, Services: handler})
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{T: t, server: server, clock: &clock{now: time.Now()}}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	s.aws = operate.New(aws.Config{
		Region: "us-east-1", BaseEndpoint: &web.URL, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	}, operate.Options{Clock: s.clock})
	s.aws.Say = func(text string) { s.said = append(s.said, text) }
	return s
}

// ServeHTTP implements http.Handler.
func (s *scene) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	s.mu.Lock() // A connection that is hung up tells the client nothing of when the handler was done.
	s.calls = append(s.calls, operation)
	body, _ := io.ReadAll(r.Body) // of a test
	s.bodies = append(s.bodies, string(body))
	r.Body = io.NopCloser(bytes.NewReader(body))
	answered := s.fault != nil && s.fault(operation, w)
	s.mu.Unlock()
	if answered {
		return
	}
	s.server.ServeHTTP(w, r)
}

// refuse answers as AWS does.
func refuse(w http.ResponseWriter, code string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprintf(w, `{"__type": %q, "message": "about %s"}`, code, secret)
}

// hangUp ends the connection without an answer.
func hangUp(w http.ResponseWriter) {
	if connection, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = connection.Close()
	}
}

// call performs an operation of the server without the client.
func (s *scene) call(operation string, request map[string]any) map[string]any {
	s.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		s.Fatal(err)
	}
	r := httptest.NewRequestWithContext(s.Context(), http.MethodPost, "/", strings.NewReader(string(body)))
	r.Header.Set("X-Amz-Target", "AWSStepFunctions."+operation)
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		s.Fatalf("%s: %v: %s", operation, err, w.Body)
	}
	return answer
}

// deploy creates a state machine with a version and its alias live.
func (s *scene) deploy(definition, digest string) operate.Machine {
	s.Helper()
	created := s.call("CreateStateMachine", map[string]any{
		"name": "risk", "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/test", "publish": true,
		"tags": []any{map[string]any{"key": "definition-digest", "value": digest}},
	})
	alias := s.call("CreateStateMachineAlias", map[string]any{
		"name": operate.Live, "routingConfiguration": []any{map[string]any{"stateMachineVersionArn": created["stateMachineVersionArn"], "weight": 100}},
	})
	m, err := operate.ParseMachine(alias["stateMachineAliasArn"].(string))
	if err != nil {
		s.Fatal(err)
	}
	return m
}

// start starts an execution, and returns its ARN.
func (s *scene) start(m operate.Machine, name, input string) string {
	s.Helper()
	started, err := (&operate.Starter{AWS: s.aws, Alias: m.Alias}).Start(s.Context(), operate.Request{Name: name, Input: input})
	if err != nil {
		s.Fatal(err)
	}
	return started.Execution
}

// run starts an execution, and waits for its end.
func (s *scene) run(m operate.Machine, name, input string) string {
	s.Helper()
	arn := s.start(m, name, input)
	s.ended(arn)
	return arn
}

// handler performs the tasks of all tests.
func handler(call func(*asl.Task) (asl.Reply, error)) asl.Handler {
	return asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) { return call(task) })
}

// succeed performs every task.
var succeed = handler(func(task *asl.Task) (asl.Reply, error) { return asl.Reply{Output: task.Input}, nil })

// pipeline is a definition with the states of a pipeline: a model that retries, and an alert.
const pipeline = `{"StartAt": "InvokeModel", "States": {
	"InvokeModel": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint", "Next": "NotifyTeam",
		"Retry": [{"ErrorEquals": ["SageMakerRuntime.Busy"], "MaxAttempts": 3, "IntervalSeconds": 1}]},
	"NotifyTeam": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Next": "End"},
	"End": {"Type": "Succeed"}}}`

// wantNoData checks that nothing of a subject is in what a person sees.
func wantNoData(t *testing.T, seen any) {
	t.Helper()
	text, err := json.Marshal(seen)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), secret) {
		t.Errorf("subject data is in %s", text)
	}
}

// ended waits until an execution has ended.
func (s *scene) ended(arn string) {
	s.Helper()
	for s.call("DescribeExecution", map[string]any{"executionArn": arn})["status"] == "RUNNING" {
		time.Sleep(time.Millisecond)
	}
}
