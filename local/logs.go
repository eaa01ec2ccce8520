package local

import (
	"io"
	"slices"
	"strconv"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// LogGroup stands in for the CloudWatch log group of a state machine. It writes what Step Functions would write: a line of JSON
// for each history event (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).
type LogGroup struct {
	Writer               io.Writer // of Write
	Level                string    // ALL, ERROR, FATAL or OFF
	IncludeExecutionData bool      // whether the log has inputs, outputs, parameters and variables
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
	_, err := l.Writer.Write(l.Lines(execution))
	return err
}

// Lines returns what Write writes.
func (l *LogGroup) Lines(execution *asl.Execution) []byte {
	encoder := l.encoder()
	lines := make([]byte, 0, 384*len(execution.History))
	for i := range execution.History {
		event := &execution.History[i]
		if !l.selects(event.Type) {
			continue
		}
		lines = strconv.AppendInt(append(lines, `{"id":"`...), event.ID, 10)
		lines = value.AppendString(append(lines, `","type":`...), event.Type)
		lines = encoder.AppendDetails(append(lines, `,"details":`...), event)
		lines = strconv.AppendInt(append(lines, `,"redrive_count":"0","previous_event_id":"`...), event.PreviousEventID, 10)
		lines = strconv.AppendInt(append(lines, `","event_timestamp":"`...), event.Timestamp.UnixMilli(), 10) // since 1970
		lines = append(value.AppendString(append(lines, `","execution_arn":`...), execution.ARN), '}', '\n')
	}
	return lines
}

// encoder returns the encoder of the details of an execution's events.
func (l *LogGroup) encoder() *asl.EventEncoder {
	if l.IncludeExecutionData {
		return &asl.EventEncoder{}
	}
	cause := l.Cause
	if cause == nil {
		cause = func(string) string { return "" }
	}
	return &asl.EventEncoder{WithoutData: true, Cause: cause}
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
