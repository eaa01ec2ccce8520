package audit

import (
	"slices"
	"strings"

	"clinical-risk-pipeline/constructs/internal/check"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudtrail"
	"github.com/aws/jsii-runtime-go"
)

// selectors choose the events that the trail logs:
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
func (t *Trail) selectors() *[]any {
	records := *t.props.Records.bucket.ArnForObjects(jsii.String(""))
	selected := []any{
		selector("Who read and wrote the records",
			equals("eventCategory", "Data"), equals("resources.type", "AWS::S3::Object"), startsWith("resources.ARN", records)),
		selector("Who called the model",
			equals("eventCategory", "Data"), equals("resources.type", "AWS::SageMaker::Endpoint"), equals("resources.ARN", t.endpointARNs()...)),
	}
	if len(t.functions) > 0 {
		selected = append(selected, selector("Who decided",
			equals("eventCategory", "Data"), equals("resources.type", "AWS::Lambda::Function"), equals("resources.ARN", t.functions...)))
	}
	if !t.props.WithoutManagementEvents {
		// StartExecution, RedriveExecution and StopExecution are writes. A trail cannot select the management events of one
		// service, only leave out those of KMS and of RDS. So it logs the writes of every service, among them changes of
		// policies, keys, the state machine and the endpoint. It leaves out reads, which include the encryption calls of KMS.
		selected = append(selected, selector("Who started and redrove executions, and who changed what is deployed",
			equals("eventCategory", "Management"), equals("readOnly", "false")))
	}
	return &selected
}

// LogInvocations also logs who invokes a function, by its ARN. CloudTrail's event has the request id of the invocation: an approval
// record names it, so that an auditor can compare the signer with the caller.
//
// Requirements: P11-10e
func (t *Trail) LogInvocations(functionARN string) {
	t.functions = append(t.functions, functionARN)
	t.trail.SetAdvancedEventSelectors(t.selectors())
}

// LogModel also logs who calls another endpoint, in the stack's account and region.
func (t *Trail) LogModel(endpointName string) {
	if slices.Contains(t.endpoints, endpointName) {
		return
	}
	t.endpoints = append(t.endpoints, endpointName)
	t.trail.SetAdvancedEventSelectors(t.selectors())
}

// endpointARNs are the forms in which events may name the endpoints: SageMaker writes names in ARNs in lower case.
func (t *Trail) endpointARNs() []string {
	var names []string
	for _, name := range t.endpoints {
		names = append(names, name)
		if lower := strings.ToLower(name); !check.IsToken(name) && lower != name {
			names = append(names, lower)
		}
	}
	var arns []string
	for _, name := range names {
		arns = append(arns, *t.stack().FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("sagemaker"), Resource: jsii.String("endpoint"), ResourceName: &name,
		}))
	}
	return arns
}

func selector(name string, fields ...any) *awscloudtrail.CfnTrail_AdvancedEventSelectorProperty {
	return &awscloudtrail.CfnTrail_AdvancedEventSelectorProperty{Name: &name, FieldSelectors: fields}
}

func equals(field string, values ...string) *awscloudtrail.CfnTrail_AdvancedFieldSelectorProperty {
	return &awscloudtrail.CfnTrail_AdvancedFieldSelectorProperty{Field: &field, EqualTo: jsii.Strings(values...)}
}

func startsWith(field string, values ...string) *awscloudtrail.CfnTrail_AdvancedFieldSelectorProperty {
	return &awscloudtrail.CfnTrail_AdvancedFieldSelectorProperty{Field: &field, StartsWith: jsii.Strings(values...)}
}
