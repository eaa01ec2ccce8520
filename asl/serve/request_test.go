package serve_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/serve"
)

// Bad requests get AWS's errors: never a status of 500.
func TestBadRequests(t *testing.T) {
	c := start(t, serve.Config{})
	long := strings.Repeat("x", 300_000)
	for _, row := range []struct{ reason, operation, body, want string }{
		{"an unknown operation", "Fly", `{}`, "UnknownOperationException: "},
		{"no operation", "", `{}`, "UnknownOperationException: "},
		{"no JSON", "ListStateMachines", `{`, "SerializationException: "},
		{"text that is not Unicode", "ListStateMachines", "{\"nextToken\": \"\xff\"}", "SerializationException: "},
		{"a list", "ListStateMachines", `[]`, "SerializationException: Start of list found where not expected."},
		{"a number for a text", "DescribeExecution", `{"executionArn": 5}`, "SerializationException: NUMBER_VALUE can not be converted to a String"},
		{"an object for a text", "DescribeExecution", `{"executionArn": {}}`, "SerializationException: Start of structure or map found where not expected."},
		{"a text for a number", "ListStateMachines", `{"maxResults": "5"}`, "SerializationException: STRING_VALUE can not be converted to a Number"},
		{"a text for a list", "TagResource", `{"resourceArn": "arn", "tags": "a"}`, "SerializationException: Expected list or null"},
		{"a text for a structure", "CreateStateMachine", `{"loggingConfiguration": "a"}`, "SerializationException: Expected structure or null"},
		{"deep nesting", "ListStateMachines", strings.Repeat("[", 100_000), "SerializationException: "},
		{"a missing member", "DescribeExecution", `{}`,
			"ValidationException: 1 validation error detected: Value null at 'executionArn' failed to satisfy constraint: Member must not be null"},
		{"null is missing", "DescribeExecution", `{"executionArn": null}`,
			"ValidationException: 1 validation error detected: Value null at 'executionArn' failed to satisfy constraint: Member must not be null"},
		{"several faults", "CreateStateMachine", `{"name": "", "roleArn": "r", "type": "FAST"}`,
			"ValidationException: 3 validation errors detected: Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
				"Value null at 'definition' failed to satisfy constraint: Member must not be null; " +
				"Value 'FAST' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]"},
		{"a secret value is not shown", "SendTaskHeartbeat", `{"taskToken": ""}`,
			"ValidationException: 1 validation error detected: Value at 'taskToken' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"a value that is too small", "ListStateMachines", `{"maxResults": -1}`,
			"ValidationException: 1 validation error detected: Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 0"},
		{"an element of a list", "UntagResource", `{"resourceArn": "a", "tagKeys": ["ok", ""]}`,
			"ValidationException: 1 validation error detected: Value '' at 'tagKeys.2.member' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"a member of an element", "TagResource", `{"resourceArn": "a", "tags": [{"key": ""}]}`,
			"ValidationException: 1 validation error detected: Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"300 kB of input", "StartExecution", `{"stateMachineArn": "arn", "input": "` + long + `"}`,
			"ValidationException: 1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144"},
		{"an ARN that is none", "DescribeStateMachine", `{"stateMachineArn": "hello"}`, "InvalidArn: Invalid Arn: 'Invalid ARN prefix: hello'"},
		{"an ARN of another service", "DescribeStateMachine", `{"stateMachineArn": "arn:aws:sns:us-east-1:1:topic:a"}`, "InvalidArn: Invalid Arn: 'Invalid arn: arn:aws:sns:us-east-1:1:topic:a'"},
		{"an ARN of another kind", "DescribeExecution", `{"executionArn": "arn:aws:states:us-east-1:123456789012:express:m:x:1"}`,
			"InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'"},
		{"an ARN with too many parts", "DescribeStateMachine", `{"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:a:b:c"}`,
			"InvalidArn: Invalid Arn: 'Invalid arn: arn:aws:states:us-east-1:123456789012:stateMachine:a:b:c'"},
		{"a token of pages that is none", "ListStateMachines", `{"nextToken": "x"}`, "InvalidToken: Invalid Token: 'Invalid token'"},
		{"neither a machine nor a Map Run", "ListExecutions", `{}`, "ValidationException: Must provide either a stateMachineArn or a mapRunArn"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			c := &client{t, c.server}
			if got := c.refuseText(row.operation, row.body); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

// Whatever a member is, no operation answers with a status of 500, or panics.
func TestEveryOperationBearsEveryValue(t *testing.T) {
	c := start(t, serve.Config{})
	members := []string{"stateMachineArn", "executionArn", "activityArn", "mapRunArn", "resourceArn", "stateMachineAliasArn", "stateMachineVersionArn",
		"taskToken", "name", "definition", "roleArn", "tags", "tagKeys", "routingConfiguration", "output", "input", "nextToken"}
	values := []string{`""`, `"arn"`, `"arn:"`, `"arn:aws:states:us-east-1:123456789012:stateMachine:"`, `"arn:aws:states:us-east-1:123456789012:stateMachine:a:1"`,
		`"arn:aws:states:us-east-1:123456789012:stateMachine:a/b"`, `"arn:aws:states:us-east-1:123456789012:stateMachine:a#b"`,
		`"arn:aws:states:us-east-1:123456789012:execution:a:b"`, `"arn:aws:states:us-east-1:123456789012:activity:a"`, `"arn:aws:states:us-east-1:123456789012:mapRun:a/b:c"`,
		`"{}"`, `"{\"StartAt\": 5, \"States\": []}"`, `null`, `5`, `[]`, `[null]`, `[{}]`, `{}`}
	for _, operation := range serve.Operations() {
		if operation == "GetActivityTask" {
			continue // It may wait.
		}
		for _, value := range values {
			body := "{"
			for i, member := range members {
				if i > 0 {
					body += ","
				}
				body += `"` + member + `":` + value
			}
			if status, answer, _ := c.send(operation, body+"}"); status != http.StatusOK && status != http.StatusBadRequest {
				t.Errorf("%s of %s: %d %v", operation, value, status, answer)
			}
		}
	}
}

func TestTheProtocol(t *testing.T) {
	c := start(t, serve.Config{})
	_, _, header := c.send("ListStateMachines", "")
	if header.Get("Content-Type") != "application/x-amz-json-1.0" || header.Get("x-amzn-RequestId") == "" {
		t.Errorf("header %v", header)
	}
	status, _, _ := c.send("ListStateMachines", `{"nextToken": "`+strings.Repeat("x", 9<<20)+`"}`)
	if status != http.StatusRequestEntityTooLarge {
		t.Errorf("a request of 9 MiB: %d", status)
	}
	w := httptest.NewRecorder()
	c.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<h1>State machines</h1>") {
		t.Errorf("GET /: %d %s", w.Code, w.Body)
	}
}

func TestThePageAnswersWhatIsNoCall(t *testing.T) {
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("page " + r.URL.Path)) })
	c := start(t, serve.Config{Page: page})
	w := httptest.NewRecorder()
	c.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/machines", nil))
	if w.Body.String() != "page /machines" {
		t.Errorf("got %s", w.Body)
	}
}
