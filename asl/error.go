package asl

import "fmt"

// Error names that Step Functions itself reports.
// See https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
const (
	ErrAll              = "States.ALL"                             // in ErrorEquals: every error but Runtime and DataLimitExceeded
	ErrTaskFailed       = "States.TaskFailed"                      // in ErrorEquals: every error of a task but Timeout
	ErrTimeout          = "States.Timeout"                         // a task or an execution ran too long, or missed a heartbeat
	ErrHeartbeatTimeout = "States.HeartbeatTimeout"                // in ErrorEquals: a missed heartbeat
	ErrRuntime          = "States.Runtime"                         // the execution cannot go on: nothing retries or catches it
	ErrDataLimit        = "States.DataLimitExceeded"               // a payload over 256 KiB
	ErrIntrinsicFailure = "States.IntrinsicFailure"                // an intrinsic function failed
	ErrResultPath       = "States.ResultPathMatchFailure"          // ResultPath does not fit the input
	ErrQueryEvaluation  = "States.QueryEvaluationError"            // a JSONata expression failed
	ErrItemReader       = "States.ItemReaderFailed"                // the items of a Distributed Map cannot be read
	ErrResultWriter     = "States.ResultWriterFailed"              // the results of a Distributed Map cannot be written
	ErrToleratedFailure = "States.ExceedToleratedFailureThreshold" // too many items of a Distributed Map failed
)

// Error is a failure that a state machine can retry or catch. A Handler returns it to fail a task.
type Error struct {
	Name  string // what Retry and Catch match, such as "Lambda.TooManyRequestsException". May be empty.
	Cause string // an explanation for people. May be empty.
}

// Error renders "NAME: CAUSE".
func (e *Error) Error() string {
	if e.Cause == "" {
		return e.Name
	}
	return fmt.Sprintf("%s: %s", e.Name, e.Cause)
}
