package stages

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/aws-cdk-go/awscdk/v2/pipelines"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/workflow"
)

// addWave deploys the wave's environments at the same time, each followed by a smoke execution. Production has gates before
// it.
func (p *promotion) addWave(wave Wave) {
	added := p.pipeline.AddWave(jsii.String(workflow.StageID(wave.Name)), nil)
	for _, environment := range wave.Environments {
		stage := newStage(p.stack, environment)
		options := &pipelines.AddStageOpts{}
		var before pipelines.CodeBuildStep // of production only: elsewhere a failed release stays, to be looked at
		if environment.production() {
			before = p.liveStep(environment, stage)
			options.Pre, options.StackSteps = p.gates(environment, stage, before)
		}
		options.Post = &[]pipelines.Step{p.smokeStep(environment, stage, before)}
		added.AddStage(stage.Stage, options)
	}
}

// gates are the steps before a deployment to production. A comparison with the deployed stack stops where permissions are
// broadened, until a person confirms. For each stack, a person approves the change set between its creation and its
// execution: what the approver reviews is what will be executed.
func (p *promotion) gates(environment Environment, stage *stage, before pipelines.Step) (*[]pipelines.Step, *[]*pipelines.StackSteps) {
	check := pipelines.NewConfirmPermissionsBroadening(jsii.String("SecurityChanges"), &pipelines.PermissionsBroadeningCheckProps{
		Stage:             stage.Stage,
		NotificationTopic: p.approval.NotificationTopic,
	})
	approval := *p.approval
	approval.Comment = jsii.String(fmt.Sprintf("Review the change set of %s and the report of the security check before the change set is executed.", environment.Name))
	approval.ReviewUrl = jsii.String(fmt.Sprintf("https://%[1]s.console.aws.amazon.com/cloudformation/home?region=%[1]s#/stacks", environment.Region))
	steps := []*pipelines.StackSteps{}
	for _, stack := range stage.stacks {
		steps = append(steps, &pipelines.StackSteps{Stack: stack, ChangeSet: &[]pipelines.Step{
			pipelines.NewManualApprovalStep(jsii.String("Approve"), &approval),
		}})
	}
	return &[]pipelines.Step{check, before}, &steps
}

// addApprovalTopic makes the topic that tells the approvers that a change waits for them.
func (p *promotion) addApprovalTopic() {
	p.approval = &pipelines.ManualApprovalStepProps{}
	if len(p.ApproverEmails) == 0 {
		return
	}
	in := policy.In(p.stack)
	key, err := keys.Of(p.stack, approvalKeyID, &keys.Props{
		In:            in,
		Description:   "Encrypts the notifications of changes that wait for approval.",
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
		Statements:    []policy.Statement{keys.Through(in, "PublishThroughSNS", "sns", "kms:GenerateDataKey", "kms:Decrypt")},
	})
	if err != nil {
		panic(err)
	}
	topic := awssns.NewTopic(p.stack, jsii.String(approvalTopicID), &awssns.TopicProps{
		DisplayName: jsii.String("Clinical risk, promotion"),
		MasterKey:   key,
		EnforceSSL:  jsii.Bool(true),
	})
	for _, address := range p.ApproverEmails {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&address, nil))
	}
	p.approval.NotificationTopic = topic
}
