package operate

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"clinical-risk-pipeline/internal/plain"
)

// explained are the codes of refusals that have a remedy. The service's own text may quote what was sent.
var explained = map[string]string{
	"ExpiredTokenException":       "the AWS credentials have expired: sign in again, and repeat the command",
	"ExpiredToken":                "the AWS credentials have expired: sign in again, and repeat the command",
	"UnrecognizedClientException": "AWS does not know these credentials: sign in again, or choose another profile",
	"InvalidClientTokenId":        "AWS does not know these credentials: sign in again, or choose another profile",
	"InvalidSignatureException":   "AWS refused the signature: check the secret access key, and the clock of this machine",
	"ExecutionDoesNotExist":       "no such execution in this account and region, or it ended more than 90 days ago: check the ARN, the profile and the region",
	"StateMachineDoesNotExist":    "no such state machine in this account and region: check the ARN, the profile and the region",
	"ResourceNotFound":            "no such alias, version or Map Run in this account and region: check the ARN, the profile and the region",
	"ResourceNotFoundException":   "no such alias, version or Map Run in this account and region: check the ARN, the profile and the region",
	"InvalidArn":                  "the ARN is not valid here: check it, and the region",
	"KmsAccessDeniedException":    "you may not use the key of the state machine: ask for kms:Decrypt on it",
	"ExecutionAlreadyExists":      "an execution of this name exists, with another input or at its end: choose another --name",
	"ExecutionLimitExceeded":      "the account has as many open executions as it may have: wait until some end",
	"StateMachineDeleting":        "the state machine is being deleted",
	"InvalidExecutionInput":       "Step Functions refused the input as JSON",
	"InvalidName":                 "the name of the execution is not valid: use letters, digits, - and _",
}

// Fault is a refusal or a failure of a call, in one line.
type Fault struct {
	Operation string // such as "StartExecution"
	Code      string // the service's; "" without an answer
	Remedy    string

	cause error
}

// Error implements error.
func (f *Fault) Error() string {
	text := f.Operation
	if f.Code != "" {
		text += " was refused with " + plain.Line(f.Code)
	}
	return text + ": " + f.Remedy
}

// Unwrap returns the error of the SDK.
func (f *Fault) Unwrap() error { return f.cause }

// Is reports whether an error is a refusal with one of the codes.
func Is(err error, codes ...string) bool {
	fault, ok := errors.AsType[*Fault](err)
	if !ok {
		return false
	}
	for _, code := range codes {
		if fault.Code == code {
			return true
		}
	}
	return false
}

// Explain turns an error of the SDK into a [Fault]. It drops the service's message, which may quote data. Other errors stay as they are.
func Explain(err error) error {
	if _, ok := errors.AsType[*Fault](err); ok {
		return err
	}
	if _, ok := errors.AsType[*smithy.OperationError](err); !ok {
		return err
	}
	return explain(err)
}

func explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	fault := &Fault{Operation: "AWS", cause: err}
	if call, ok := errors.AsType[*smithy.OperationError](err); ok {
		fault.Operation = call.Operation()
	}
	refusal, refused := errors.AsType[smithy.APIError](err)
	switch {
	case refused:
		fault.Code = refusal.ErrorCode()
		fault.Remedy = remedy(refusal)
	case isAboutCredentials(err):
		fault.Remedy = "no usable AWS credentials: sign in first, or choose a profile with --profile"
	case isAboutEndpoints(err):
		fault.Remedy = "the AWS region is unknown or the endpoint is no URL: set --region or AWS_REGION, and check --endpoint-url"
	default:
		fault.Remedy = "no answer: check the network, and --endpoint-url if you set it"
	}
	return fault
}

func remedy(refusal smithy.APIError) string {
	code := refusal.ErrorCode()
	switch text, known := explained[code]; {
	case known:
		return text
	case code == "AccessDeniedException" || code == "AccessDenied":
		return "your credentials do not allow it: docs/operate.md lists the permissions of each command"
	case code == "ExecutionNotRedrivable":
		return "Step Functions cannot redrive it: it has ended well, runs, or ended more than 14 days ago"
	case throttling[code]:
		return "AWS throttles the account: wait, or start fewer at once with --rate"
	}
	return "see the error code in the API reference of Step Functions"
}

// throttling are the codes of throttled calls.
var throttling = map[string]bool{
	"ThrottlingException": true, "Throttling": true, "TooManyRequestsException": true, "RequestLimitExceeded": true, "KmsThrottlingException": true, "SlowDown": true,
}

func isThrottling(err error) bool {
	refusal, ok := errors.AsType[smithy.APIError](err)
	return ok && throttling[refusal.ErrorCode()]
}

// isAboutCredentials reports whether the SDK found no credentials to sign with.
func isAboutCredentials(err error) bool {
	text := err.Error()
	return strings.Contains(text, "get identity") || strings.Contains(text, "failed to refresh cached credentials") || strings.Contains(text, "StaticCredentialsEmpty")
}

// isAboutEndpoints reports whether the SDK does not know where to send a call.
func isAboutEndpoints(err error) bool {
	if _, ok := errors.AsType[*aws.MissingRegionError](err); ok {
		return true
	}
	text := err.Error()
	return strings.Contains(text, "resolve service endpoint") || strings.Contains(text, "ResolveEndpointV2") || strings.Contains(text, "endpoint rule error")
}
