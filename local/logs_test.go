package local

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

// failedExecution has a secret in its input, task and cause, and ends in a Fail state.
func failedExecution(t *testing.T) *asl.Execution {
	t.Helper()
	machine, err := asl.Load([]byte(`{"StartAt": "Call", "States": {
		"Call": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Down"}], "End": true},
		"Down": {"Type": "Fail", "ErrorPath": "$.Error", "CausePath": "$.Cause"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	execution, err := machine.Run(t.Context(), map[string]any{"feature": "secret"}, asl.Options{Handler: asl.HandlerFunc(
		func(context.Context, *asl.Task) (asl.Reply, error) {
			return asl.Reply{}, &asl.Error{Name: "SNS.Down", Cause: "secret broke it"}
		})})
	if err != nil {
		t.Fatal(err)
	}
	return execution
}

// logRecord is one line.
type logRecord struct {
	ID              string         `json:"id"`
	Type            string         `json:"type"`
	Details         map[string]any `json:"details"`
	RedriveCount    string         `json:"redrive_count"`
	PreviousEventID string         `json:"previous_event_id"`
	EventTimestamp  string         `json:"event_timestamp"`
	ExecutionARN    string         `json:"execution_arn"`
}

// logRecords returns what a log group receives about the failed execution.
func logRecords(t *testing.T, group LogGroup) (records []logRecord, text string) {
	t.Helper()
	var out bytes.Buffer
	group.Writer = &out
	if err := group.Write(failedExecution(t)); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		var r logRecord
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		records = append(records, r)
	}
	return records, out.String()
}

func TestLogLevels(t *testing.T) {
	for _, c := range []struct {
		level string
		want  []string
	}{
		{"ALL", []string{"ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskFailed", "TaskStateExited", "FailStateEntered", "ExecutionFailed"}},
		{"ERROR", []string{"TaskFailed", "FailStateEntered", "ExecutionFailed"}},
		{"FATAL", []string{"ExecutionFailed"}},
		{"OFF", nil},
	} {
		records, _ := logRecords(t, LogGroup{Level: c.level})
		var got []string
		for _, r := range records {
			got = append(got, r.Type)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("level %s writes %v, want %v", c.level, got, c.want)
		}
	}
}

func TestLogWithoutExecutionData(t *testing.T) {
	if _, text := logRecords(t, LogGroup{Level: "ALL"}); strings.Contains(text, "secret") {
		t.Errorf("the log holds execution data:\n%s", text)
	}
	cause := func(string) string { return "withheld" }
	records, text := logRecords(t, LogGroup{Level: "ALL", Cause: cause})
	if strings.Contains(text, "secret") || records[len(records)-1].Details["cause"] != "withheld" {
		t.Errorf("the log holds execution data, or lacks the redacted cause:\n%s", text)
	}
}

func TestLogWithExecutionData(t *testing.T) {
	records, _ := logRecords(t, LogGroup{Level: "ALL", IncludeExecutionData: true})
	first, last := records[0], records[len(records)-1]
	if first.Details["input"] != `{"feature":"secret"}` || last.Details["cause"] != "secret broke it" {
		t.Errorf("records %+v and %+v, want input and cause", first, last)
	}
}

func TestLogRecord(t *testing.T) {
	records, _ := logRecords(t, LogGroup{Level: "ALL"})
	second := records[1]
	if second.ID != "2" || second.PreviousEventID != "0" || second.EventTimestamp != "1767225600000" || second.RedriveCount != "0" ||
		!strings.Contains(second.ExecutionARN, ":execution:") || second.Details["name"] != "Call" {
		t.Errorf("record %+v", second)
	}
}
