package stages

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/monitoring"
	"clinical-risk-pipeline/constructs/risk"
)

// The ids of the stack and of the pipeline in it. They are part of the names of what is deployed, so they never change.
const (
	stackID      = "ClinicalRisk"
	pipelineID   = "Pipeline"
	monitoringID = "Monitoring"
)

// NewStage adds the environment's stage to scope: a stack that scores one subject an execution and, if the environment has
// cohorts, one that scores them. It panics with the error of [Environment.Validate] when the environment is wrong.
func NewStage(scope constructs.Construct, environment Environment) awscdk.Stage {
	if err := environment.Validate(); err != nil {
		panic(err)
	}
	stage := awscdk.NewStage(scope, jsii.String(environment.StageID()), &awscdk.StageProps{
		Env: &awscdk.Environment{Account: optional(environment.Account), Region: optional(environment.Region)},
	})
	addPipeline(newStack(stage, stackID, "Clinical risk pipeline, "+environment.Name, environment), environment.pipeline())
	if environment.Cohort != nil {
		addCohortStack(stage, environment)
	}
	return stage
}

func newStack(stage awscdk.Stage, id, description string, environment Environment) awscdk.Stack {
	stack := awscdk.NewStack(stage, &id, &awscdk.StackProps{Description: &description})
	awscdk.Tags_Of(stack).Add(jsii.String("application"), jsii.String("clinical-risk-pipeline"), nil)
	awscdk.Tags_Of(stack).Add(jsii.String("environment"), jsii.String(environment.Name), nil)
	return stack
}

// addPipeline adds the pipeline to the stack, with its alarms and the outputs that its users need next.
func addPipeline(stack awscdk.Stack, props *risk.ClinicalRiskPipelineProps) {
	pipeline := risk.NewClinicalRiskPipeline(stack, pipelineID, props)
	monitoring.NewMonitoring(stack, monitoringID, &monitoring.MonitoringProps{
		StateMachine: pipeline.StateMachine(),
		EndpointName: props.EndpointName,
		Alerts:       pipeline.AlertTopic(),
		Operations:   pipeline.OperationsTopic(),
		DeadLetters:  pipeline.UndeliveredAlerts(),
	})
	output(stack, "StateMachineArn", "Start an execution of this state machine.", pipeline.StateMachine().StateMachineArn())
	output(stack, "AlertTopicArn", "Subscribe the team to this topic.", pipeline.AlertTopic().TopicArn())
	output(stack, "OperationsTopicArn", "Subscribe operations to this topic.", pipeline.OperationsTopic().TopicArn())
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
