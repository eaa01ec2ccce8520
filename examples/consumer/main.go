// This application is a team's own, in a module of its own, and imports the pipeline. Each execution scores a whole cohort and
// records every decision. After an alert it waits for a medical monitor, and then tells another system.
//
// Two parts are types of the team's own: [FeaturesJob] prepares the features, and [Webhook] tells the other system. They show
// what an extraction and a downstream system have to do.
package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/monitoring"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/constructs/risk"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	newTrialRisk(app, "TrialRisk")
	app.Synth(nil)
}

const endpoint = "dropout-inference"

// newTrialRisk adds the stack of one trial.
func newTrialRisk(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, nil)
	records := audit.NewRecordStore(stack, "Records", &audit.RecordStoreProps{Retention: 10 * 365 * 24 * time.Hour})
	monitors := approval.NewApproval(stack, "Approval", &approval.ApprovalProps{
		Approvers:     []string{"arn:aws:iam::123456789012:role/MedicalMonitors"},
		SessionNames:  `[a-z.]+@example\.com`,
		Machines:      []approval.Machine{{Principal: "arn:aws:iam::123456789012:role/NightlyCohort", Service: "scheduler.amazonaws.com"}},
		TrailLogGroup: awslogs.LogGroup_FromLogGroupName(stack, jsii.String("Trail"), jsii.String("company/trail")),
		RecordBucket:  records.Bucket(),
		Deadline:      48 * time.Hour,
	})
	pipeline := risk.NewClinicalRiskPipeline(stack, "Pipeline", &risk.ClinicalRiskPipelineProps{
		Extraction: FeaturesJob{
			Image:        "123456789012.dkr.ecr.eu-central-1.amazonaws.com/features:1.4.0",
			Role:         awsiam.Role_FromRoleName(stack, jsii.String("FeaturesRole"), jsii.String("TrialFeatures"), nil),
			InstanceType: "ml.m7i.2xlarge",
			Timeout:      2 * time.Hour,
		},
		EndpointName: endpoint,
		Cohort:       &risk.Cohort{Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("Cohorts"), jsii.String("my-trial-cohorts"))},
		Records:      records,
		Approval:     monitors,
		Downstream: []risk.Downstream{Webhook{
			Name:       "SiteOutreach",
			URL:        "https://outreach.example.com/findings",
			Connection: outreach(stack),
		}},
		AlertEmails: []string{"trial-team@example.com"},
	})
	operate(stack, pipeline, monitors)
	return stack
}

// outreach is the existing EventBridge connection with the credentials of the other system.
func outreach(stack awscdk.Stack) awsevents.IConnection {
	return awsevents.Connection_FromConnectionAttributes(stack, jsii.String("Outreach"), &awsevents.ConnectionAttributes{
		ConnectionName:      jsii.String("outreach"),
		ConnectionArn:       jsii.String("arn:aws:events:eu-central-1:123456789012:connection/outreach/01234567-89ab-cdef-0123-456789abcdef"),
		ConnectionSecretArn: jsii.String("arn:aws:secretsmanager:eu-central-1:123456789012:secret:events!connection/outreach/01234567-89ab-cdef-0123-456789abcdef-AbCdEf"),
	})
}

// operate watches the pipeline, which must run every day, and releases new versions as a canary that the alarms roll back.
func operate(stack awscdk.Stack, pipeline *risk.ClinicalRiskPipeline, monitors *approval.Approval) {
	alarms := monitoring.NewMonitoring(stack, "Monitoring", &monitoring.MonitoringProps{
		StateMachine: pipeline.StateMachine(),
		EndpointName: endpoint,
		Alerts:       pipeline.AlertTopic(),
		Operations:   pipeline.OperationsTopic(),
		DeadLetters:  pipeline.UndeliveredAlerts(),
		Approvals: &monitoring.Approvals{
			Requests: monitors.Table(), Decisions: monitors.DecideFunction().LogGroup(), Deadline: monitors.Deadline(),
		},
		RunEvery: 24 * time.Hour,
	})
	canary := &release.ReleaseProps{
		StateMachine: pipeline.StateMachine(),
		Shift:        release.Shift{Percentage: 10, Interval: time.Hour},
	}
	for _, alarm := range alarms.DeploymentAlarms() {
		canary.Alarms = append(canary.Alarms, *alarm.Ref())
	}
	live := release.NewRelease(stack, "Release", canary)

	output(stack, "LiveAliasArn", "Start executions of this alias.", live.AliasARN())
	output(stack, "DecisionFunctionArn", "Medical monitors decide with this function: clinicalrisk approvals --function.", *monitors.DecideFunction().FunctionArn())
}

func output(stack awscdk.Stack, id, description, value string) {
	awscdk.NewCfnOutput(stack, &id, &awscdk.CfnOutputProps{Description: &description, Value: &value})
}
