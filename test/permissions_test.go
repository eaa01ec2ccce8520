package test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/risk"
)

// statements of the role, by name.
func (p *pipeline) statements(t *testing.T) map[string]object {
	t.Helper()
	policy := p.resources("AWS::IAM::ManagedPolicy")["PipelinePermissions841DF3AF"]
	if policy == nil {
		t.Fatal("the role has no policy")
	}
	document := policy["PolicyDocument"].(object)
	statements := map[string]object{}
	for _, s := range document["Statement"].([]any) {
		statement := s.(object)
		statements[statement["Sid"].(string)] = statement
	}
	return statements
}

// arn is an ARN in the stack's own partition, region and account.
func arn(service, resource string) object {
	return object{"Fn::Join": []any{"", []any{
		"arn:", object{"Ref": "AWS::Partition"}, ":" + service + ":", object{"Ref": "AWS::Region"}, ":",
		object{"Ref": "AWS::AccountId"}, ":" + resource,
	}}}
}

func allow(name string, resource any, actions any) object {
	return object{"Sid": name, "Effect": "Allow", "Action": actions, "Resource": resource}
}

var pipelineKey = attribute("PipelineKeyF48EE773", "Arn")

// machineARN is the ARN that the variant's state machine will have, with a suffix. Policies name it before it is there.
func machineARN(suffix string) object {
	return arn("states", "stateMachine:Variant-Pipeline-EFE2F723"+suffix)
}

// manageRule are the actions on a rule that Step Functions manages.
var manageRule = []any{"events:DescribeRule", "events:PutRule", "events:PutTargets"}

// Requirements: SRC-13, P11-10d
func TestRoleHasExactlyTheseStatements(t *testing.T) {
	p := synthesize(t, "smallest", smallest)
	want := map[string]object{
		"StartEMRJob": allow("StartEMRJob", arn("elasticmapreduce", "cluster/j-ABC123"),
			[]any{"elasticmapreduce:AddJobFlowSteps", "elasticmapreduce:CancelSteps", "elasticmapreduce:DescribeStep"}),
		"StartEMRJobEvents": allow("StartEMRJobEvents", arn("events", "rule/StepFunctionsGetEventForEMRAddJobFlowStepsRule"), manageRule),
		"InvokeModel":       allow("InvokeModel", arn("sagemaker", "endpoint/dropout-inference"), "sagemaker:InvokeEndpoint"),
		"NotifyTeam":        allow("NotifyTeam", object{"Ref": "PipelineAlertTopic0173397D"}, "sns:Publish"),
		"TopicEncryption":   with(allow("TopicEncryption", pipelineKey, []any{"kms:Decrypt", "kms:GenerateDataKey"}), through("sns")),
		"ExecutionEncryption": with(allow("ExecutionEncryption", pipelineKey, []any{"kms:Decrypt", "kms:GenerateDataKey"}),
			object{"StringEquals": object{"kms:EncryptionContext:aws:states:stateMachineArn": []any{machineARN("")}}}),
		"LogEncryption": with(allow("LogEncryption", pipelineKey, "kms:GenerateDataKey"),
			object{"StringEquals": object{"kms:EncryptionContext:SourceArn": []any{arn("logs", "*")}}}),
		"Logging": allow("Logging", "*", []any{
			"logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies",
			"logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery"}),
		"Tracing": allow("Tracing", "*", []any{
			"xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}),
	}
	if diff := cmp.Diff(want, p.statements(t)); diff != "" {
		t.Error(diff)
	}
}

// Requirements: SRC-10
func TestRoleIsAssumedByStepFunctionsAndHasNoOtherPolicy(t *testing.T) {
	p := synthesize(t, "smallest", smallest)
	role := p.resource(t, "AWS::IAM::Role")
	if diff := cmp.Diff([]any{object{"Ref": "PipelinePermissions841DF3AF"}}, role["ManagedPolicyArns"]); diff != "" {
		t.Error(diff)
	}
	if role["Policies"] != nil || len(p.resources("AWS::IAM::Policy")) > 0 {
		t.Error("the role has statements besides its own policy")
	}
	want := []any{object{
		"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": object{"Service": "states.amazonaws.com"},
		"Condition": object{
			"StringEquals": object{"aws:SourceAccount": object{"Ref": "AWS::AccountId"}},
			"ArnLike":      object{"aws:SourceArn": []any{machineARN(""), machineARN(":*"), machineARN("/*")}},
		},
	}}
	if diff := cmp.Diff(want, role["AssumeRolePolicyDocument"].(object)["Statement"]); diff != "" {
		t.Error(diff)
	}
}

func TestRoleReachesTheEndpointByTheNameInItsARN(t *testing.T) {
	p := synthesize(t, "endpoint in capitals", changed(func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.EndpointName = "Dropout-Inference"
	}))
	if diff := cmp.Diff(arn("sagemaker", "endpoint/dropout-inference"), p.statements(t)["InvokeModel"]["Resource"]); diff != "" {
		t.Error(diff)
	}
	if name := p.state(t, "InvokeModel")["Arguments"].(object)["EndpointName"]; name != "Dropout-Inference" {
		t.Errorf("asks the endpoint %v", name)
	}
}

const existingTopic = "arn:aws:sns:eu-central-1:123456789012:ClinicalAlerts"

func TestRoleReachesAnExistingTopicAndItsKey(t *testing.T) {
	const key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	p := synthesize(t, "encrypted topic", changed(func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.AlertTopic = awssns.Topic_FromTopicAttributes(stack, jsii.String("Existing"),
			&awssns.TopicAttributes{TopicArn: jsii.String(existingTopic), KeyArn: jsii.String(key)})
	}))
	statements := p.statements(t)
	if got := statements["NotifyTeam"]["Resource"]; got != existingTopic {
		t.Errorf("NotifyTeam reaches %v", got)
	}
	if got := statements["TopicEncryption"]["Resource"]; got != key {
		t.Errorf("TopicEncryption reaches %v", got)
	}
}

func TestRoleReachesNoKeyWhereTheTopicHasNone(t *testing.T) {
	p := synthesize(t, "alert topic", withAlertTopic)
	if statement, ok := p.statements(t)["TopicEncryption"]; ok {
		t.Errorf("the role may use a key: %s", text(statement))
	}
}

var withAlertTopic = changed(func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
	p.AlertTopic = awssns.Topic_FromTopicArn(stack, jsii.String("Existing"), jsii.String(existingTopic))
})
