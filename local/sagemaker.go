package local

import (
	"context"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/services"
)

// SageMaker stands in for every endpoint, with the same model.
type SageMaker struct{ Model model.Model }

// Integrations implements Service.
func (s SageMaker) Integrations() []Integration {
	return []Integration{{
		Name: services.InvokeEndpoint.Integration,
		Parameters: Shape{
			"EndpointName": required(String), "Body": required(Document),
			"ContentType": optional(String), "Accept": optional(String), "CustomAttributes": optional(String),
			"TargetModel": optional(String), "TargetVariant": optional(String), "TargetContainerHostname": optional(String),
			"InferenceId": optional(String), "EnableExplanations": optional(String),
			"InferenceComponentName": optional(String), "SessionId": optional(String),
		},
		Perform: s.invokeEndpoint,
	}}
}

// invokeEndpoint sends the Body as JSON, a string with its quotes, as Step Functions does. The Body of the answer is a
// string, whatever it holds.
func (s SageMaker) invokeEndpoint(ctx context.Context, call *Call) (asl.Reply, error) {
	response, err := s.Model.Invoke(ctx, model.Request{
		ContentType: call.text("ContentType"), Accept: call.text("Accept"), Body: []byte(asl.Encode(call.Parameters["Body"])),
	})
	if err != nil {
		return asl.Reply{Duration: response.Duration}, err
	}
	variant := call.text("TargetVariant")
	if variant == "" {
		variant = "AllTraffic"
	}
	output := map[string]any{"Body": response.Body, "InvokedProductionVariant": variant}
	if response.ContentType != "" {
		output["ContentType"] = response.ContentType
	}
	return asl.Reply{Output: output, Duration: response.Duration}, nil
}
