package alerts

import (
	"cmp"
	"fmt"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/workflow/trial"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

// AlertsProps configure [Alerts].
type AlertsProps struct {
	// Trial is the registered trial: trial.Load reads its file. Required.
	Trial *trial.Trial

	// Registry has the alerts. Required.
	Registry *Registry

	// Records is the record store of the runs. It receives every transition, below "alerts/". Required.
	Records *audit.RecordStore

	// CohortBucket has the trial's cohorts, below CohortPrefix: the functions read who was in one, and who was left out. It must be the
	// Bucket of the pipeline's Cohort. Both are required.
	CohortBucket awss3.IBucket
	CohortPrefix string

	// People are the ARNs of the IAM roles and users who may see the worklist of a role and act on its alerts, by the recipient's role.
	// Default: nobody.
	People map[string][]string

	// SessionNames is a regular expression that the session and user names of people match: see approval.ApprovalProps. Default: e-mail
	// addresses.
	SessionNames string

	// WatchAt is the hour of the day, in the trial's time zone, at which the watch tells what is overdue and sends digests, from 1 to 23.
	// Default: 7.
	WatchAt int

	// Key encrypts topic, worklists, queue and logs. It must be in the stack's account and region. Default: a new key that rotates.
	Key awskms.IKey

	// KeyPrepared says that the policy of an imported Key has the statements that the alerts need. The CDK cannot read that policy:
	// without KeyPrepared the construct refuses an imported key, and the error lists the statements. Default: false.
	KeyPrepared bool

	// LogRetention is how long CloudWatch Logs keeps the logs of the functions. Default: ten years.
	LogRetention awslogs.RetentionDays

	// RemovalPolicy says what happens to logs and key when the construct is removed from its stack. Default: RETAIN.
	RemovalPolicy awscdk.RemovalPolicy
}

// defaultWatchAt is when people of a site begin to read.
const defaultWatchAt = 7

// Validate reports every fault of the props at once, as a [fault.List].
func (p *AlertsProps) Validate() error {
	if p == nil {
		return fault.NilProps()
	}
	var faults fault.List
	for _, required := range []struct {
		field string
		ok    bool
		what  string
	}{
		{"Trial", p.Trial != nil, "the registered trial, which trial.Load reads"},
		{"Registry", p.Registry != nil, "the registry of the environment"},
		{"Records", p.Records != nil, "the record store of the runs"},
		{"CohortBucket", p.CohortBucket != nil, "the bucket of the pipeline's Cohort"},
		{"CohortPrefix", p.CohortPrefix != "", "the prefix of the pipeline's Cohort"},
	} {
		if !required.ok {
			faults.Add(required.field, "is required: "+required.what)
		}
	}
	if p.WatchAt < 0 || p.WatchAt > 23 {
		faults.Add("WatchAt", "must be an hour from 1 to 23", p.WatchAt)
	}
	for role, people := range p.People {
		if p.Trial != nil && p.Trial.Recipient(role) == nil {
			faults.Add("People", "must have the roles of the trial's recipients", role)
		}
		for i, arn := range people {
			if !check.Matches(check.Principal, arn) {
				faults.Add(fmt.Sprintf("People[%q][%d]", role, i), "must be the ARN of an IAM role or user", arn)
			}
		}
	}
	return faults.Err()
}

func (p *AlertsProps) validateIn(stack awscdk.Stack) fault.List {
	if p == nil {
		return nil
	}
	return keys.Validate(p.Key, stack)
}

func (p AlertsProps) withDefaults() AlertsProps {
	p.WatchAt = cmp.Or(p.WatchAt, defaultWatchAt)
	p.LogRetention = cmp.Or(p.LogRetention, awslogs.RetentionDays_TEN_YEARS)
	p.RemovalPolicy = cmp.Or(p.RemovalPolicy, awscdk.RemovalPolicy_RETAIN)
	return p
}
