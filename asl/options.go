package asl

import (
	"strings"
	"time"
)

// Type is the type of a workflow.
type Type string

// The types of a workflow. They differ in limits and in price.
const (
	Standard Type = "STANDARD" // lives a year at most, 25,000 history events, billed by transition
	Express  Type = "EXPRESS"  // lives five minutes at most, no .sync and no task tokens, billed by request and time
)

// StateMachine names the state machine that an execution belongs to, for the context object.
type StateMachine struct {
	ARN  string // Default: derived from Name
	Name string // Default: the last part of ARN, or "stateMachine"
}

// Options say how an execution runs. The zero value is usable for a definition without tasks.
type Options struct {
	Handler      Handler      // performs the tasks. Default: every task is an error that aborts Run
	Name         string       // the execution's name. Default: "execution"
	ARN          string       // the execution's ARN. Default: derived from the state machine and Name
	StateMachine StateMachine // what the context object says about the state machine
	RoleARN      string       // what the context object says about the role. Default: a role named "StepFunctionsRole"
	Type         Type         // Default: Standard
	Start        time.Time    // when the virtual clock starts. Default: 2026-01-01T00:00:00Z
	Seed         uint64       // decides jitter, random functions, and whatever else AWS leaves open. Default: 0
	Objects      Objects      // the S3 objects that Distributed Maps read and write. Default: none; using them fails the execution

	// OnChild is told about each child execution of a Distributed Map when it ended, in that order. Only then do children keep a
	// history; nothing else does keep them. Default: nobody.
	OnChild func(child *Execution)
}

const (
	defaultRegion  = "us-east-1"
	defaultAccount = "123456789012"
)

var defaultStart = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// related is the ARN of another resource of Step Functions, in the region and the account of the execution.
func (o *Options) related(resource string) string {
	parts := strings.SplitN(o.ARN, ":", 6)
	if len(parts) < 6 {
		return arn(resource)
	}
	return strings.Join(append(parts[:5], resource), ":")
}

// region is the region of the execution.
func (o *Options) region() string {
	return strings.SplitN(o.related(""), ":", 5)[3]
}

// arn is the ARN of a resource of Step Functions in the default account.
func arn(resource string) string {
	return "arn:aws:states:" + defaultRegion + ":" + defaultAccount + ":" + resource
}

func setDefault(field *string, value string) {
	if *field == "" {
		*field = value
	}
}
