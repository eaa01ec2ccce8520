package stages

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/risk"
)

// The ids of the stack and of the pipeline in it. They are part of the names of what is deployed, so they never change.
const (
	stackID    = "ClinicalRisk"
	pipelineID = "Pipeline"
)

// NewStage adds the environment's stage, with one stack, to scope. It panics with the error of [Environment.Validate] when
// the environment is wrong.
func NewStage(scope constructs.Construct, environment Environment) awscdk.Stage {
	if err := environment.Validate(); err != nil {
		panic(err)
	}
	stage := awscdk.NewStage(scope, jsii.String(environment.StageID()), &awscdk.StageProps{
		Env: &awscdk.Environment{Account: optional(environment.Account), Region: optional(environment.Region)},
	})
	stack := awscdk.NewStack(stage, jsii.String(stackID), &awscdk.StackProps{
		Description: jsii.String("Clinical risk pipeline, " + environment.Name),
	})
	awscdk.Tags_Of(stack).Add(jsii.String("application"), jsii.String("clinical-risk-pipeline"), nil)
	awscdk.Tags_Of(stack).Add(jsii.String("environment"), jsii.String(environment.Name), nil)

	pipeline := risk.NewClinicalRiskPipeline(stack, pipelineID, environment.pipeline())
	output(stack, "StateMachineArn", "Start an execution of this state machine.", pipeline.StateMachine().StateMachineArn())
	output(stack, "AlertTopicArn", "Subscribe the team to this topic.", pipeline.AlertTopic().TopicArn())
	output(stack, "OperationsTopicArn", "Subscribe operations to this topic.", pipeline.OperationsTopic().TopicArn())
	return stage
}

func output(stack awscdk.Stack, id, description string, value *string) {
	awscdk.NewCfnOutput(stack, &id, &awscdk.CfnOutputProps{Description: &description, Value: value})
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
