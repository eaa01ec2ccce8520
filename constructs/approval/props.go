package approval

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/lambda/approval"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
)

// ApprovalProps configures an [Approval].
type ApprovalProps struct { //nolint:revive // props are named after their construct, as everywhere in the CDK
	// Approvers are the ARNs of the IAM roles and users who may decide; at least one. A role stands for everybody who may
	// assume it, each by the name of the session.
	Approvers []string

	// RecordBucket is the record store, which keeps versions: decision records are reviewed there, and what people decide is
	// recorded there, below "approvals/". When an imported bucket is encrypted with a customer-managed key, import it with that
	// key (Bucket_FromBucketAttributes, EncryptionKey), so that the functions may use the key.
	RecordBucket awss3.IBucket

	// RecordPrefix is where in the bucket the decision records stand, with a slash at the end. Default: "decisions/".
	RecordPrefix string

	// Topic tells the approvers. It must be a standard topic; an imported one that is encrypted is imported with its key.
	// Default: a new topic, encrypted with Key.
	Topic awssns.ITopic

	// Deadline is how long a run waits for a decision: whole seconds, from one minute to 30 days. Default: 72 hours.
	Deadline time.Duration

	// SessionNames is the form of the session and user names that name a person, a regular expression such as
	// `^[a-z.]+@example\.com$`. Default: any name, except those that AWS's tools and services make up.
	SessionNames string

	// Key encrypts table, topic and logs. It must be in the stack's account and region. Default: a new key that rotates.
	Key awskms.IKey

	// KeyPrepared says that the policy of an imported Key has the statements that the approval needs, which cannot be seen from
	// here. Without it an imported key is refused, and the error lists them. Default: it is not known to have them.
	KeyPrepared bool

	// LogRetention is how long CloudWatch Logs keeps what the functions log. Default: ten years.
	LogRetention awslogs.RetentionDays

	// RemovalPolicy says what becomes of table, logs and key when the construct is removed from its stack. Default: RETAIN.
	RemovalPolicy awscdk.RemovalPolicy
}

// Defaults and bounds.
const (
	DefaultDeadline     = 72 * time.Hour
	DefaultRecordPrefix = "decisions/"

	minimumDeadline = time.Minute

	// maximumDeadline leaves room in the 90 days for which CloudTrail's event history says who started a run.
	maximumDeadline = 30 * 24 * time.Hour
)

var prefixPattern = regexp.MustCompile(`^([A-Za-z0-9!_.'()=-]+/)+$`)

// Validate reports every fault of the props at once, as a [fault.List].
func (p *ApprovalProps) Validate() error {
	var faults fault.List
	if p == nil {
		faults.Add("", "props are required", fault.Text("nil"))
		return faults.Err()
	}
	faults.Include(p.validateApprovers())
	if p.RecordBucket == nil {
		faults.Add("RecordBucket", "is required", fault.Text("none"))
	}
	if p.RecordPrefix != "" && (!prefixPattern.MatchString(p.RecordPrefix) || strings.HasPrefix(p.RecordPrefix, approval.ApprovalsPrefix)) {
		faults.Add("RecordPrefix", fmt.Sprintf("must be a prefix of keys that ends in a slash, such as %q, and not below %q", DefaultRecordPrefix, approval.ApprovalsPrefix), p.RecordPrefix)
	}
	if p.Topic != nil && check.IsTrue(p.Topic.Fifo()) {
		faults.Add("Topic", "must be a standard topic", fault.Text("a FIFO topic"))
	}
	if d := p.Deadline; d != 0 && (d < minimumDeadline || d > maximumDeadline || d%time.Second != 0) {
		faults.Add("Deadline", fmt.Sprintf("must be whole seconds from %v to %v", minimumDeadline, maximumDeadline), d)
	}
	if _, err := regexp.Compile(p.SessionNames); err != nil {
		faults.Add("SessionNames", "must be a regular expression", p.SessionNames)
	}
	return faults.Err()
}

func (p *ApprovalProps) validateApprovers() fault.List {
	var faults fault.List
	if len(p.Approvers) == 0 {
		faults.Add("Approvers", "must name at least one IAM role or user", fault.Text("none"))
	}
	seen := map[string]bool{}
	for _, approver := range p.Approvers {
		if !check.Matches(check.Principal, approver) {
			faults.Add("Approvers", "must be ARNs of IAM roles and users", approver)
		}
		if seen[approver] {
			faults.Add("Approvers", "must be different", fault.Twice(approver))
		}
		seen[approver] = true
	}
	return faults
}

// validateIn reports the faults that only the stack can tell.
func (p *ApprovalProps) validateIn(stack awscdk.Stack) fault.List {
	if p == nil {
		return nil
	}
	return keys.Validate(p.Key, stack)
}

// withDefaults fills in what the user left out. Topic and key are left to their makers: they are resources.
func (p ApprovalProps) withDefaults() ApprovalProps {
	p.RecordPrefix = cmp.Or(p.RecordPrefix, DefaultRecordPrefix)
	p.Deadline = cmp.Or(p.Deadline, DefaultDeadline)
	p.LogRetention = cmp.Or(p.LogRetention, awslogs.RetentionDays_TEN_YEARS)
	p.RemovalPolicy = cmp.Or(p.RemovalPolicy, awscdk.RemovalPolicy_RETAIN)
	return p
}
