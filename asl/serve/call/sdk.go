package call

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// config returns the configuration of a client of the SDK. Retries are the state machine's.
func (r *request) config() aws.Config {
	return aws.Config{
		Region: r.e.region, HTTPClient: r.e.client, BaseEndpoint: aws.String(r.base.String()), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return credentials, nil }),
	}
}

// refused turns an error of the SDK into an error of the service.
func (r *request) refused(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	fault, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return r.fault("SdkClientException", err.Error())
	}
	status, id := 0, ""
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		status, id = response.HTTPStatusCode(), response.ServiceRequestID()
	}
	return r.fault(fault.ErrorCode(), fmt.Sprintf("%s (Service: %s, Status Code: %d, Request ID: %s)", fault.ErrorMessage(), r.service.sdk, status, id))
}

// members returns the members of an answer of the SDK that are there.
func members(output any) (*value.Object, error) {
	text, err := json.Marshal(output)
	if err != nil {
		return nil, err
	}
	all, err := object(text)
	if err != nil {
		return nil, err
	}
	for _, name := range all.Keys() {
		if v := all.Value(name); v == nil || v == "" || name == "ResultMetadata" {
			all.Delete(name)
		}
	}
	return all, nil
}

// performSNS publishes. A message that is an object is sent as JSON text.
func performSNS(ctx context.Context, r *request) (any, error) {
	var parameters map[string]json.RawMessage
	if err := r.read(&parameters); err != nil {
		return nil, err
	}
	if r.action != "publish" {
		return nil, r.fault("SdkClientException", "Only publish is supported, got "+r.action)
	}
	if message, ok := parameters["Message"]; ok {
		parameters["Message"], _ = json.Marshal(asText(message)) // A text always can.
	}
	text, err := json.Marshal(parameters)
	if err != nil {
		return nil, err
	}
	var input sns.PublishInput
	if err := json.Unmarshal(text, &input); err != nil {
		return nil, &asl.Error{Name: asl.ErrRuntime, Cause: "The parameters of sns:publish cannot be read: " + err.Error()}
	}
	output, err := sns.NewFromConfig(r.config()).Publish(ctx, &input)
	if err != nil {
		return nil, r.refused(ctx, err)
	}
	all, err := members(output)
	if err != nil {
		return nil, err
	}
	return r.metadata(all, &answer{status: 200}), nil
}

// isNotFound reports whether an error of the SDK is that of a missing key.
func isNotFound(err error) bool {
	fault, ok := errors.AsType[smithy.APIError](err)
	return ok && (strings.HasPrefix(fault.ErrorCode(), "NoSuchKey") || fault.ErrorCode() == "NotFound")
}
