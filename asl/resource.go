package asl

import "strings"

// resource is a task's Resource, parsed.
type resource struct {
	arn      string
	kind     resourceKind
	service  string // of an integration: "sns", "aws-sdk:s3"; otherwise "lambda" or "activity"
	action   string // of an integration, with the pattern: "publish", "invoke.waitForTaskToken"
	region   string // "": the region of the execution
	waits    bool   // .waitForTaskToken
	runsAJob bool   // .sync or .sync:2
}

type resourceKind int

const (
	integration    resourceKind = iota // arn:aws:states:::SERVICE:ACTION
	lambdaFunction                     // arn:aws:lambda:…:function:NAME
	activity                           // arn:aws:states:…:activity:NAME
	opaque                             // anything else, such as a placeholder in a template
)

// parseResource reads an ARN.
func parseResource(arn string) resource {
	r := resource{arn: arn, kind: opaque}
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return r
	}
	r.region = parts[3]
	rest := parts[5]
	switch {
	case parts[2] == "lambda":
		r.kind, r.service = lambdaFunction, "lambda"
	case parts[2] == "states" && strings.HasPrefix(rest, "activity:"):
		r.kind, r.service = activity, "activity"
	case parts[2] == "states":
		r.integration(rest)
	}
	return r
}

// integration reads SERVICE:ACTION. The service may have the form aws-sdk:NAME, and the action may end in a pattern.
func (r *resource) integration(rest string) {
	service, action, ok := strings.Cut(rest, ":")
	if service == "aws-sdk" {
		var name string
		name, action, ok = strings.Cut(action, ":")
		service += ":" + name
	}
	if !ok {
		return
	}
	r.kind, r.service, r.action = integration, service, action
	_, pattern, _ := strings.Cut(action, ".")
	r.waits = pattern == "waitForTaskToken"
	r.runsAJob = strings.HasPrefix(pattern, "sync")
}

// name returns the name of the resource in the service's messages.
func (r *resource) name() string {
	if r.kind == integration {
		return r.service
	}
	return r.arn
}

// call returns the name under which the bill counts calls.
func (r *resource) call() string {
	switch r.kind {
	case integration:
		return r.service + ":" + r.action
	case opaque:
		return r.arn
	}
	return r.service
}

// givesToken reports whether the service passes a task token.
func (r *resource) givesToken() bool {
	return r.waits || r.runsAJob || r.kind == activity
}
