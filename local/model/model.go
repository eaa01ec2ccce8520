// Package model answers the pipeline's requests for a risk, as a SageMaker endpoint would.
//
// There are two models. [Reference] is built in: a logistic model whose coefficients are published. [Endpoint] is any server
// that speaks SageMaker's container contract over HTTP, which is how a team tries its own container before it deploys it.
//
// Neither is trusted. What a model answers is handed on as the text that it is, and the state machine decides whether there
// is a usable score in it. What a container says about its errors may hold health data, and is never repeated.
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
	// Invoke returns the model's answer. An error that is an *asl.Error is the endpoint's exception, under the name by
	// which a state machine catches it; any other error is no outcome of the call, such as a cancelled context. The
	// response's Duration counts in every case.
	Invoke(ctx context.Context, request Request) (Response, error)
}

// Request is a call of InvokeEndpoint.
type Request struct {
	ContentType string // "" to send none
	Accept      string // "" to send none
	Body        []byte
}

// Response is the answer to a Request.
type Response struct {
	ContentType string
	Body        string
	Duration    time.Duration // virtual time that the call took: a constant, so that two runs agree
}

// failure renders an exception as the SDK integration reports it, save for the request id, which no two runs share.
func failure(name string, status int, format string, a ...any) *asl.Error {
	return &asl.Error{Name: name, Cause: fmt.Sprintf("%s (Service: SageMakerRuntime, Status Code: %d)", fmt.Sprintf(format, a...), status)}
}

// modelError is the exception for an answer of the container other than success. SageMaker reports it with status 424.
func modelError(containerStatus int, message string) *asl.Error {
	side := "server"
	if containerStatus >= 400 && containerStatus < 500 {
		side = "client"
	}
	return failure(services.SageMakerModelError, 424, "Received %s error (%d) from primary with message %q.", side, containerStatus, message)
}
