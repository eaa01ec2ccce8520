package stages

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/monitoring"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/workflow"
)

// The ids of the constructs in the cohort's stack. They are part of the names of deployed resources: never change them.
const (
	recordsID    = "Records"
	trailID      = "Trail"
	approvalID   = "Approval"
	cohortsID    = "Cohorts"
	cohortsKeyID = "CohortsKey"
	reviewID     = "Review"

	trailLogsID    = "CompanyTrailLogs"
	trailLogsKeyID = "CompanyTrailLogsKey"
)

// addCohortPipeline adds the pipeline that scores whole cohorts to the stack, with its record store and its trail.
func addCohortPipeline(stack awscdk.Stack, e Environment) *deployment {
	c := e.Cohort
	records, trail := e.addRecords(stack, e.EndpointName)

	props, watch := e.pipeline(), e.monitoring()
	watch.RunEvery, watch.Trail = c.RunEvery, trail
	props.Records = records
	scoring := c.Scoring
	scoring.Bucket = c.bucket(stack)
	props.Cohort = &scoring
	if len(c.Approvers) > 0 {
		props.Approval = e.addApproval(stack, records, trail, false)
		trail.LogInvocations(*props.Approval.DecideFunction().FunctionArn())
		watch.Approvals = &monitoring.Approvals{
			Requests: props.Approval.Table(), Decisions: props.Approval.DecideFunction().LogGroup(), Deadline: props.Approval.Deadline(),
		}
	}
	props.Downstream = c.downstream(stack)
	deployed := addPipeline(stack, e, props, watch)
	output(stack, workflow.RecordBucket, "The decision records.", *records.Bucket().BucketName())
	return deployed
}

// downstream returns the systems that hear of a run after the alert and the approval, in order.
func (c *CohortEnvironment) downstream(stack awscdk.Stack) []risk.Downstream {
	var systems []risk.Downstream
	if c.Review != "" {
		systems = append(systems, risk.StateMachineExecution{
			Name: reviewID, StateMachine: awsstepfunctions.StateMachine_FromStateMachineName(stack, jsii.String(reviewID), &c.Review),
		})
	}
	if c.Incident != nil {
		systems = append(systems, c.Incident.downstream(c.Incident.connection(stack)))
	}
	return systems
}

func (c *CohortEnvironment) bucket(stack awscdk.Stack) awss3.IBucket {
	attributes := &awss3.BucketAttributes{BucketName: &c.BucketName}
	if c.BucketKey != "" {
		attributes.EncryptionKey = awskms.Key_FromKeyArn(stack, jsii.String(cohortsKeyID), &c.BucketKey)
	}
	return awss3.Bucket_FromBucketAttributes(stack, jsii.String(cohortsID), attributes)
}
