package local

import (
	"context"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/local/model"
	"clinical-risk-pipeline/services"
)

// SageMaker stands in for SageMaker endpoints. The same model answers for all of them.
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

// invokeEndpoint sends the Body as JSON, as Step Functions does: a string keeps its quotes. The Body of the answer is always a
// string.
func (s SageMaker) invokeEndpoint(ctx context.Context, call *Call) (asl.Reply, error) {
	response, err := s.Model.Invoke(ctx, model.Request{
		ContentType: call.text("ContentType"), Accept: call.text("Accept"), Attributes: call.text("CustomAttributes"), Body: []byte(asl.Encode(call.Parameters.Value("Body"))),
	})
	if err != nil {
		return asl.Reply{Duration: response.Duration}, err
	}
	variant := call.text("TargetVariant")
	if variant == "" {
		variant = "AllTraffic"
	}
	output := value.NewObject(3).With("Body", response.Body)
	if response.ContentType != "" {
		output.Set("ContentType", response.ContentType)
	}
	return asl.Reply{Output: output.With("InvokedProductionVariant", variant).Share(), Duration: response.Duration}, nil
}
