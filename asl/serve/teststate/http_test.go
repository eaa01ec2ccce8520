package teststate_test

import (
	"context"
	"encoding/json"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/teststate"
)

// TestHTTP tests that the level TRACE shows the request and the response of an HTTP task that something performs.
func TestHTTP(t *testing.T) {
	const definition = `{"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::http:invoke", "End": true, "Output": 1, "Arguments": {"Method": "POST",
		"ApiEndpoint": "https://example.com/a", "Authentication": {"ConnectionArn": "arn"}, "Headers": {"h": "1"}, "QueryParameters": {"q": ["a b", "c"]}, "RequestBody": {"k": 1}}}`
	handler := asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) {
		v, err := asl.Decode([]byte(`{"StatusCode": 200, "StatusText": "OK", "Headers": {"x": ["y"]}, "ResponseBody": "hello"}`))
		return asl.Reply{Output: v}, err
	})
	arguments := `"afterArguments": "{\"Method\":\"POST\",\"ApiEndpoint\":\"https://example.com/a\",\"Authentication\":{\"ConnectionArn\":\"arn\"},\"Headers\":{\"h\":\"1\"},\"QueryParameters\":{\"q\":[\"a b\",\"c\"]},\"RequestBody\":{\"k\":1}}"`
	result := `"result": "{\"StatusCode\":200,\"StatusText\":\"OK\",\"Headers\":{\"x\":[\"y\"]},\"ResponseBody\":\"hello\"}"`
	for level, more := range map[string]string{
		"DEBUG": "",
		"TRACE": `, "request": {"protocol": "https", "method": "POST", "url": "https://example.com/a?q=a+b&q=c", "headers": "{\"h\":\"1\"}", "body": "{\"k\":1}"},
			"response": {"protocol": "https", "statusCode": "200", "statusMessage": "OK", "headers": "{\"x\":[\"y\"]}", "body": "hello"}`,
	} {
		got := answer(t, request(t, definition, `"roleArn": "arn", "inspectionLevel": "`+level+`"`), teststate.Options{Handler: handler})
		call := call{level, "", `{"status": "SUCCEEDED", "output": "1", "inspectionData": {"input": "{}", ` + arguments + ", " + result + more + `}}`}
		call.compare(t, got)
	}
}

// TestHTTPAddress tests the address of a request without parameters, and of one that has some already.
func TestHTTPAddress(t *testing.T) {
	handler := asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) { return asl.Reply{}, &asl.Error{Name: "E"} })
	for more, want := range map[string]string{
		``:                              "https://example.com/a?x=1",
		`, "QueryParameters": {}`:       "https://example.com/a?x=1",
		`, "QueryParameters": {"q": 2}`: "https://example.com/a?x=1&q=2",
	} {
		definition := `{"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "End": true, "Parameters": {"Method": "GET", "ApiEndpoint": "https://example.com/a?x=1",
			"Authentication": {"ConnectionArn": "arn"}` + more + `}}`
		var out teststate.Output
		got := answer(t, request(t, definition, `"roleArn": "arn", "inspectionLevel": "TRACE"`), teststate.Options{Handler: handler})
		if err := json.Unmarshal([]byte(got), &out); err != nil {
			t.Fatal(err)
		}
		if r := out.InspectionData.Request; r == nil || r.URL != want || r.Body != nil || out.InspectionData.Response != nil {
			t.Errorf("%s: got %s", more, got)
		}
	}
}
