// Package services lists the API calls that the state machines of this project make, and what AWS says about each: how a
// task names the call, the IAM actions that it needs, the errors that it may end with, and its limits.
//
// The constructs, the local stand-ins and the fault sweep read this list, so that they agree:
//
//   - A state's retriers name the errors in [Call.Transient] and [Call.Permanent].
//   - A stand-in throws the errors that have a constant, such as [SageMakerThrottling].
//   - The fault sweep throws all [Call.Errors].
//
// Each service has a file of its own. An error has the name that Step Functions gives it: the integration's prefix, a dot,
// and the exception's name in the service's API model, with "Exception" at its end:
// https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
// Most names follow from that rule and were not seen in an execution on AWS. A state that must not stop at an unknown name
// therefore also needs a retrier for States.TaskFailed.
//
// models.json is an extract of AWS's API models: the operations below with their errors, parameters and responses. A test
// compares this package with it. `make models` makes it; the file names its source and version.
//
// The package imports nothing of this project.
package services

import (
	"slices"
	"strings"
	"time"
)

// Call is an API call that a task makes.
type Call struct {
	// Integration is what follows "arn:aws:states:::" in the task's Resource.
	Integration string

	// Operation is the operation that the task's arguments are for.
	Operation Operation

	// VersionAction is the IAM action that takes the place of the operation's where the arguments name a version of an object.
	// Empty: the operation has no such argument.
	VersionAction string

	// Job are the operations with which Step Functions follows and stops the job that a .sync integration started.
	Job []Operation

	// Rule is the EventBridge rule that tells Step Functions of the end of the job. Step Functions creates it under this name and
	// needs [RuleActions] on it. Empty: Step Functions needs no rule.
	Rule string

	// Grants are the other IAM actions that the call needs, on other resources.
	Grants []string

	// Transient are the errors that pass: a retrier repeats the call after them. The order is that of the retrier.
	Transient []string

	// Permanent are the errors that another attempt meets again. A retrier with zero attempts names them where a later
	// retrier, for States.TaskFailed, would repeat the call.
	Permanent []string

	// Other are the rest of the known errors. No retrier names them.
	Other []string

	// Undeclared says of each error that the API model does not declare where its name comes from.
	Undeclared map[string]string

	// MaxBytes limits the request's payload, and the response's. Zero: [MaxDataBytes] is the limit.
	MaxBytes int

	// MaxTime is the longest that the service takes to answer. Zero: AWS does not document it.
	MaxTime time.Duration

	// Source is the page of AWS's documentation that describes the integration.
	Source string
}

// Operation is an operation of a service's API.
type Operation struct {
	Service string // its name in botocore, as in models.json. Empty: the operation has no API model
	Name    string
	Action  string // the IAM action that allows it
}

// RuleActions are the IAM actions that Step Functions needs on [Call.Rule].
var RuleActions = []string{"events:PutTargets", "events:PutRule", "events:DescribeRule"}

// The reserved names of Step Functions that stand for more than one error:
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
const (
	TaskFailed = "States.TaskFailed" // in a retrier or catcher: every error of a task but Timeout
	Any        = "States.ALL"        // in a retrier or catcher: every error that can be caught, alone in its list
	Timeout    = "States.Timeout"    // the task ran into its TimeoutSeconds

	// QueryEvaluation is the error of a JSONata expression that cannot be evaluated.
	QueryEvaluation = "States.QueryEvaluationError"
)

// The limits of Step Functions: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const (
	MaxDataBytes   = 256 << 10       // of a state's input, of its output, and of a task's result
	MaxExpressTime = 5 * time.Minute // of an Express execution
)

// Where the names of undeclared errors come from.
const (
	serviceWide = "the SDK's name for every error of the service that has no exception of its own"
	noAnswer    = "the SDK's name for a request that got no answer"
	common      = "one of the errors common to every action of AWS; the service's API model does not declare it"
	reserved    = "a name of Step Functions itself: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"
)

// Calls are all calls, in the order of their integrations.
func Calls() []Call {
	calls := []Call{
		AddStep, Publish, InvokeEndpoint, InvokeFunction, InvokeHTTP, GetObject, HeadObject, PutItem, PutMetricData, PutObject, Query,
		ReadItems, RunFunction, StartExecution, StartGlueJob, StartServerlessJob,
	}
	slices.SortFunc(calls, func(a, b Call) int { return strings.Compare(a.Integration, b.Integration) })
	return calls
}

// Of returns the call that a task with this Resource makes.
func Of(resource string) (Call, bool) {
	for _, call := range Calls() {
		if strings.HasSuffix(resource, ":::"+call.Integration) {
			return call, true
		}
	}
	return Call{}, false
}

// Errors are the names of all errors that the call is known to end with.
func (c Call) Errors() []string { return slices.Concat(c.Transient, c.Permanent, c.Other) }

// JobActions are the IAM actions with which Step Functions follows and stops the job.
func (c Call) JobActions() []string {
	actions := []string{}
	for _, operation := range c.Job {
		actions = append(actions, operation.Action)
	}
	return actions
}

// Actions are the IAM actions of the operation and of its job.
func (c Call) Actions() []string { return append([]string{c.Operation.Action}, c.JobActions()...) }

// SDK returns the service and the action of an AWS SDK integration, as the CDK's CallAwsService takes them.
func (c Call) SDK() (service, action string) {
	service, action, _ = strings.Cut(strings.TrimPrefix(c.Integration, "aws-sdk:"), ":")
	return service, action
}
