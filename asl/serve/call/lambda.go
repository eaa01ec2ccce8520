package call

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// performLambda invokes a function by the Invoke API.
func performLambda(ctx context.Context, r *request) (any, error) {
	if r.action != "invoke" {
		return nil, r.fault("SdkClientException", "Only invoke is supported, got "+r.action)
	}
	parameters := struct {
		FunctionName, InvocationType, Qualifier, ClientContext string
		Payload                                                json.RawMessage
	}{FunctionName: r.function, Payload: json.RawMessage(r.parameters)}
	if r.function == "" {
		parameters.Payload = nil
		if err := r.read(&parameters); err != nil {
			return nil, err
		}
	}
	path := "/2015-03-31/functions/" + url.PathEscape(parameters.FunctionName) + "/invocations"
	if parameters.Qualifier != "" {
		path += "?Qualifier=" + url.QueryEscape(parameters.Qualifier)
	}
	header := http.Header{"Content-Type": {"application/json"}}
	for name, text := range map[string]string{"X-Amz-Invocation-Type": parameters.InvocationType, "X-Amz-Client-Context": parameters.ClientContext} {
		if text != "" {
			header.Set(name, text)
		}
	}
	a, err := r.send(ctx, http.MethodPost, path, header, parameters.Payload)
	if err != nil {
		return nil, err
	}
	return r.invoked(a)
}

// invoked returns the result of an invocation.
func (r *request) invoked(a *answer) (any, error) {
	switch {
	case a.status == http.StatusTooManyRequests:
		return nil, r.fault("TooManyRequestsException", string(a.body))
	case a.status >= http.StatusInternalServerError:
		return nil, r.fault("ServiceException", string(a.body))
	case a.status >= http.StatusBadRequest:
		return nil, r.refusal(a)
	case a.header.Get("X-Amz-Function-Error") != "":
		return nil, functionError(a.body)
	}
	var payload any
	if len(a.body) > 0 {
		var err error
		if payload, err = asl.Decode(a.body); err != nil {
			payload = string(a.body)
		}
	}
	if r.function != "" {
		return payload, nil
	}
	version := a.header.Get("X-Amz-Executed-Version")
	if version == "" {
		version = "$LATEST"
	}
	return r.metadata(value.NewObject(5).With("ExecutedVersion", version).With("Payload", payload).With("StatusCode", float64(a.status)), a), nil
}

// functionError is the error of a function: its type is the name, and the whole payload is the cause.
func functionError(payload []byte) error {
	var thrown struct {
		ErrorType string `json:"errorType"`
	}
	if json.Unmarshal(payload, &thrown) != nil || thrown.ErrorType == "" {
		return &asl.Error{Name: "Lambda.Unknown", Cause: "The cause could not be determined because Lambda did not return an error type. Returned payload: " + string(payload)}
	}
	return &asl.Error{Name: thrown.ErrorType, Cause: string(payload)}
}
