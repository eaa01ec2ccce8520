package stages

import (
	"regexp"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/risk"
)

// CohortEnvironment adds the scoring of whole cohorts to an environment: a separate stack, with the environment's extraction,
// endpoint and threshold.
type CohortEnvironment struct {
	// BucketName is the existing bucket to which the extraction writes cohorts; a setting, "bucket". It must keep versions and belong
	// to the environment's account.
	BucketName string

	// BucketKey is the ARN of the customer-managed key that encrypts the bucket. Default: none.
	BucketKey string

	// Scoring says how a cohort is scored. Leave its Bucket empty. Default: the defaults of risk.Cohort.
	Scoring risk.Cohort

	// Approvers are the IAM roles and users who may decide whether a run goes on to the downstream systems: "role/NAME" and
	// "user/NAME" in the environment's own account, with the path if it has one, or whole ARNs. Default: runs go on without
	// an approval.
	Approvers []string

	// SessionNames is a regular expression that the session and user names of people match, such as `[a-z.]+@example\.com`: see
	// approval.ApprovalProps. Required in production with Approvers. Default: e-mail addresses.
	SessionNames string

	// Machines start executions without a person: a schedule, a function, a build. The Principal is "role/NAME" or "user/NAME"
	// in the environment's own account, with the path if it has one, or a whole ARN. An execution that neither a person nor a
	// listed machine started cannot be approved. Default: only people start executions.
	Machines []approval.Machine

	// TrailLogGroup is the name of the log group of the company's trail, in the environment's account and region. Approvals
	// look up there who started a run. Default: the log group of the environment's own trail.
	TrailLogGroup string

	// TrailLogKey is the ARN of the customer-managed key that encrypts TrailLogGroup. Default: none.
	TrailLogKey string

	// ApprovalDeadline is how long a run waits for a decision: whole seconds, from two hours to 30 days. Operations get a
	// warning when a quarter of it is left. Default: 72 hours.
	ApprovalDeadline time.Duration

	// TrialID is set for the stack of a registered trial. Leave it empty.
	TrialID string

	// Roster has the printed names of the approvers by their session or user name, such as "jane.doe@example.com": "Jane Doe".
	// Default: the session or user name is the printed name.
	Roster map[string]string

	// Review is the name of the Standard state machine, in the environment's account and region, that starts after the alert
	// and the approval. Default: none.
	Review string

	// Incident is the incident that opens in ServiceNow after the alert, the approval and the start of the review. Default:
	// none.
	Incident *Incident

	// RunEvery is how often a cohort has to be scored, in whole hours, from one hour to 7 days. Default: executions start on
	// demand.
	RunEvery time.Duration
}

var (
	bucketNamePattern  = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	keyARNPattern      = regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[a-z0-9-]+$`)
	machineNamePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)
)

// someBucket is a placeholder for a bucket: validation runs before a stack exists.
type someBucket struct{ awss3.IBucket }

func (c *CohortEnvironment) validate(e Environment) fault.List {
	var faults fault.List
	if !bucketNamePattern.MatchString(c.BucketName) {
		faults.Add("BucketName", "must be the name of a bucket, 3 to 63 lower-case letters, digits, dots and hyphens", c.BucketName)
	}
	if c.BucketKey != "" && !keyARNPattern.MatchString(c.BucketKey) {
		faults.Add("BucketKey", "must be the ARN of a key", c.BucketKey)
	}
	if c.Review != "" && !machineNamePattern.MatchString(c.Review) {
		faults.Add("Review", "must be the name of a state machine, 1 to 80 letters, digits, hyphens and underscores", c.Review)
	}
	faults.Include(c.validateApproval(e))
	if c.Incident != nil {
		faults.Include(c.Incident.validate().Under("Incident"))
	}
	faults.Include(Alarms{RunEvery: c.RunEvery}.validate())
	faults = faults.Under("Cohort")
	faults.Include(c.validatePipeline(e))
	return faults
}

// validatePipeline reports the faults that the pipeline construct finds, except those that the environment itself reports.
func (c *CohortEnvironment) validatePipeline(e Environment) fault.List {
	scoring := c.Scoring
	scoring.Bucket = someBucket{}
	props := e.pipeline()
	props.Cohort, props.Records = &scoring, &audit.RecordStore{}
	return fault.In(props.Validate()).Without(fault.In(e.pipeline().Validate()))
}
