package test

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/risk"
	study "clinical-risk-pipeline/workflow/trial"
)

// ARNs of what the variants find where they are deployed, all of one account and region.
const (
	reviewARN     = "arn:aws:states:eu-central-1:123456789012:stateMachine:Review"
	connectionARN = "arn:aws:events:eu-central-1:123456789012:connection/ServiceNow/1"
	secretARN     = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:events!connection/ServiceNow/1"
	existingTopic = "arn:aws:sns:eu-central-1:123456789012:ClinicalAlerts"
	existingKey   = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	jobRole       = "arn:aws:iam::123456789012:role/etl"
	approverRole  = "arn:aws:iam::123456789012:role/TrialLead"
	approverUser  = "arn:aws:iam::123456789012:user/medical/monitor"
)

// props makes the props of a variant. The stack is the scope of the resources that they refer to.
type props func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps

// smallestProps sets the required props only.
func smallestProps(awscdk.Stack) *risk.ClinicalRiskPipelineProps {
	return &risk.ClinicalRiskPipelineProps{
		Extraction:   risk.EMRStep{ClusterID: "j-ABC123", Script: "s3://bucket/etl.py"},
		EndpointName: "dropout-inference",
	}
}

// changedProps are the smallest props with one change.
func changedProps(change func(awscdk.Stack, *risk.ClinicalRiskPipelineProps)) props {
	return func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := smallestProps(stack)
		change(stack, p)
		return p
	}
}

// recordedProps are the smallest props with a record store.
func recordedProps(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
	p := smallestProps(stack)
	p.Records = audit.NewRecordStore(stack, "Records", nil)
	return p
}

// cohortProps are the smallest props that score a cohort.
func cohortProps(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
	p := recordedProps(stack)
	p.Cohort = &risk.Cohort{Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("Cohorts"), jsii.String("cohorts-bucket"))}
	return p
}

// featuresProps take the features from what the extraction wrote.
func featuresProps(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
	p := recordedProps(stack)
	p.Features = risk.FromS3{Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("Features"), jsii.String(featuresBucket))}
	return p
}

// featuresBucket receives the features of one subject.
const featuresBucket = "features-bucket"

func featuresPipeline(t *testing.T) *pipeline { return synthesize(t, "features", featuresProps) }

// addApproval adds an approval of 24 hours and a review to props that have records.
func addApproval(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) *risk.ClinicalRiskPipelineProps {
	return addApprovalOf(stack, p, companyTrail(stack), nil, nil)
}

// addApprovalOf adds an approval, which looks up in a trail's log group who started a run, and is about the alerts of a registered trial if
// there is one.
func addApprovalOf(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps, trail awslogs.ILogGroup, key awskms.IKey, t *study.Trial) *risk.ClinicalRiskPipelineProps {
	props := &approval.ApprovalProps{
		Approvers: []string{approverRole}, RecordBucket: p.Records.Bucket(), Deadline: 24 * time.Hour, TrailLogGroup: trail, TrailLogKey: key,
	}
	if t != nil {
		props.TrialID, props.Alerts = t.ID, true
	}
	p.Approval = approval.NewApproval(stack, "Approval", props)
	p.Downstream = []risk.Downstream{review(stack)}
	return p
}

// review is a downstream system that starts a state machine.
func review(stack awscdk.Stack) risk.StateMachineExecution {
	return risk.StateMachineExecution{
		Name:         "Review",
		StateMachine: awsstepfunctions.StateMachine_FromStateMachineArn(stack, jsii.String("ReviewMachine"), jsii.String(reviewARN)),
	}
}

// incident is a downstream system that opens an incident.
func incident(stack awscdk.Stack) risk.ServiceNowIncident {
	return risk.ServiceNowIncident{
		Name:     "Incident",
		Instance: "https://example.service-now.com",
		Connection: awsevents.Connection_FromEventBusArn(stack, jsii.String("ServiceNow"),
			jsii.String(connectionARN), jsii.String(secretARN)),
		AssignmentGroup: "Clinical operations",
	}
}

// alertTopicProps publish alerts to an existing topic.
var alertTopicProps = changedProps(func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
	p.AlertTopic = awssns.Topic_FromTopicArn(stack, jsii.String("Existing"), jsii.String(existingTopic))
})

