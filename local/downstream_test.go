package local

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl/value"
)

func TestANameStartsOneExecution(t *testing.T) {
	s := &StepFunctions{}
	var effects []Effect
	start := func(input string) (map[string]any, error) {
		reply, reported, err := observe(t, s, "states:startExecution.sync:2",
			`{"StateMachineArn": "arn:aws:states:us-east-1:1:stateMachine:Review", "Name": "n-0", "Input": `+input+`}`)
		effects = append(effects, reported...)
		output, _ := value.Plain(reply.Output).(map[string]any)
		return output, err
	}
	for range 2 { // A retry starts no second execution.
		output, err := start(`"{\"highRisk\": 2}"`)
		if err != nil || output["Status"] != "SUCCEEDED" || output["ExecutionArn"] != "arn:aws:states:us-east-1:1:execution:Review:n-0" {
			t.Fatalf("got %v, %v", output, err)
		}
		if diff := cmp.Diff(map[string]any{"highRisk": 2.0}, output["Input"]); diff != "" {
			t.Errorf("the .sync:2 form must parse the input:\n%s", diff)
		}
	}
	_, err := start(`{"highRisk": 3}`)
	wantError(t, err, "StepFunctions.ExecutionAlreadyExistsException", "n-0")
	if calls := downstream(t, effects); len(calls) != 1 || calls[0].Action != ExecutionStarted || calls[0].ID != "n-0" || calls[0].Execution != "e" {
		t.Errorf("reported %+v, want one start", calls)
	}
	_, err = perform(t, s, "states:startExecution.sync:2", `{"StateMachineArn": "Review"}`)
	wantError(t, err, "StepFunctions.InvalidArnException", "")
}

const incidentRequest = `"ApiEndpoint": "https://example.service-now.com/api/now/table/incident", "Authentication": {"ConnectionArn": "arn:c"}`

// downstream returns the effects, all of which must be calls of downstream systems.
func downstream(t *testing.T, effects []Effect) (calls []Downstream) {
	t.Helper()
	for _, effect := range effects {
		call, ok := effect.(Downstream)
		if !ok {
			t.Fatalf("reported %+v", effect)
		}
		calls = append(calls, call)
	}
	return calls
}

func TestOpenIncidentsAreFound(t *testing.T) {
	s := &ServiceNow{}
	var effects []Effect
	request := func(request string) (map[string]any, error) {
		reply, reported, err := observe(t, s, "http:invoke", `{`+incidentRequest+`, `+request+`}`)
		effects = append(effects, reported...)
		output, _ := value.Plain(reply.Output).(map[string]any)
		body, _ := output["ResponseBody"].(map[string]any)
		return body, err
	}
	find := `"Method": "GET", "QueryParameters": {"sysparm_query": "correlation_id=c-1", "sysparm_fields": "number", "sysparm_limit": "1"}`
	before, err := request(find)
	if diff := cmp.Diff(map[string]any{"result": []any{}}, before); diff != "" || err != nil {
		t.Errorf("before: %v\n%s", err, diff)
	}
	opened, err := request(`"Method": "POST", "RequestBody": {"correlation_id": "c-1", "short_description": "d"}`)
	if err != nil {
		t.Fatal(err)
	}
	number := opened["result"].(map[string]any)["number"].(string)
	after, err := request(find)
	if diff := cmp.Diff(map[string]any{"result": []any{map[string]any{"number": number}}}, after); diff != "" || err != nil {
		t.Errorf("after: %v\n%s", err, diff)
	}
	if other, err := request(strings.ReplaceAll(find, "c-1", "c-2")); err != nil || len(other["result"].([]any)) != 0 {
		t.Errorf("another correlation id finds %v, %v", other, err)
	}
	var actions []string
	for _, c := range downstream(t, effects) {
		actions = append(actions, c.Action+" "+c.ID+" "+c.Reference)
	}
	want := []string{"incident looked up c-1 ", "incident opened c-1 " + number, "incident looked up c-1 " + number, "incident looked up c-2 "}
	if diff := cmp.Diff(want, actions); diff != "" {
		t.Error(diff)
	}
}

// A request without a stand-in must not seem to succeed.
func TestOtherRequestsAbortTheRun(t *testing.T) {
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
