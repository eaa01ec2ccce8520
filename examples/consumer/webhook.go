package main

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/services"
)

// Webhook is a downstream system of the team's own. The pipeline sends it the finding as JSON, by POST. When the system has seen a
// request's Idempotency-Key before, it must repeat its answer and do nothing else.
//
//	… → CheckApproval → PostSiteOutreach → …
type Webhook struct {
	// Name ends the state's name, "Post" and Name: 1 to 40 letters and digits that begin with a capital.
	Name string

	// URL receives the finding.
	URL string

	// Connection is the EventBridge connection that holds the credentials.
	Connection awsevents.IConnection
}

var _ risk.Downstream = Webhook{}

// webhookRetries repeat a request when the system is busy or out of reach. No other error is retried, because the system would
// answer the same again: the error ends the execution, and a redrive resumes in this state.
var webhookRetries = risk.Retry{
	Errors:   slices.Concat(services.InvokeHTTP.Transient, []string{services.Timeout}),
	Attempts: 5, Interval: 5 * time.Second, MaxDelay: time.Minute,
}

// ID implements [risk.Downstream]. The pipeline checks it.
func (w Webhook) ID() string { return w.Name }

// Validate implements [risk.Downstream].
func (w Webhook) Validate() error {
	var faults fault.List
	if !strings.HasPrefix(w.URL, "https://") {
		faults.Add("URL", `must begin with "https://"`, w.URL)
	}
	if w.Connection == nil {
		faults.Add("Connection", "is required: the EventBridge connection that holds the credentials")
	}
	return faults.Err()
}

// TimeLimit implements [risk.Downstream]. It leaves the state all its retries.
func (w Webhook) TimeLimit() time.Duration {
	return risk.Longest(services.InvokeHTTP.MaxTime, webhookRetries)
}

// AddStates implements [risk.Downstream]. The state adds the status of the answer to the execution's data, at downstream.NAME.
func (w Webhook) AddStates(scope *risk.Scope, next awsstepfunctions.IChainable) awsstepfunctions.IChainable {
	state := "Post" + w.Name
	w.allow(scope, state)
	task := scope.NewTask(state, risk.Task{
		Comment:     "Tells " + w.Name + " of the finding.",
		Integration: services.InvokeHTTP.Integration,
		Timeout:     services.InvokeHTTP.MaxTime,
		Arguments: map[string]any{
			"ApiEndpoint":      w.URL,
			"Method":           "POST",
			"InvocationConfig": map[string]any{"ConnectionArn": w.Connection.ConnectionArn()},
			// The key stays the same in every retry and redrive of an execution.
			"Headers":     map[string]any{"Content-Type": "application/json", "Idempotency-Key": jsonata(scope.Correlation(w.Name))},
			"RequestBody": jsonata(scope.Finding()),
		},
		Output: scope.WithAnswer(w.Name, `{"status": $states.result.StatusCode}`),
	})
	return risk.WithRetries(task, webhookRetries).Next(next)
}

// allow lets the state send requests to this URL by this method, with the credentials of this connection.
// https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
func (w Webhook) allow(scope *risk.Scope, state string) {
	scope.Allow(
		policy.Allow(state, []string{scope.MachineARN()}, "states:InvokeHTTPEndpoint").
			If("StringEquals", "states:HTTPEndpoint", w.URL).
			If("StringEquals", "states:HTTPMethod", "POST"),
		policy.Allow(state+"Connection", []string{*w.Connection.ConnectionArn()}, "events:RetrieveConnectionCredentials"),
		policy.Allow(state+"Secret", []string{*w.Connection.ConnectionSecretArn()}, "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"),
	)
}
