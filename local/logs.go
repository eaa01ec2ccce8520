package local

import (
	"encoding/json"
	"io"
	"slices"
	"strconv"

	"clinical-risk-pipeline/asl"
)

// LogGroup stands in for the CloudWatch log group of a state machine. It writes what Step Functions would write: a line of JSON
// for each history event (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).
type LogGroup struct {
	Writer               io.Writer
	Level                string // ALL, ERROR, FATAL or OFF
	IncludeExecutionData bool   // whether the log has inputs, outputs, parameters and variables
	// Cause redacts the cause of an error in a log without execution data. Some causes of the engine quote execution data.
	// Default: the log has no causes.
	Cause func(cause string) string
}

// logRecord is one line.
type logRecord struct {
	ID              string         `json:"id"`
	Type            string         `json:"type"`
	Details         map[string]any `json:"details"`
	RedriveCount    string         `json:"redrive_count"`
	PreviousEventID string         `json:"previous_event_id"`
	EventTimestamp  string         `json:"event_timestamp"` // milliseconds since 1970
	ExecutionARN    string         `json:"execution_arn"`
}

// The events that each level writes, and the fields that hold execution data (https://docs.aws.amazon.com/step-functions/latest/dg/cloudwatch-log-level.html).
var (
	fatalEvents = []string{"ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"}
	errorEvents = append([]string{
		"ActivityFailed", "ActivityScheduleFailed", "ActivityTimedOut", "FailStateEntered", "EvaluationFailed",
		"LambdaFunctionFailed", "LambdaFunctionScheduleFailed", "LambdaFunctionStartFailed", "LambdaFunctionTimedOut",
		"MapIterationAborted", "MapIterationFailed", "MapRunAborted", "MapRunFailed", "MapStateAborted", "MapStateFailed",
		"ParallelStateAborted", "ParallelStateFailed", "TaskFailed", "TaskStartFailed", "TaskStateAborted",
		"TaskSubmitFailed", "TaskTimedOut", "WaitStateAborted",
	}, fatalEvents...)
	dataFields = []string{"input", "inputDetails", "output", "outputDetails", "parameters", "assignedVariables", "assignedVariablesDetails"}
)

// Write writes those of the execution's events that the level selects.
func (l *LogGroup) Write(execution *asl.Execution) error {
	encoder := json.NewEncoder(l.Writer)
	encoder.SetEscapeHTML(false)
	for i := range execution.History {
		event := &execution.History[i]
		if !l.selects(event.Type) {
			continue
		}
		details := event.Attributes()
		if details == nil {
			details = map[string]any{}
		}
		if !l.IncludeExecutionData {
			l.withhold(details)
		}
		record := logRecord{
			ID: strconv.FormatInt(event.ID, 10), Type: event.Type, Details: details, RedriveCount: "0",
			PreviousEventID: strconv.FormatInt(event.PreviousEventID, 10),
			EventTimestamp:  strconv.FormatInt(event.Timestamp.UnixMilli(), 10), ExecutionARN: execution.ARN,
		}
		if err := encoder.Encode(record); err != nil {
			return err
		}
	}
	return nil
}

func (l *LogGroup) selects(eventType string) bool {
	switch l.Level {
	case "ALL":
		return true
	case "ERROR":
		return slices.Contains(errorEvents, eventType)
	case "FATAL":
		return slices.Contains(fatalEvents, eventType)
	}
	return false
}

// withhold removes the execution's data from an event's details.
func (l *LogGroup) withhold(details map[string]any) {
	for _, name := range dataFields {
		delete(details, name)
	}
	cause, ok := details["cause"].(string)
	delete(details, "cause")
	if ok && l.Cause != nil {
		details["cause"] = l.Cause(cause)
	}
}
