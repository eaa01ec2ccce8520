package stages

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/monitoring"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/workflow"
)

// The ids of the constructs in every stack. They are part of the names of deployed resources: never change them.
const (
	pipelineID   = "Pipeline"
	monitoringID = "Monitoring"
	releaseID    = "Release"
)

// withoutRecords is the name, in a template's metadata, of the reason why a stack has no decision records.
const withoutRecords = "WithoutDecisionRecords"

// stage is an environment's stage, with what a promotion needs of it.
type stage struct {
	awscdk.Stage
	stacks      []awscdk.Stack
	subjects    *deployment // smoke executions run in this one
	deployments []*deployment
}

// deployment is a stack with a pipeline, and what starts and follows its executions.
type deployment struct {
	stack      awscdk.Stack
	machine    awsstepfunctions.StateMachine
	machineARN string      // not a reference to the stack, so that other stacks may have it
	key        awskms.IKey // encrypts the executions' data
	release    *release.Release
	liveAlias  awscdk.CfnOutput
}

// NewStage adds the environment's stage to scope: a stack that scores one subject per execution and, if the environment has
// cohorts, a stack that scores them; for its registered trials, a stack for each and one for what they share. It panics with the error of [Environment.Validate] when the environment is wrong.
//
// Requirements: SRC-11
func NewStage(scope constructs.Construct, environment Environment) awscdk.Stage {
	return newStage(scope, environment).Stage
}

func newStage(scope constructs.Construct, environment Environment) *stage {
	if err := environment.Validate(); err != nil {
		panic(err)
	}
	s := &stage{Stage: awscdk.NewStage(scope, jsii.String(environment.StageID()), &awscdk.StageProps{
		Env: &awscdk.Environment{Account: optional(environment.Account), Region: optional(environment.Region)},
	})}
	subjects := s.newStack(workflow.SubjectStack, "Clinical risk pipeline, "+environment.Name, environment)
	if environment.WithoutSubjectRecords != "" {
		subjects.TemplateOptions().SetMetadata(&map[string]any{withoutRecords: environment.WithoutSubjectRecords})
	}
	s.subjects = addPipeline(subjects, environment, environment.pipeline(), environment.monitoring())
	s.deployments = append(s.deployments, s.subjects)
	if environment.Cohort != nil {
		cohorts := s.newStack(workflow.CohortStack, "Clinical risk pipeline for cohorts, "+environment.Name, environment)
		s.deployments = append(s.deployments, addCohortPipeline(cohorts, environment))
	}
	if len(environment.Trials) > 0 {
		shared := addTrialRecords(s.newStack(workflow.RecordStack, "Records of the clinical risk pipeline's trials, "+environment.Name, environment), environment)
		for _, t := range environment.Trials {
			s.deployments = append(s.deployments, addTrial(s.newTrialStack(environment, t), environment, t, shared))
		}
	}
	return s
}

func (s *stage) newStack(id, description string, environment Environment) awscdk.Stack {
	stack := awscdk.NewStack(s.Stage, &id, &awscdk.StackProps{Description: &description})
	tag(stack, map[string]string{applicationTag: application, environmentTag: environment.Name})
	tag(stack, environment.Tags)
	environment.refuseUnset(stack)
	s.stacks = append(s.stacks, stack)
	return stack
}

// addPipeline adds the pipeline to the stack, with its alarms, its release, and outputs for its users.
func addPipeline(stack awscdk.Stack, environment Environment, props *risk.ClinicalRiskPipelineProps, watch *monitoring.MonitoringProps) *deployment {
	pipeline := risk.NewClinicalRiskPipeline(stack, pipelineID, props)
	watch.StateMachine = pipeline.StateMachine()
	watch.Alerts, watch.Operations = pipeline.AlertTopic(), pipeline.OperationsTopic()
	if watch.DeadLetters == nil {
		watch.DeadLetters = pipeline.UndeliveredAlerts()
	}
	alarms := monitoring.NewMonitoring(stack, monitoringID, watch)
	live := release.NewRelease(stack, releaseID, environment.release(pipeline.StateMachine(), alarms))

	output(stack, "StateMachineArn", "The state machine. The console lists its executions.", *pipeline.StateMachine().StateMachineArn())
	output(stack, "AlertTopicArn", "Subscribe the team to this topic.", *pipeline.AlertTopic().TopicArn())
	output(stack, "OperationsTopicArn", "Subscribe operations to this topic.", *pipeline.OperationsTopic().TopicArn())
	return &deployment{
		stack: stack, machine: pipeline.StateMachine(), machineARN: pipeline.MachineARN(), key: pipeline.Key(), release: live,
		liveAlias: output(stack, workflow.LiveAlias, "Start executions of this alias: it points to the released version.", live.AliasARN()),
	}
}

func output(stack awscdk.Stack, id, description, value string) awscdk.CfnOutput {
	return awscdk.NewCfnOutput(stack, &id, &awscdk.CfnOutputProps{Description: &description, Value: &value})
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
