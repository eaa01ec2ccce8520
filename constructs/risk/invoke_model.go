package risk

import (
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

// invokeModelTimeout leaves the container its 60 seconds and the call itself a few more:
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
const invokeModelTimeout = 65 * time.Second

// modelRetries repeat what may pass: asking for a score twice changes nothing. SageMaker reports throttling under the
// SDK's general name. A request that it calls invalid stays invalid.
var modelRetries = []Retry{
	{Errors: []string{"SageMakerRuntime.ValidationErrorException"}},
	{
		Errors: []string{
			"SageMakerRuntime.SageMakerRuntimeException", "SageMakerRuntime.ThrottlingException",
			"SageMakerRuntime.ServiceUnavailableException", "SageMakerRuntime.InternalFailureException",
			"SageMakerRuntime.InternalDependencyException", "SageMakerRuntime.ModelNotReadyException",
			"SageMakerRuntime.SdkClientException",
		},
		Attempts: 6, Interval: 2 * time.Second, MaxDelay: time.Minute,
	},
	{Errors: []string{taskFailed, timedOut}, Attempts: 2, Interval: 2 * time.Second, MaxDelay: time.Minute},
}

// invokeModel sends the features to the endpoint and adds its answer, and the variant that gave it, to the data. An answer
// that is not valid JSON fails the state.
func (p *ClinicalRiskPipeline) invokeModel() awsstepfunctions.TaskStateBase {
	body := map[string]any{workflow.Features: expression("$states.input." + workflow.TransformedFeatures)}
	output := `$merge([$states.input, {"` + workflow.Inference + `": $parse($states.result.Body), "` +
		workflow.Variant + `": $states.result.InvokedProductionVariant}])`
	return WithRetries(p.invokeEndpoint(body, invokeModelTimeout, output), modelRetries...)
}

// invokeEndpoint adds the state InvokeModel. The body goes out as an object, since Step Functions would quote a string again; the
// answer comes back as a string.
//
// Requirements: SRC-07
func (p *ClinicalRiskPipeline) invokeEndpoint(body map[string]any, limit time.Duration, output string) awsstepfunctions.TaskStateBase {
	p.scope.Allow(policy.Allow(workflow.InvokeModel, []string{p.endpointARN()}, "sagemaker:InvokeEndpoint"))
	return p.callService(workflow.InvokeModel, serviceCall{
		comment: "Asks the endpoint for the risk of dropout.",
		service: "sagemakerruntime",
		action:  "invokeEndpoint",
		parameters: map[string]any{
			"EndpointName": p.props.EndpointName,
			"ContentType":  "application/json",
			"Accept":       "application/json",
			"Body":         body,
		},
		timeout: limit,
		output:  expression(output),
	})
}

// endpointARN is in lower case, as SageMaker writes the ARN of every endpoint.
func (p *ClinicalRiskPipeline) endpointARN() string {
	name := p.props.EndpointName
	if !check.IsToken(name) {
		name = strings.ToLower(name)
	}
	return p.scope.ARN("sagemaker", "endpoint/"+name)
}
