package asl

import (
	"strings"
	"time"
)

// Type is the type of a workflow.
type Type string

// The types of a workflow. They differ in limits and in price.
const (
	Standard Type = "STANDARD" // up to a year, 25,000 history events, billed per transition
	Express  Type = "EXPRESS"  // up to five minutes, no .sync and no task tokens, billed per request and time
)

// StateMachine identifies the state machine of an execution in the context object.
type StateMachine struct {
	ARN  string // Default: derived from Name
	Name string // Default: the last part of ARN, or "stateMachine"
}

// Options configure an execution. The zero value works for a definition without tasks.
type Options struct {
	Handler      Handler      // performs the tasks. Default: a task aborts Run with an error
	Name         string       // the execution's name. Default: "execution"
	ARN          string       // the execution's ARN. Default: derived from the state machine and Name
	StateMachine StateMachine // the state machine in the context object
	RoleARN      string       // the role in the context object. Default: a role named "StepFunctionsRole"
	Type         Type         // Default: Standard
	Start        time.Time    // the start of the virtual clock. Default: 2026-01-01T00:00:00Z
	Seed         uint64       // decides jitter, random functions and task tokens. Default: 0
	Objects      Objects      // the S3 objects that Distributed Maps read and write. Default: none; a Map that needs them fails

	// NewToken makes the task tokens. Default: Seed decides them.
	NewToken func() string

	// RealTime makes the execution's clock go as the wall clock does: a wait takes as long as it says. Set Start to the current time.
	// Default: false, the clock is virtual.
	RealTime bool

	// OnEvent is called for each event of the history when it happens. Run then keeps no history. Child executions do not call it.
	// Default: none.
	OnEvent func(*Event)

	// OnMapRun is called when a Map Run starts, when its numbers change, and when it ends. Default: none.
	OnMapRun func(MapRun)

	// OnChild is called when a child execution of a Distributed Map ends. Child executions have a history only when OnChild is set,
	// and Run does not keep them. Default: none.
	OnChild func(child *Execution)
}

const (
	defaultRegion  = "us-east-1"
	defaultAccount = "123456789012"
)

var defaultStart = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// related returns the ARN of another Step Functions resource in the region and account of the execution.
func (o *Options) related(resource string) string {
	parts := strings.SplitN(o.ARN, ":", 6)
	if len(parts) < 6 {
		return arn(resource)
	}
	return strings.Join(append(parts[:5], resource), ":")
}

// region returns the region of the execution.
func (o *Options) region() string {
	return strings.SplitN(o.related(""), ":", 5)[3]
}

// arn returns the ARN of a Step Functions resource in the default account.
func arn(resource string) string {
	return "arn:aws:states:" + defaultRegion + ":" + defaultAccount + ":" + resource
}

func setDefault(field *string, value string) {
	if *field == "" {
		*field = value
	}
}
