// This application scores a whole cohort with EMR Serverless and a SageMaker endpoint. It records each decision, and a person
// approves before another state machine acts.
package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/risk"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("CohortRisk"), nil)

	records := audit.NewRecordStore(stack, "Records", &audit.RecordStoreProps{
		Retention: 10 * 365 * 24 * time.Hour,
	})
	approvers := approval.NewApproval(stack, "Approval", &approval.ApprovalProps{
		Approvers:     []string{"arn:aws:iam::123456789012:role/MedicalMonitors"},
		SessionNames:  `[a-z.]+@example\.com`,
		Machines:      []approval.Machine{{Principal: "arn:aws:iam::123456789012:role/NightlyCohort", Service: "scheduler.amazonaws.com"}},
		TrailLogGroup: awslogs.LogGroup_FromLogGroupName(stack, jsii.String("Trail"), jsii.String("company/trail")),
		RecordBucket:  records.Bucket(),
		Deadline:      48 * time.Hour,
	})
	outreach := awsstepfunctions.StateMachine_FromStateMachineName(stack, jsii.String("Outreach"), jsii.String("SiteOutreach"))

	risk.NewClinicalRiskPipeline(stack, "Pipeline", &risk.ClinicalRiskPipelineProps{
		Extraction: risk.EMRServerlessJob{
			ApplicationID: "00example0000000",
			ExecutionRole: awsiam.Role_FromRoleName(stack, jsii.String("CohortJobs"), jsii.String("CohortJobs"), nil),
			Script:        "s3://my-trial-code/jobs/etl.py",
			PyFiles:       []string{"s3://my-trial-code/jobs/jobs.zip"},
			Data:          &risk.TrialData{Tables: "s3://my-trials/tables/", LandmarkDays: 28},
		},
		EndpointName: "dropout-inference",
		Cohort: &risk.Cohort{
			Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("Cohorts"), jsii.String("my-trial-cohorts")),
		},
		Records:     records,
		Approval:    approvers,
		Downstream:  []risk.Downstream{risk.StateMachineExecution{Name: "Outreach", StateMachine: outreach}},
		AlertEmails: []string{"trial-team@example.com"},
	})

	app.Synth(nil)
}
