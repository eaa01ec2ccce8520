package asl

import (
	"errors"
	"fmt"
	"strings"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
)

// The error names that Step Functions itself reports.
// See https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
const (
	ErrAll              = "States.ALL"                             // in ErrorEquals: every error except Runtime and DataLimitExceeded
	ErrTaskFailed       = "States.TaskFailed"                      // in ErrorEquals: every error of a task except Timeout
	ErrTimeout          = "States.Timeout"                         // a task or an execution ran too long, or missed a heartbeat
	ErrHeartbeatTimeout = "States.HeartbeatTimeout"                // in ErrorEquals: a missed heartbeat
	ErrRuntime          = "States.Runtime"                         // the execution cannot continue: no retrier or catcher matches it
	ErrDataLimit        = "States.DataLimitExceeded"               // a payload is larger than 256 KiB
	ErrIntrinsicFailure = "States.IntrinsicFailure"                // an intrinsic function failed
	ErrResultPath       = "States.ResultPathMatchFailure"          // ResultPath cannot be applied to the input
	ErrQueryEvaluation  = "States.QueryEvaluationError"            // a JSONata expression failed
	ErrItemReader       = "States.ItemReaderFailed"                // the items of a Distributed Map cannot be read
	ErrResultWriter     = "States.ResultWriterFailed"              // the results of a Distributed Map cannot be written
	ErrToleratedFailure = "States.ExceedToleratedFailureThreshold" // too many items of a Distributed Map failed
)

// Error is a failure that a state machine can retry or catch. A Handler returns it to fail a task.
type Error struct {
	Name  string // matched by Retry and Catch, such as "Lambda.TooManyRequestsException"; may be empty
	Cause string // an explanation for people; may be empty
}

// Error renders "NAME: CAUSE".
func (e *Error) Error() string {
	if e.Cause == "" {
		return e.Name
	}
	return fmt.Sprintf("%s: %s", e.Name, e.Cause)
}

// Fault is an error in a definition. Load reports all of them.
type Fault struct {
	State   string // the state's name; "" for the definition itself
	Field   string // the field in the state, such as "Next" or "Retry[0].ErrorEquals"; "" for the state itself
	Message string // what is wrong and how to correct it
	Lint    bool   // CreateStateMachine accepts the definition, but an execution fails when it gets there. Lenient does not report it.
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

// failure is an error inside an execution. Retriers and catchers see it; without them it becomes the execution's error.
type failure struct {
	name, cause string
	explained   bool   // an empty cause is "", not null, in the error output
	heartbeat   bool   // a missed heartbeat
	byTask      bool   // the task itself reported it
	evaluation  bool   // an evaluation in JSONata failed, and its event is not recorded yet
	location    string // the field of the JSONata expression that failed; "" when it was not an expression
}

func (e *failure) Error() string { return (&Error{e.name, e.cause}).Error() }

// output returns the error output, which a catcher passes on.
func (e *failure) output() *value.Object {
	output := value.NewObject(2).With("Error", e.name).With("Cause", e.cause)
	if e.name == "" {
		output.Set("Error", nil)
	}
	if e.cause == "" && !e.explained {
		output.Set("Cause", nil)
	}
	return output.Share()
}

// timeoutFailure is the failure of a task that took too long.
func timeoutFailure(heartbeat bool) *failure {
	return &failure{name: ErrTimeout, explained: true, heartbeat: heartbeat}
}

// dataLimitFailure is the failure of a payload that is too large. origin is the state or the task that made the payload.
func dataLimitFailure(origin string) *failure {
	return &failure{name: ErrDataLimit, cause: fmt.Sprintf(
		"The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit.", origin)}
}

// expired reports that an execution ran out of time. No catcher matches it.
type expired struct{ execution *execution }

func (e *expired) Error() string { return "the execution timed out" }

// foreign is an error that is not an outcome of an execution.
type foreign struct{ err error }

func (e *foreign) Error() string { return e.err.Error() }
func (e *foreign) Unwrap() error { return e.err }

// located turns a failed evaluation into a failure whose cause says where it happened, in the words of the service.
func located(err error, v *visit) error {
	var fault *query.Error
	if !errors.As(err, &fault) {
		return err
	}
	return &failure{name: fault.Name, evaluation: fault.Name == ErrQueryEvaluation, location: fault.Location, cause: fmt.Sprintf(
		"An error occurred while executing the state '%s' (entered at the event id #%d). %s", v.state.name, v.eventID, fault.Cause)}
}

// runtimeFault returns a States.Runtime error for located.
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

// checkSize returns a failure when a payload is larger than 256 KiB.
func checkSize(v any, origin string) error {
	if value.Size(v) > maxPayload {
		return dataLimitFailure(origin)
	}
	return nil
}
