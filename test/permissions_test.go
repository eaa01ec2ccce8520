package test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/risk"
)

// Requirements: SRC-13, P11-10d
func TestRoleHasExactlyTheseStatements(t *testing.T) {
	p := smallestPipeline(t)
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
	p := smallestPipeline(t)
	role := p.resource(t, "AWS::IAM::Role")
	if diff := cmp.Diff([]any{object{"Ref": "PipelinePermissions841DF3AF"}}, role["ManagedPolicyArns"]); diff != "" {
		t.Error(diff)
	}
	if role["Policies"] != nil || len(p.resources("AWS::IAM::Policy")) > 0 {
		t.Error("the role has other policies than its own")
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
	p := synthesize(t, "endpoint in capitals", changedProps(func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.EndpointName = "Dropout-Inference"
	}))
	if diff := cmp.Diff(arn("sagemaker", "endpoint/dropout-inference"), p.statements(t)["InvokeModel"]["Resource"]); diff != "" {
		t.Error(diff)
	}
	if name := p.state(t, "InvokeModel")["Arguments"].(object)["EndpointName"]; name != "Dropout-Inference" {
		t.Errorf("calls the endpoint %v", name)
	}
}

func TestRoleReachesAnExistingTopicAndItsKey(t *testing.T) {
	const key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	p := synthesize(t, "encrypted topic", changedProps(func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
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

func TestRoleReachesNoKeyOfAnUnencryptedTopic(t *testing.T) {
	p := synthesize(t, "alert topic", alertTopicProps)
	if statement, ok := p.statements(t)["TopicEncryption"]; ok {
		t.Errorf("the role may use a key, although the topic has none: %s", text(statement))
	}
}
