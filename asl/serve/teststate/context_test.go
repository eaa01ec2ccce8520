package teststate

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

// TestOwnContext tests the context object of a request without one. Names are random.
func TestOwnContext(t *testing.T) {
	role, retries := "arn:aws:iam::1:role/r", int64(2)
	test := test{
		in:      &Input{RoleARN: &role, StateConfiguration: &Configuration{RetrierRetryCount: &retries}},
		options: Options{Account: "1", Region: "eu-west-1", Now: time.Date(2026, time.March, 1, 12, 0, 0, 5e6, time.FixedZone("", 3600))},
		state:   asl.StateInfo{Name: "S", Type: "Task", Token: true},
	}
	random := regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	got := random.ReplaceAllString(test.ownContext(`{"a": 1}`), "UUID")
	want := `{
		"Execution": {"Id": "arn:aws:states:eu-west-1:1:express:UUID:UUID", "Input": {"a": 1}, "Name": "UUID", "RoleArn": "arn:aws:iam::1:role/r", "StartTime": "2026-03-01T11:00:00.005Z"},
		"State": {"EnteredTime": "2026-03-01T11:00:00.005Z", "Name": "S", "RetryCount": 2},
		"StateMachine": {"Id": "arn:aws:states:eu-west-1:1:stateMachine:UUID", "Name": "UUID"},
		"Task": {"Token": "UUID"}}`
	if diff := cmp.Diff(decoded(t, want), decoded(t, got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	test.in, test.state = &Input{}, asl.StateInfo{Name: "S", Type: "Pass"}
	got = random.ReplaceAllString(test.ownContext(`1`), "UUID")
	want = `{
		"Execution": {"Id": "arn:aws:states:eu-west-1:1:express:UUID:UUID", "Input": 1, "Name": "UUID", "StartTime": "2026-03-01T11:00:00.005Z"},
		"State": {"EnteredTime": "2026-03-01T11:00:00.005Z", "Name": "S"},
		"StateMachine": {"Id": "arn:aws:states:eu-west-1:1:stateMachine:UUID", "Name": "UUID"}}`
	if diff := cmp.Diff(decoded(t, want), decoded(t, got)); diff != "" {
		t.Errorf("a Pass state without a role (-want +got):\n%s", diff)
	}
}

func decoded(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
