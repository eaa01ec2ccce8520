// Package model answers the pipeline's requests for a risk, as a SageMaker endpoint does.
//
// The package has two models. [Reference] is built in: a logistic model with published coefficients. [Endpoint] is any server that
// speaks SageMaker's container contract over HTTP. With it, a team tries its own container before the deployment.
//
// The package trusts neither. It hands on every answer as text, and the state machine decides whether the answer has a usable score.
// It refuses only what readers understand in different ways, such as an object with two risk scores.
// It never repeats a container's message about an error, which may hold health data.
package model

import (
	"context"
	"fmt"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/services"
)

// Model answers InvokeEndpoint.
type Model interface {
	// Invoke returns the model's answer. An *asl.Error is the endpoint's exception, with the name by which a state machine
	// catches it. Any other error, such as that of a cancelled context, aborts the run. The response's Duration is valid in every
	// case.
	Invoke(ctx context.Context, request Request) (Response, error)
}

// Request is a call of InvokeEndpoint.
type Request struct {
	ContentType string // "" to send none
	Accept      string // "" to send none
	Attributes  string // the CustomAttributes; "" to send none
	Body        []byte
}

// Response is the answer to a Request.
type Response struct {
	ContentType string
	Body        string
	Duration    time.Duration // the virtual time of the call: constant, so that two runs agree
}

// failure returns an exception as the SDK integration reports it, except for the request id, which differs between runs.
func failure(name string, status int, format string, a ...any) *asl.Error {
	return &asl.Error{Name: name, Cause: fmt.Sprintf("%s (Service: SageMakerRuntime, Status Code: %d)", fmt.Sprintf(format, a...), status)}
}

// modelError returns the exception for an error of the container. SageMaker reports it with status 424.
func modelError(containerStatus int, message string) *asl.Error {
	side := "server"
	if containerStatus >= 400 && containerStatus < 500 {
		side = "client"
	}
	return failure(services.SageMakerModelError, 424, "Received %s error (%d) from primary with message %q.", side, containerStatus, message)
}
