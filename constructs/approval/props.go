package approval

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
)

// ApprovalProps configures an [Approval].
type ApprovalProps struct {
	// Approvers are the ARNs of the IAM roles and users who may decide; at least one. A role admits everybody who may assume
	// it: the session name tells them apart.
	Approvers []string

	// RecordBucket is the record store, a bucket with versioning. People review the decision records there, and their
	// decisions are recorded below "approvals/". Import a bucket that a customer-managed key encrypts with that key
	// (Bucket_FromBucketAttributes, EncryptionKey): the functions need permission to use it.
	RecordBucket awss3.IBucket

	// RecordPrefix is the prefix of the decision records in the bucket, with a slash at its end. Default: "decisions/", or those of the
	// TrialID.
	RecordPrefix string

	// TrialID keeps the approval to one trial: the functions reach no record of another. Default: every trial.
	TrialID string

	// Alerts says that the trial has a registry of alerts: people decide about the subjects whose alerts a run opened, made worse or brought
	// back, and see what happened to these alerts before, from the events below "alerts/" in the bucket. It needs TrialID. Default: people
	// decide about every subject at high risk.
	Alerts bool

	// Topic tells the approvers. It must be a standard topic. Import an encrypted topic with its key. Default: a new topic,
	// encrypted with Key.
	Topic awssns.ITopic

	// Deadline is how long a run waits for a decision: whole seconds, from one minute to 30 days. Default: 72 hours.
	Deadline time.Duration

	// SessionNames is a regular expression that the session and user names of people match, such as `[a-z.]+@example\.com`.
	// It has to match the whole name, also without ^ and $. Only a person with such a name decides. Default: e-mail addresses.
	SessionNames string

	// Machines start executions without a person: see [Machine]. An execution that neither a person nor a listed machine
	// started cannot be approved. Default: only people start executions.
	Machines []Machine

	// TrailLogGroup is the log group to which a trail sends who started and redrove executions, in the stack's account and
	// region: audit.Trail has it, as StartLogs, or a trail of the company. It must keep the events for longer than a run and
	// its approval take. Required.
	TrailLogGroup awslogs.ILogGroup

	// TrailLogKey is the key that encrypts TrailLogGroup. An imported key must let CloudWatch Logs decrypt with it on behalf
	// of the account's principals (kms:ViaService). Default: none.
	TrailLogKey awskms.IKey
	// Roster has the printed names of people by their session or user name, such as "jane.doe@example.com": "Jane Doe". Records show
	// the printed name; a signer cannot choose one. As JSON, a roster has at most 3000 bytes. Default: the session or user name is
	// the printed name.
	Roster map[string]string

	// Key encrypts table, topic and logs. It must be in the stack's account and region. Default: a new key that rotates.
	Key awskms.IKey

	// KeyPrepared says that the policy of an imported Key has the statements that the approval needs. The CDK cannot read
	// that policy: without KeyPrepared the construct refuses an imported key, and the error lists the statements. Default:
	// false.
	KeyPrepared bool

	// LogRetention is how long CloudWatch Logs keeps the logs of the functions. Default: ten years.
	LogRetention awslogs.RetentionDays

	// RemovalPolicy says what happens to table, logs and key when the construct is removed from its stack. Default: RETAIN.
	RemovalPolicy awscdk.RemovalPolicy
}

// Machine is a starter of executions that is not a person: the ARN of an IAM role or user, and the service that acts with it.
// Whoever may pass the role to the service can start executions unseen.
type Machine = approval.Machine

// Defaults and bounds.
const (
	DefaultDeadline     = 72 * time.Hour
	DefaultRecordPrefix = "decisions/"

	minimumDeadline = time.Minute
	maximumRoster   = 3000 // bytes
	maximumDeadline = 30 * 24 * time.Hour
)

var prefixPattern = regexp.MustCompile(`^([A-Za-z0-9!_.'()=-]+/)+$`)

