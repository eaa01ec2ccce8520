package asl

import (
	"context"
	"time"
)

// Handler performs tasks in place of the services that the state machine calls.
type Handler interface {
	// Call performs one attempt of a task. An *Error fails the task, as an exception of the service does. Any other error aborts
	// Run, which returns it with the state's name. Calls never overlap within one Run.
	Call(ctx context.Context, task *Task) (Reply, error)
}

// HandlerFunc is a function that serves as a Handler.
type HandlerFunc func(ctx context.Context, task *Task) (Reply, error)

// Call calls the function.
func (f HandlerFunc) Call(ctx context.Context, task *Task) (Reply, error) { return f(ctx, task) }

// Task is the request of a Task state to a service.
type Task struct {
	State         string    // the name of the state
	Resource      string    // the ARN in the definition
	Input         any       // the effective input: Arguments or Parameters evaluated, otherwise the state's input
	Attempt       int       // 1, 2, …: the number of the call in this visit to the state
	Token         string    // the task token of a .sync or .waitForTaskToken integration or an activity, otherwise ""
	Now           time.Time // the virtual time of the call
	ExecutionARN  string    // the calling execution: in a Distributed Map, the child execution
	ExecutionName string    // the last part of ExecutionARN
	Credentials   any       // the Credentials field, evaluated; nil when absent
}

// Reply describes how a task ended.
type Reply struct {
	// Output is the task's result before ResultSelector and Output: any value that encoding/json can marshal.
	Output any

	// Duration is the virtual time that the task took. It counts towards TimeoutSeconds and HeartbeatSeconds, even if the task fails.
	// Default: 0.
	Duration time.Duration

	// Heartbeat is the interval at which the worker sends heartbeats. Default: 0, no heartbeats.
	Heartbeat time.Duration

	// Later makes the task end by a call of the completion: a task token that comes back, an answer of a slow service. The other fields
	// do not count. Default: nil, the reply is the end.
	Later *Completion

	// Hangs makes the task never end: only its timeout, a missed heartbeat or the end of the execution stops it.
	Hangs bool
}
