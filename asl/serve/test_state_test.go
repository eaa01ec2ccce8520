package serve_test

import (
	"context"
	"encoding/json"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve"
)

// TestTestState tests that the operation reaches package teststate, which has the tests of what it does.
func TestTestState(t *testing.T) {
	echo := asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) { return asl.Reply{Output: task.Input}, nil })
	server, err := serve.New(serve.Config{Services: echo, Account: "111122223333", Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	const task = `{\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::sns:publish\", \"End\": true}`
	for _, c := range []struct{ name, request, want string }{
		{"a mock", `{"definition": "` + task + `", "mock": {"result": "{}"}}`, `{"output":"{}","status":"SUCCEEDED"}`},
		{"a task goes to the services", `{"definition": "` + task + `", "roleArn": "arn:aws:iam::1:role/r", "input": "[1]"}`, `{"output":"[1]","status":"SUCCEEDED"}`},
		{"a role that is none", `{"definition": "` + task + `", "roleArn": "r"}`, `{"__type":"InvalidArn","message":"Invalid Role Arn: 'r'"}`},
		{"no definition", `{}`, `{"__type":"ValidationException","message":"1 validation error detected: ` +
			`Value null at 'definition' failed to satisfy constraint: Member must not be null"}`},
		{"the account and the region of the server", `{"definition": "{\"Type\": \"Pass\", \"QueryLanguage\": \"JSONata\", \"Output\": \"{% $split($states.context.Execution.Id, ':')[[3..5]] %}\", \"End\": true}"}`,
			`{"output":"[\"eu-west-1\",\"111122223333\",\"express\"]","status":"SUCCEEDED"}`},
	} {
		var answer any
		answer, fault := server.Call(context.Background(), "TestState", []byte(c.request))
		if fault != nil {
			answer = fault
		}
		if got, err := json.Marshal(answer); err != nil || string(got) != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.name, got, err, c.want)
		}
	}
}
