package asl

import (
	"context"
	"time"
)

// Handler performs tasks: it stands in for the services that the state machine calls.
type Handler interface {
	// Call performs one attempt of a task. An error that is an *Error fails the task, as a service's exception does; any other
	// error aborts Run, wrapped with the state's name. Calls never overlap within one Run.
	Call(ctx context.Context, task *Task) (Reply, error)
}

// HandlerFunc lets a function be a Handler.
type HandlerFunc func(ctx context.Context, task *Task) (Reply, error)

// Call calls the function.
func (f HandlerFunc) Call(ctx context.Context, task *Task) (Reply, error) { return f(ctx, task) }

// Task is what a Task state asks a service to do.
type Task struct {
	State         string    // the name of the state
	Resource      string    // the ARN, as the definition gives it
	Input         any       // the effective input: Arguments or Parameters evaluated, else the state's input
	Attempt       int       // 1, 2, …: which call of this visit of the state it is
	Token         string    // the task token of a .waitForTaskToken integration or an activity, else ""
	Now           time.Time // the virtual time of the call
	ExecutionARN  string    // the execution that calls; a child execution in a Distributed Map
	ExecutionName string    // the last part of ExecutionARN
	Credentials   any       // the Credentials field, evaluated; nil when there is none
}

// Reply is how a task ended.
type Reply struct {
	// Output is the task's result, before ResultSelector and Output: any value that encoding/json can marshal.
	Output any

	// Duration is the virtual time that the task took, counted against TimeoutSeconds and HeartbeatSeconds; it applies to a task that
	// fails, too. Default: 0.
	Duration time.Duration

	// Heartbeat is the interval at which the worker reports that it lives. Default: 0, it never does.
	Heartbeat time.Duration

	// Hangs says that the task never ends: only its timeout, its heartbeat or the end of the execution stops it.
	Hangs bool
}
