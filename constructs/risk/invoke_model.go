package risk

import (
	"strings"
	"time"

	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// invokeModelTimeout leaves the container its 60 seconds and the call itself a few more:
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
const invokeModelTimeout = 65 * time.Second

// invokeModel sends the features to the endpoint and adds its answer, and the variant that gave it, to the data. An answer
// that is no JSON fails the state.
func (p *ClinicalRiskPipeline) invokeModel() awsstepfunctions.TaskStateBase {
	body := map[string]any{workflow.Features: expression("$states.input." + workflow.TransformedFeatures)}
	output := expression(`$merge([$states.input, {"` + workflow.Inference + `": $parse($states.result.Body), "` +
		workflow.Variant + `": $states.result.InvokedProductionVariant}])`)
	state := awsstepfunctionstasks.CallAwsService_Jsonata(p, jsii.String(workflow.InvokeModel),
		p.invokeEndpoint(body, invokeModelTimeout, output))
	return retrying(state, modelRetries)
}

// invokeEndpoint is a call of the endpoint. The body goes out as an object, since Step Functions would quote a string
// again; the answer comes back as a string.
//
// Requirements: SRC-07
func (p *ClinicalRiskPipeline) invokeEndpoint(body map[string]any, limit time.Duration, output string) *awsstepfunctionstasks.CallAwsServiceJsonataProps {
	return &awsstepfunctionstasks.CallAwsServiceJsonataProps{
		Comment: jsii.String("Asks the endpoint for the risk of dropout."),
		Service: jsii.String("sagemakerruntime"),
		Action:  jsii.String("invokeEndpoint"),
		Parameters: &map[string]any{
			"EndpointName": p.props.EndpointName,
			"ContentType":  "application/json",
			"Accept":       "application/json",
			"Body":         body,
		},
		IamAction:    jsii.String("sagemaker:InvokeEndpoint"),
		IamResources: jsii.Strings(p.endpointARN()),
		TaskTimeout:  timeout(limit),
		Outputs:      output,
	}
}

// endpointARN is in lower case, as SageMaker writes the ARN of every endpoint.
func (p *ClinicalRiskPipeline) endpointARN() string {
	name := p.props.EndpointName
	if endpointNamePattern.MatchString(name) {
		name = strings.ToLower(name)
	}
	return p.arn("sagemaker", "endpoint/"+name)
}
