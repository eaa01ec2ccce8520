package call

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// performSageMakerRuntime asks an endpoint for an inference. The body is JSON text, and so is the answer's Body.
func performSageMakerRuntime(ctx context.Context, r *request) (any, error) {
	var parameters struct {
		EndpointName, ContentType, Accept, TargetModel, TargetVariant, CustomAttributes string
		InferenceID                                                                     string `json:"InferenceId"`
		Body                                                                            json.RawMessage
	}
	if r.action != "invokeEndpoint" {
		return nil, r.fault("SdkClientException", "Only invokeEndpoint is supported, got "+r.action)
	}
	if err := r.read(&parameters); err != nil {
		return nil, err
	}
	header := http.Header{}
	for name, value := range map[string]string{
		"Content-Type": parameters.ContentType, "Accept": parameters.Accept, "X-Amzn-Sagemaker-Target-Model": parameters.TargetModel,
		"X-Amzn-Sagemaker-Target-Variant": parameters.TargetVariant, "X-Amzn-Sagemaker-Custom-Attributes": parameters.CustomAttributes,
		"X-Amzn-Sagemaker-Inference-Id": parameters.InferenceID,
	} {
		if value != "" {
			header.Set(name, value)
		}
	}
	a, err := r.send(ctx, http.MethodPost, "/endpoints/"+url.PathEscape(parameters.EndpointName)+"/invocations", header, parameters.Body)
	if err != nil {
		return nil, err
	}
	switch {
	case a.status == http.StatusFailedDependency:
		return nil, r.fault("ModelErrorException", string(a.body))
	case a.status == http.StatusTooManyRequests:
		return nil, r.fault("ThrottlingException", string(a.body))
	case a.status == http.StatusServiceUnavailable:
		return nil, r.fault("ServiceUnavailableException", string(a.body))
	case a.status >= http.StatusBadRequest:
		return nil, r.refusal(a)
	}
	result := map[string]any{"Body": string(a.body), "ContentType": a.header.Get("Content-Type")}
	if variant := a.header.Get("x-Amzn-Invoked-Production-Variant"); variant != "" {
		result["InvokedProductionVariant"] = variant
	}
	return result, nil
}
