package stages

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/risk"
)

// CohortEnvironment is what scoring whole cohorts adds to an environment: a stack of its own, with the environment's
// extraction, endpoint and threshold.
type CohortEnvironment struct {
	// BucketName is the existing bucket that the extraction writes cohorts to.
	BucketName string

	// BucketKey is the ARN of the customer-managed key that encrypts the bucket. Default: none.
	BucketKey string

	// Scoring says how a cohort is scored. Its Bucket is not used. Default: the defaults of risk.Cohort.
	Scoring risk.Cohort

	// Approvers are the ARNs of the IAM roles and users who may decide whether a run goes on to the downstream systems.
	// Default: nobody is asked.
	Approvers []string

	// ApprovalDeadline is how long a run waits for a decision. Default: 72 hours.
	ApprovalDeadline time.Duration

	// Review is the name of the Standard state machine, in the environment's account and region, that is started after the
	// alert and the approval. Default: none.
	Review string
}

// The ids of the cohort's stack and of what stands in it. They are part of the names of what is deployed, so they never
// change.
const (
	cohortStackID = "CohortRisk"
	recordsID     = "Records"
	trailID       = "Trail"
	approvalID    = "Approval"
	cohortsID     = "Cohorts"
	cohortsKeyID  = "CohortsKey"
	reviewID      = "Review"
)

var (
	bucketNamePattern  = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	keyARNPattern      = regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[a-z0-9-]+$`)
	machineNamePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)
)

// namedBucket stands for a bucket while the values around it are validated, before there is a stack to hold it.
type namedBucket struct{ awss3.IBucket }

func (c *CohortEnvironment) validate(e Environment) error {
	var faults []error
	report := func(format string, values ...any) { faults = append(faults, fmt.Errorf("Cohort."+format, values...)) }
	if !bucketNamePattern.MatchString(c.BucketName) {
		report("BucketName must be the name of a bucket, 3 to 63 lower-case letters, digits, dots and hyphens, got %q", c.BucketName)
	}
	if c.BucketKey != "" && !keyARNPattern.MatchString(c.BucketKey) {
		report("BucketKey must be the ARN of a key, got %q", c.BucketKey)
	}
	if c.Review != "" && !machineNamePattern.MatchString(c.Review) {
		report("Review must be the name of a state machine, 1 to 80 letters, digits, hyphens and underscores, got %q", c.Review)
	}
	if len(c.Approvers) > 0 || c.ApprovalDeadline != 0 {
		props := approval.ApprovalProps{Approvers: c.Approvers, Deadline: c.ApprovalDeadline, RecordBucket: namedBucket{}}
		faults = append(faults, prefixed("Cohort.", props.Validate()))
	}
	scoring := c.Scoring
	scoring.Bucket = namedBucket{}
	props := e.pipeline()
	props.Cohort, props.Records = &scoring, &audit.RecordStore{}
	var inherited string
	if err := e.pipeline().Validate(); err != nil {
		inherited = err.Error()
	}
	if err := props.Validate(); err != nil { // what the environment reports itself is not said twice
		for line := range strings.Lines(err.Error()) {
			if line = strings.TrimSuffix(line, "\n"); !strings.Contains(inherited, line) {
				faults = append(faults, errors.New(line))
			}
		}
	}
	return errors.Join(faults...)
}

// addCohortStack adds the stack that scores whole cohorts.
func addCohortStack(stage awscdk.Stage, e Environment) {
	c := e.Cohort
	stack := newStack(stage, cohortStackID, "Clinical risk pipeline for cohorts, "+e.Name, e)
	records := audit.NewRecordStore(stack, recordsID, e.recordStore())
	audit.NewTrail(stack, trailID, &audit.TrailProps{Records: records, EndpointName: e.EndpointName, LogRetention: e.LogRetention})

	props := e.pipeline()
	props.Records = records
	scoring := c.Scoring
	scoring.Bucket = c.bucket(stack)
	props.Cohort = &scoring
	if len(c.Approvers) > 0 {
		props.Approval = approval.NewApproval(stack, approvalID, &approval.ApprovalProps{
			Approvers: c.Approvers, Deadline: c.ApprovalDeadline, RecordBucket: records.Bucket(),
			LogRetention: e.LogRetention, RemovalPolicy: e.RemovalPolicy,
		})
		output(stack, "DecisionURL", "People decide here: clinicalrisk approvals --url.", props.Approval.DecisionURL())
	}
	if c.Review != "" {
		props.Downstream = []risk.Downstream{risk.StateMachineExecution{
			Name:         reviewID,
			StateMachine: awsstepfunctions.StateMachine_FromStateMachineName(stack, jsii.String(reviewID), &c.Review),
		}}
	}
	addPipeline(stack, props)
	output(stack, "RecordBucket", "The decision records.", records.Bucket().BucketName())
}

func (c *CohortEnvironment) bucket(stack awscdk.Stack) awss3.IBucket {
	attributes := &awss3.BucketAttributes{BucketName: &c.BucketName}
	if c.BucketKey != "" {
		attributes.EncryptionKey = awskms.Key_FromKeyArn(stack, jsii.String(cohortsKeyID), &c.BucketKey)
	}
	return awss3.Bucket_FromBucketAttributes(stack, jsii.String(cohortsID), attributes)
}
