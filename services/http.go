package services

import "time"

// HTTPBadRequest is what a stand-in throws for a request that the endpoint rejects.
const HTTPBadRequest = "States.Http.StatusCode.400"

// InvokeHTTP sends a request to an HTTPS endpoint, with the credentials of an EventBridge connection. It has no API model. An
// error response has the error States.Http.StatusCode and the status; the list has those that a REST API is likely to give.
var InvokeHTTP = Call{
	Integration: "http:invoke",
	Operation:   Operation{Action: "states:InvokeHTTPEndpoint"},
	Grants:      []string{"events:RetrieveConnectionCredentials", "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"},
	Transient: []string{
		"States.Http.Socket", "States.Http.StatusCode.429", "States.Http.StatusCode.500", "States.Http.StatusCode.502",
		"States.Http.StatusCode.503", "States.Http.StatusCode.504",
	},
	Other: []string{
		HTTPBadRequest, "States.Http.StatusCode.401", "States.Http.StatusCode.403", "States.Http.StatusCode.404",
	},
	MaxTime: 60 * time.Second,
	Source:  "https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html",
}
