package local

import (
	"encoding/json"
	"io"
	"slices"
	"strconv"

	"clinical-risk-pipeline/asl"
)

// LogGroup stands in for the CloudWatch log group of a state machine. It writes what Step Functions would: a line of JSON
// per history event (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).
type LogGroup struct {
	Writer               io.Writer
	Level                string // ALL, ERROR, FATAL or OFF
	IncludeExecutionData bool   // false: without inputs, outputs, parameters and variables
	// Cause renders the cause of an error where execution data is left out, since some of the engine's causes quote it.
	// Default: causes are left out, too.
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

// What each level writes (https://docs.aws.amazon.com/step-functions/latest/dg/cloudwatch-log-level.html).
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

// Write writes the execution's events that the level selects.
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

// withhold takes the execution's data out of an event's details.
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
