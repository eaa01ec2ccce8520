package local

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// told keeps the calls that downstream systems took.
type told []Downstream

func (d *told) take(c Downstream) error { *d = append(*d, c); return nil }

func TestStartedExecutionsSucceedOnceAName(t *testing.T) {
	var calls told
	s := &StepFunctions{OnDownstream: calls.take}
	start := func(input string) (map[string]any, error) {
		reply, err := perform(t, s, "states:startExecution.sync:2",
			`{"StateMachineArn": "arn:aws:states:us-east-1:1:stateMachine:Review", "Name": "n-0", "Input": `+input+`}`)
		output, _ := reply.Output.(map[string]any)
		return output, err
	}
	for range 2 { // A retry of the same start is the same execution.
		output, err := start(`"{\"highRisk\": 2}"`)
		if err != nil || output["Status"] != "SUCCEEDED" || output["ExecutionArn"] != "arn:aws:states:us-east-1:1:execution:Review:n-0" {
			t.Fatalf("got %v, %v", output, err)
		}
		if diff := cmp.Diff(map[string]any{"highRisk": 2.0}, output["Input"]); diff != "" {
			t.Errorf("the .sync:2 form gives JSON:\n%s", diff)
		}
	}
	_, err := start(`{"highRisk": 3}`)
	wantError(t, err, "StepFunctions.ExecutionAlreadyExistsException", "n-0")
	if len(calls) != 1 || calls[0].Action != ExecutionStarted || calls[0].ID != "n-0" || calls[0].Execution != "e" {
		t.Errorf("told %+v, want one start", calls)
	}
	_, err = perform(t, s, "states:startExecution.sync:2", `{"StateMachineArn": "Review"}`)
	wantError(t, err, "StepFunctions.InvalidArnException", "")
}

const incidentRequest = `"ApiEndpoint": "https://example.service-now.com/api/now/table/incident", "Authentication": {"ConnectionArn": "arn:c"}`

func incident(t *testing.T, s *ServiceNow, request string) (map[string]any, error) {
	t.Helper()
	reply, err := perform(t, s, "http:invoke", `{`+incidentRequest+`, `+request+`}`)
	output, _ := reply.Output.(map[string]any)
	body, _ := output["ResponseBody"].(map[string]any)
	return body, err
}

func TestIncidentsAreFoundOnceTheyAreOpened(t *testing.T) {
	var calls told
	s := &ServiceNow{OnDownstream: calls.take}
	find := `"Method": "GET", "QueryParameters": {"sysparm_query": "correlation_id=c-1", "sysparm_fields": "number", "sysparm_limit": "1"}`
	before, err := incident(t, s, find)
	if diff := cmp.Diff(map[string]any{"result": []any{}}, before); diff != "" || err != nil {
		t.Errorf("before: %v\n%s", err, diff)
	}
	opened, err := incident(t, s, `"Method": "POST", "RequestBody": {"correlation_id": "c-1", "short_description": "d"}`)
	if err != nil {
		t.Fatal(err)
	}
	number := opened["result"].(map[string]any)["number"].(string)
	after, err := incident(t, s, find)
	if diff := cmp.Diff(map[string]any{"result": []any{map[string]any{"number": number}}}, after); diff != "" || err != nil {
		t.Errorf("after: %v\n%s", err, diff)
	}
	if other, err := incident(t, s, strings.ReplaceAll(find, "c-1", "c-2")); err != nil || len(other["result"].([]any)) != 0 {
		t.Errorf("another correlation id finds %v, %v", other, err)
	}
	var actions []string
	for _, c := range calls {
		actions = append(actions, c.Action+" "+c.ID+" "+c.Reference)
	}
	want := []string{"incident looked up c-1 ", "incident opened c-1 " + number, "incident looked up c-1 " + number, "incident looked up c-2 "}
	if diff := cmp.Diff(want, actions); diff != "" {
		t.Error(diff)
	}
}

// A request that nobody stands in for is never taken for done.
func TestOtherRequestsAreRefused(t *testing.T) {
	for reason, parameters := range map[string]string{
		"another table":    `{"ApiEndpoint": "https://example.service-now.com/api/now/table/problem", "Method": "GET", "Authentication": {"ConnectionArn": "c"}}`,
		"another method":   `{` + incidentRequest + `, "Method": "PATCH"}`,
		"another query":    `{` + incidentRequest + `, "Method": "GET", "QueryParameters": {"sysparm_query": "active=true"}}`,
		"plain HTTP":       `{"ApiEndpoint": "http://example.service-now.com/api/now/table/incident", "Method": "GET", "Authentication": {"ConnectionArn": "c"}}`,
		"no connection":    `{"ApiEndpoint": "https://example.service-now.com/api/now/table/incident", "Method": "GET"}`,
		"an unknown field": `{` + incidentRequest + `, "Method": "GET", "Timeout": 1}`,
	} {
		if _, err := perform(t, &ServiceNow{}, "http:invoke", parameters); err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
}