// bothTopicsProps publish to existing topics only.
var bothTopicsProps = changedProps(func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
	p.AlertTopic = awssns.Topic_FromTopicArn(stack, jsii.String("Existing"), jsii.String(existingTopic))
	p.OperationsTopic = awssns.Topic_FromTopicArn(stack, jsii.String("Operations"), jsii.String(existingTopic+"Ops"))
})

// smallestPipeline scores one subject, with the required props only.
func smallestPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "smallest", smallestProps)
}

// recordedPipeline scores one subject and records the decision.
func recordedPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "records", recordedProps)
}

// approvalPipeline scores one subject and asks for approval of a review.
func approvalPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "gated", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		return addApproval(stack, recordedProps(stack))
	})
}

// downstreamPipeline scores one subject, starts a review and opens an incident.
func downstreamPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "downstream", changedProps(func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		longer := review(stack)
		longer.Timeout = 2 * time.Hour
		p.Downstream = []risk.Downstream{longer, incident(stack)}
	}))
}

// serverlessPipeline extracts the features with EMR Serverless.
func serverlessPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "EMR Serverless", changedProps(func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.Extraction = risk.EMRServerlessJob{
			ApplicationID:  "00f1a2b3c4",
			ExecutionRole:  awsiam.Role_FromRoleArn(stack, jsii.String("JobRole"), jsii.String(jobRole), nil),
			Script:         "s3://bucket/etl.py",
			SparkArguments: []string{"--conf", "spark.executor.memory=8g"},
			Arguments:      []string{"--cutoff", "2026-11-01"},
			LogURI:         "s3://bucket/logs/",
			Timeout:        90 * time.Second,
		}
	}))
}

// recordedServerlessPipeline extracts the features with EMR Serverless and records the decision.
func recordedServerlessPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "serverless, recorded", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := recordedProps(stack)
		role := awsiam.Role_FromRoleArn(stack, jsii.String("JobRole"), jsii.String(jobRole), nil)
		p.Extraction = risk.EMRServerlessJob{ApplicationID: "00f1a2b3c4", ExecutionRole: role, Script: "s3://bucket/etl.py"}
		return p
	})
}

// recordedIncidentPipeline extracts the features with Glue, records the decision and opens an incident.
func recordedIncidentPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "downstream, recorded", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := recordedProps(stack)
		p.Extraction = risk.GlueJob{JobName: "etl"}
		p.Downstream = []risk.Downstream{incident(stack)}
		return p
	})
}

// gluePipeline extracts the features with Glue.
func gluePipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "Glue", changedProps(func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.Extraction = risk.GlueJob{JobName: "etl", Arguments: map[string]string{"--cutoff": "2026-11-01"}, Timeout: time.Hour}
	}))
}

// cohortPipeline scores a cohort, with the required props only.
func cohortPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "cohort", cohortProps)
}

// smallBatchSize is the batch size of the cohorts that the tests execute.
const smallBatchSize = 2

// smallBatchPipeline scores a cohort of at most six subjects in batches of two.
func smallBatchPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "small batches", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := cohortProps(stack)
		p.Cohort.BatchSize, p.Cohort.MaxSubjects = smallBatchSize, 6
		return p
	})
}

// sequentialPipeline scores a cohort in batches of two, one after the other, so that a fault strikes one of them.
func sequentialPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "sequential", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := cohortProps(stack)
		p.Cohort.BatchSize, p.Cohort.Concurrency = smallBatchSize, 1
		return p
	})
}

// cohortApprovalPipeline scores a cohort and asks for approval of a review.
func cohortApprovalPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "gated cohort", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		return addApproval(stack, cohortProps(stack))
	})
}

// fullPipeline has everything: a cohort, an approval, both kinds of downstream systems, and subscribers.
func fullPipeline(t *testing.T) *pipeline {
	t.Helper()
	return synthesize(t, "everything", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := addApproval(stack, cohortProps(stack))
		p.Cohort.BatchSize = smallBatchSize
		p.Downstream = append(p.Downstream, incident(stack))
		p.Environment, p.AlertEmails = "test", []string{"team@example.org"}
		return p
	})
}
