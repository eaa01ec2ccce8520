package test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/risk"
)

// Requirements: SRC-14, SRC-23
func TestEveryExecutionIsLoggedWithoutItsData(t *testing.T) {
	machine := smallestPipeline(t).resource(t, "AWS::StepFunctions::StateMachine")
	want := object{
		"Level":                "ALL",
		"IncludeExecutionData": false,
		"Destinations": []any{object{"CloudWatchLogsLogGroup": object{
			"LogGroupArn": object{"Fn::GetAtt": []any{"PipelineLogs402221E7", "Arn"}},
		}}},
	}
	if diff := cmp.Diff(want, machine["LoggingConfiguration"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(object{"Enabled": true}, machine["TracingConfiguration"]); diff != "" {
		t.Error(diff)
	}
}

// Requirements: SRC-14
func TestLogGroup(t *testing.T) {
	p := smallestPipeline(t)
	group := p.resource(t, "AWS::Logs::LogGroup")
	if name := group["LogGroupName"].(string); !strings.HasPrefix(name, "/aws/vendedlogs/states/Variant-Pipeline") {
		t.Errorf("the name of the log group is %s", name)
	}
	if group["RetentionInDays"] != 3653.0 {
		t.Errorf("the log group keeps events for %v days, want ten years", group["RetentionInDays"])
	}
	if policy := p.deletionPolicy("PipelineLogs402221E7"); policy != "RetainExceptOnCreate" {
		t.Errorf("the log group's DeletionPolicy is %v", policy)
	}
}

func TestLogRetentionAndRemovalPolicy(t *testing.T) {
	p := synthesize(t, "removal", changedProps(func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.LogRetention, p.RemovalPolicy = awslogs.RetentionDays_ONE_MONTH, awscdk.RemovalPolicy_DESTROY
	}))
	if days := p.resource(t, "AWS::Logs::LogGroup")["RetentionInDays"]; days != 30.0 {
		t.Errorf("the log group keeps events for %v days, want 30", days)
	}
	for _, id := range []string{"PipelineLogs402221E7", "PipelineKeyF48EE773"} {
		if policy := p.deletionPolicy(id); policy != "Delete" {
			t.Errorf("the DeletionPolicy of %s is %v", id, policy)
		}
	}
}
