package local

import (
	"cmp"
	"io"
	"slices"
	"strconv"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
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

// The events that each level writes (https://docs.aws.amazon.com/step-functions/latest/dg/cloudwatch-log-level.html).
var (
	fatalEvents = []string{"ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"}
	errorEvents = append([]string{
		"ActivityFailed", "ActivityScheduleFailed", "ActivityTimedOut", "FailStateEntered", "EvaluationFailed",
		"LambdaFunctionFailed", "LambdaFunctionScheduleFailed", "LambdaFunctionStartFailed", "LambdaFunctionTimedOut",
		"MapIterationAborted", "MapIterationFailed", "MapRunAborted", "MapRunFailed", "MapStateAborted", "MapStateFailed",
		"ParallelStateAborted", "ParallelStateFailed", "TaskFailed", "TaskStartFailed", "TaskStateAborted",
		"TaskSubmitFailed", "TaskTimedOut", "WaitStateAborted",
	}, fatalEvents...)
)

// Write writes those of the execution's events that the level selects.
func (l *LogGroup) Write(execution *asl.Execution) error {
	var lines []byte
	for i := range execution.History {
		if event := &execution.History[i]; l.selects(event.Type) {
			lines = append(value.Append(lines, l.record(event, execution.ARN)), '\n')
		}
	}
	_, err := l.Writer.Write(lines)
	return err
}

// record returns one line.
func (l *LogGroup) record(event *asl.Event, execution string) *value.Object {
	details := event.Attributes
	if !l.IncludeExecutionData {
		details = func() *value.Object { return l.withheld(event) }
	}
	return value.NewObject(7).With("id", strconv.FormatInt(event.ID, 10)).With("type", event.Type).With("details", cmp.Or(details(), empty)).
		With("redrive_count", "0").With("previous_event_id", strconv.FormatInt(event.PreviousEventID, 10)).
		With("event_timestamp", strconv.FormatInt(event.Timestamp.UnixMilli(), 10)). // since 1970
		With("execution_arn", execution)
}

// empty stands for the details of an event that has none.
var empty = value.NewObject(0)

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

// withheld returns an event's details without the execution's data.
func (l *LogGroup) withheld(event *asl.Event) *value.Object {
	details := event.Outline()
	if cause, ok := details.Value("cause").(string); ok {
		details.Delete("cause")
		if l.Cause != nil {
			details.Set("cause", l.Cause(cause))
		}
	}
	return details
}