// Validate reports every fault of the props at once, as a [fault.List].
func (p *ApprovalProps) Validate() error {
	if p == nil {
		return fault.NilProps()
	}
	var faults fault.List
	faults.Include(p.validateApprovers())
	if p.RecordBucket == nil {
		faults.Add("RecordBucket", "is required", fault.Text("none"))
	}
	if p.RecordPrefix != "" && (!prefixPattern.MatchString(p.RecordPrefix) || strings.HasPrefix(p.RecordPrefix, approval.ApprovalsPrefix)) {
		faults.Add("RecordPrefix", fmt.Sprintf("must be a key prefix that ends in a slash, such as %q, and not be below %q", DefaultRecordPrefix, approval.ApprovalsPrefix), p.RecordPrefix)
	}
	if p.TrialID != "" && !workflow.IsID(p.TrialID) {
		faults.Add("TrialID", workflow.IDRule, p.TrialID)
	}
	if p.Alerts && p.TrialID == "" {
		faults.Add("Alerts", "needs TrialID: the functions read the alerts of one trial")
	}
	if p.Topic != nil && check.IsTrue(p.Topic.Fifo()) {
		faults.Add("Topic", "must be a standard topic", fault.Text("a FIFO topic"))
	}
	if d := p.Deadline; d != 0 && (d < minimumDeadline || d > maximumDeadline || d%time.Second != 0) {
		faults.Add("Deadline", fmt.Sprintf("must be whole seconds from %v to %v", minimumDeadline, maximumDeadline), d)
	}
	if p.SessionNames != "" {
		if _, err := approval.ParseNames(p.SessionNames); err != nil {
			faults.Add("SessionNames", err.Error())
		}
	}
	faults.Include(p.validateMachines())
	if p.TrailLogGroup == nil {
		faults.Add("TrailLogGroup", "is required, to look up who started a run: set LogRetention of an audit.Trail and take its StartLogs, or import the log group of the company's trail", fault.Text("none"))
	}
	faults.Include(p.validateRoster())
	return faults.Err()
}

var servicePattern = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$`)

func (p *ApprovalProps) validateMachines() fault.List {
	var faults fault.List
	for i, m := range p.Machines {
		field := fmt.Sprintf("Machines[%d]", i)
		if !check.Matches(check.Principal, m.Principal) {
			faults.Add(field+".Principal", "must be the ARN of an IAM role or user", m.Principal)
		}
		if m.Service != "" && !servicePattern.MatchString(m.Service) {
			faults.Add(field+".Service", `must be the name of an AWS service, such as "scheduler.amazonaws.com"`, m.Service)
		}
		if slices.Contains(p.Approvers, m.Principal) {
			faults.Add(field, "must not be one of the Approvers, whose sessions are people")
		}
		if slices.Contains(p.Machines[:i], m) {
			faults.Add(field, "must differ from the others")
		}
	}
	return faults
}

// validateRoster checks the names as the function does, and the size: the variables of a function have 4 KB.
func (p *ApprovalProps) validateRoster() fault.List {
	var faults fault.List
	for _, session := range slices.Sorted(maps.Keys(p.Roster)) {
		if approval.CheckPrintedName(p.Roster[session]) != nil {
			faults.Add(fmt.Sprintf("Roster[%q]", session), "must have 1 to 200 printable characters in one line", p.Roster[session])
		}
	}
	if size := len(p.roster()); size > maximumRoster {
		faults.Add("Roster", fmt.Sprintf("must have at most %d bytes as JSON", maximumRoster), fault.Text(fmt.Sprintf("%d bytes", size)))
	}
	return faults
}

// roster returns the roster as JSON.
func (p *ApprovalProps) roster() string {
	text, err := json.Marshal(p.Roster)
	if err != nil {
		panic(err) // A map of strings always marshals.
	}
	return string(text)
}

func (p *ApprovalProps) validateApprovers() fault.List {
	var faults fault.List
	if len(p.Approvers) == 0 {
		faults.Add("Approvers", "must name at least one IAM role or user", fault.Text("none"))
	}
	seen := map[string]bool{}
	for _, approver := range p.Approvers {
		if !check.Matches(check.Principal, approver) {
			faults.Add("Approvers", "must be ARNs of IAM roles or users", approver)
		}
		if seen[approver] {
			faults.Add("Approvers", "must be unique", fault.Twice(approver))
		}
		seen[approver] = true
	}
	return faults
}

// validateIn reports the faults that depend on the stack.
func (p *ApprovalProps) validateIn(stack awscdk.Stack) fault.List {
	if p == nil {
		return nil
	}
	faults := keys.Validate(p.Key, stack)
	if p.TrailLogGroup != nil {
		faults.Include(check.InStack("TrailLogGroup", p.TrailLogGroup.Env(), stack))
	}
	return faults
}

// withDefaults fills in what the user left out. addKey and addTopic make key and topic, because these are resources.
func (p ApprovalProps) withDefaults() ApprovalProps {
	if p.TrialID != "" {
		p.RecordPrefix = cmp.Or(p.RecordPrefix, DefaultRecordPrefix+p.TrialID+"/")
	}
	p.RecordPrefix = cmp.Or(p.RecordPrefix, DefaultRecordPrefix)
	p.Deadline = cmp.Or(p.Deadline, DefaultDeadline)
	p.LogRetention = cmp.Or(p.LogRetention, awslogs.RetentionDays_TEN_YEARS)
	p.RemovalPolicy = cmp.Or(p.RemovalPolicy, awscdk.RemovalPolicy_RETAIN)
	return p
}
