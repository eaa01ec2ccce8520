package audit

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/keys"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudtrail"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// TrailProps configures a [Trail].
type TrailProps struct {
	// Records is the record store whose reads and writes the trail logs, in the same stack. Required.
	Records *RecordStore

	// EndpointName is the SageMaker endpoint whose invocations the trail logs, in the stack's account and region. Required.
	EndpointName string

	// WithoutManagementEvents leaves management events out, and limits the trail to its region. Set it only in an account where
	// another trail keeps the management events of all regions for as long: that trail then shows who started and redrove
	// executions, and who changed roles and keys. Default: they are logged, from all regions.
	WithoutManagementEvents bool

	// Lock is the mode of the logs' Object Lock, no weaker than the mode of the records. Default: the mode of the records.
	Lock LockMode

	// Retention is how long a log is locked, in whole days: at least as long as the records, at most 100 years. Default: as
	// long as the records.
	Retention time.Duration

	// Key encrypts the logs. It must be in the stack's account and region. Default: a new key that rotates.
	Key awskms.IKey

	// KeyPrepared says that the policy of an imported Key has the statements that the trail needs. The CDK cannot read that
	// policy: without KeyPrepared the construct refuses an imported key, and the error lists the statements. Default: false.
	KeyPrepared bool

	// LogRetention also sends the events to CloudWatch Logs, and says how long they are kept there. Default: they are not
	// sent.
	LogRetention awslogs.RetentionDays
}

// Trail is a CloudTrail trail of all regions, with a bucket of its own. Its log files can be validated (`aws cloudtrail validate-logs`). It
// logs calls and callers, never their data: decisions are in the decision records.
type Trail struct {
	constructs.Construct
	props    TrailProps
	name     string
	key      awskms.IKey
	bucket   awss3.Bucket
	logGroup awslogs.ILogGroup // nil without LogRetention
	trail    awscloudtrail.CfnTrail

	endpoints []string // the names of the endpoints whose invocations the trail logs
	functions []string // the ARNs of the functions whose invocations the trail logs
}

// Validate reports every fault of the props at once, as a [fault.List].
func (p *TrailProps) Validate() error {
	if p == nil {
		return fault.NilProps()
	}
	faults := validateLock(p.Lock, p.Retention)
	if !check.Matches(check.EndpointName, p.EndpointName) {
		faults.Add("EndpointName", "must be 1 to 63 letters, digits and inner hyphens", p.EndpointName)
	}
	if p.Records == nil {
		faults.Add("Records", "is required: the record store whose accesses the trail logs")
		return faults.Err()
	}
	records := p.Records.lock
	if p.Retention != 0 && p.Retention < records.retention {
		faults.Add("Retention", fmt.Sprintf("must be at least as long as the records' retention, %v", records.retention), p.Retention)
	}
	if p.Lock == Governance && records.mode == Compliance {
		faults.Add("Lock", "must be COMPLIANCE, as for the records", fault.Text(Governance))
	}
	return faults.Err()
}

// validateIn reports the faults that depend on the stack.
func (p *TrailProps) validateIn(stack awscdk.Stack) fault.List {
	if p == nil {
		return nil
	}
	return keys.Validate(p.Key, stack)
}

// NewTrail adds a trail to scope. It panics with the error of [TrailProps.Validate] when the props are wrong.
//
// Requirements: SRC-15, P11-10c, P11-10e
func NewTrail(scope constructs.Construct, id string, props *TrailProps) *Trail {
	if err := errors.Join(props.Validate(), props.validateIn(awscdk.Stack_Of(scope)).Err()); err != nil {
		panic(err)
	}
	t := &Trail{props: props.withDefaults(), endpoints: []string{props.EndpointName}}
	constructs.NewConstruct_Override(t, scope, &id)

	// The policies of key and bucket name the trail, and the trail needs both first: a fixed name breaks the circle.
	t.name = *awscdk.Names_UniqueResourceName(t, &awscdk.UniqueResourceNameOptions{MaxLength: jsii.Number(128), Separator: jsii.String("-")})
	t.addKey()
	t.addBucket()
	t.addTrail()
	return t
}

// withDefaults fills in what the user left out. addKey makes the key, because a key is a resource.
func (p TrailProps) withDefaults() TrailProps {
	p.Lock = cmp.Or(p.Lock, p.Records.lock.mode)
	p.Retention = cmp.Or(p.Retention, p.Records.lock.retention)
	return p
}

func (t *Trail) addBucket() {
	keep := lock{t.props.Lock, t.props.Retention, t.props.Records.lock.custodians}
	if keep.mode == Compliance {
		keep.custodians = nil
	}
	t.bucket = keep.newBucket(t, t.key, t.props.Records.accessLogs, trailAccesses)
	for _, statement := range t.deliveryStatements() {
		t.bucket.AddToResourcePolicy(statement.CDK())
	}
}

func (t *Trail) addTrail() {
	everywhere := !t.props.WithoutManagementEvents
	props := &awscloudtrail.CfnTrailProps{
		TrailName:               &t.name,
		IsLogging:               jsii.Bool(true),
		S3BucketName:            t.bucket.BucketName(),
		KmsKeyId:                t.key.KeyArn(),
		EnableLogFileValidation: jsii.Bool(true),
		AdvancedEventSelectors:  t.selectors(),
		// Executions, records and endpoint are regional, and their selectors name them by ARN. Management events are not: those
		// of IAM and STS, among them changes of the execution role, reach only trails of all regions:
		// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
		IsMultiRegionTrail:         jsii.Bool(everywhere),
		IncludeGlobalServiceEvents: jsii.Bool(everywhere),
	}
	if t.props.LogRetention != "" {
		t.logGroup = t.newLogGroup()
		role := t.newLogRole(t.logGroup)
		props.CloudWatchLogsLogGroupArn, props.CloudWatchLogsRoleArn = t.logGroup.LogGroupArn(), role.RoleArn()
	}
	t.trail = awscloudtrail.NewCfnTrail(t, jsii.String(trailID), props)
	t.trail.Node().AddDependency(t.bucket.Policy()) // CloudTrail writes a test file before it makes a trail
}

// Bucket returns the bucket of the logs and their digests, which are below "AWSLogs/".
func (t *Trail) Bucket() awss3.IBucket { return t.bucket }

// StartLogs returns the log group that has who started and redrove executions, for an approval. It is nil without LogRetention,
// and without management events.
func (t *Trail) StartLogs() awslogs.ILogGroup {
	if t.logGroup == nil || t.props.WithoutManagementEvents {
		return nil
	}
	return t.logGroup
}

// Key returns the key that encrypts the logs.
func (t *Trail) Key() awskms.IKey { return t.key }

// ManagementEvents returns the log group that gets the management events, or nil if no log group gets them.
func (t *Trail) ManagementEvents() awslogs.ILogGroup {
	if t.props.WithoutManagementEvents {
		return nil
	}
	return t.logGroup
}

// Records returns the record store whose accesses the trail logs.
func (t *Trail) Records() *RecordStore { return t.props.Records }

// Name returns the trail's name.
func (t *Trail) Name() string { return t.name }

// ARN returns the trail's ARN.
func (t *Trail) ARN() *string {
	return t.stack().FormatArn(&awscdk.ArnComponents{Service: jsii.String("cloudtrail"), Resource: jsii.String("trail"), ResourceName: &t.name})
}

func (t *Trail) stack() awscdk.Stack { return awscdk.Stack_Of(t) }
