package asl

import (
	"errors"
	"fmt"
	"strings"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/internal/value"
)

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

// Fault is something wrong with a definition. Load joins all of them.
type Fault struct {
	State   string // the state's name; "" for the definition itself
	Field   string // the field in the state, such as "Next" or "Retry[0].ErrorEquals"; "" for the state itself
	Message string // what is wrong, and what would be right
	Lint    bool   // AWS creates such a state machine, but it fails when it gets there. Lenient does not report it.
}

// Error renders `state "NAME": FIELD: MESSAGE`.
func (f *Fault) Error() string {
	var b strings.Builder
	if f.State != "" {
		fmt.Fprintf(&b, "state %q: ", f.State)
	}
	if f.Field != "" {
		b.WriteString(f.Field + ": ")
	}
	return b.String() + f.Message
}

// failure is an error on its way through an execution: retriers and catchers see it, and at the end it is the execution's.
type failure struct {
	name, cause string
	explained   bool   // an empty cause was given: it is "", not null, in the error output
	heartbeat   bool   // a missed heartbeat
	byTask      bool   // reported by the task itself
	location    string // the field of a JSONata expression that failed
}

func (e *failure) Error() string { return (&Error{e.name, e.cause}).Error() }

// output is the error output: what a catcher passes on.
func (e *failure) output() map[string]any {
	output := map[string]any{"Error": any(e.name), "Cause": any(e.cause)}
	if e.name == "" {
		output["Error"] = nil
	}
	if e.cause == "" && !e.explained {
		output["Cause"] = nil
	}
	return output
}

// timeoutFailure is a task that took too long.
func timeoutFailure(heartbeat bool) *failure {
	return &failure{name: ErrTimeout, explained: true, heartbeat: heartbeat}
}

// dataLimitFailure is a payload that is too large; origin is the state or the task that it comes from.
func dataLimitFailure(origin string) *failure {
	return &failure{name: ErrDataLimit, cause: fmt.Sprintf(
		"The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit.", origin)}
}

// expired says that an execution has used up its time. Nothing catches it.
type expired struct{ execution *execution }

func (e *expired) Error() string { return "the execution timed out" }

// foreign is an error that is no outcome of an execution.
type foreign struct{ err error }

func (e *foreign) Error() string { return e.err.Error() }
func (e *foreign) Unwrap() error { return e.err }

// located gives a failed evaluation the words with which the service says where it happened.
func located(err error, v *visit) error {
	var fault *query.Error
	if !errors.As(err, &fault) {
		return err
	}
	return &failure{name: fault.Name, location: fault.Location, cause: fmt.Sprintf(
		"An error occurred while executing the state '%s' (entered at the event id #%d). %s", v.state.name, v.eventID, fault.Cause)}
}

// runtimeFault is a States.Runtime error, for located.
func runtimeFault(format string, args ...any) error {
	return &query.Error{Name: ErrRuntime, Cause: fmt.Sprintf(format, args...)}
}

// storageFailure is the failure of a Map state that cannot read its items or write its results.
func storageFailure(name string, err error) *failure {
	var reported *Error
	if errors.As(err, &reported) {
		return &failure{name: name, cause: reported.Cause}
	}
	return &failure{name: name, cause: err.Error()}
}

// checkSize is the failure of a payload of more than 256 KiB.
func checkSize(v any, origin string) error {
	if value.Size(v) > maxPayload {
		return dataLimitFailure(origin)
	}
	return nil
}
