package serve_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
)

// role is the role of every machine of the tests.
const role = "arn:aws:iam::123456789012:role/test"

// pass is a definition that succeeds at once with its input.
const pass = `{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}`

// client calls a server as clients of AWS do.
type client struct {
	t      *testing.T
	server *serve.Server
}

// start returns a client of a new server.
func start(t *testing.T, c serve.Config) *client {
	t.Helper()
	server, err := serve.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return &client{t, server}
}

// object is a JSON object.
type object = map[string]any

// send sends a request and returns the response.
func (c *client) send(operation, body string) (status int, answer object, header http.Header) {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "AWSStepFunctions."+operation)
	w := httptest.NewRecorder()
	c.server.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		c.t.Fatalf("%s: %v: %s", operation, err, w.Body)
	}
	return w.Code, answer, w.Header()
}

// call performs an operation that has to succeed.
func (c *client) call(operation string, request object) object {
	c.t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		c.t.Fatal(err)
	}
	status, answer, _ := c.send(operation, string(body))
	if status != http.StatusOK {
		c.t.Fatalf("%s: %d %v", operation, status, answer)
	}
	return answer
}

// refuse performs an operation that has to fail, and returns "CODE: MESSAGE".
func (c *client) refuse(operation string, request object) string {
	c.t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.refuseText(operation, string(body))
}

// refuseText is like refuse, for any text.
func (c *client) refuseText(operation, body string) string {
	c.t.Helper()
	status, answer, _ := c.send(operation, body)
	if status != http.StatusBadRequest {
		c.t.Fatalf("%s: %d %v", operation, status, answer)
	}
	code, _ := answer["__type"].(string)
	message, _ := answer["message"].(string)
	return code + ": " + message
}

// create creates a state machine and returns its ARN.
func (c *client) create(name, definition string, more object) string {
	c.t.Helper()
	request := object{"name": name, "definition": definition, "roleArn": role}
	for key, value := range more {
		request[key] = value
	}
	return c.call("CreateStateMachine", request)["stateMachineArn"].(string)
}

// started starts an execution and returns its ARN.
func (c *client) started(machine string, more object) string {
	c.t.Helper()
	request := object{"stateMachineArn": machine}
	for key, value := range more {
		request[key] = value
	}
	return c.call("StartExecution", request)["executionArn"].(string)
}

// ended waits for the end of an execution, and describes it.
func (c *client) ended(execution string) object {
	c.t.Helper()
	<-c.server.Done(execution)
	return c.call("DescribeExecution", object{"executionArn": execution})
}

// run runs an execution to its end.
func (c *client) run(machine string, more object) object {
	c.t.Helper()
	return c.ended(c.started(machine, more))
}

// types returns the types of an execution's events.
func (c *client) types(execution string) string {
	c.t.Helper()
	var all []string
	for _, event := range c.call("GetExecutionHistory", object{"executionArn": execution})["events"].([]any) {
		all = append(all, event.(object)["type"].(string))
	}
	return strings.Join(all, " ")
}

// equal compares the members that want has.
func equal(t *testing.T, got, want object) {
	t.Helper()
	for name, value := range want {
		a, _ := json.Marshal(got[name])
		b, _ := json.Marshal(value)
		if string(a) != string(b) {
			t.Errorf("%s\ngot  %s\nwant %s", name, a, b)
		}
	}
}

// list returns a member of every entry of a list.
func list(answer object, name, member string) string {
	var all []string
	for _, entry := range answer[name].([]any) {
		all = append(all, entry.(object)[member].(string))
	}
	return strings.Join(all, " ")
}
