package approval

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

const (
	approver = "arn:aws:iam::123456789012:role/TrialLead"
	machine  = "arn:aws:iam::123456789012:role/jobs/Nightly"
)

// bucket is a bucket without behaviour.
type bucket struct{ awss3.IBucket }

// logGroup is a log group without behaviour.
type logGroup struct{ awslogs.ILogGroup }

func validProps() *ApprovalProps {
	return &ApprovalProps{Approvers: []string{approver}, RecordBucket: bucket{}, TrailLogGroup: logGroup{}}
}

func TestValidateNamesFieldRuleAndValue(t *testing.T) {
	for reason, row := range map[string]struct {
		change func(*ApprovalProps)
		want   string // empty: valid
	}{
		"the smallest props are valid": {func(*ApprovalProps) {}, ""},
		"a role of IAM Identity Center has a path": {
			func(p *ApprovalProps) {
				p.Approvers[0] = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Lead_0123456789abcdef"
			}, ""},
		"an approval needs approvers": {
			func(p *ApprovalProps) { p.Approvers = nil }, "Approvers must name at least one IAM role or user, got none"},
		"a session is not an approver": {
			func(p *ApprovalProps) { p.Approvers[0] = "arn:aws:sts::123456789012:assumed-role/TrialLead/jane" },
			`Approvers must be ARNs of IAM roles or users, got "arn:aws:sts::123456789012:assumed-role/TrialLead/jane"`},
		"a wildcard would admit everybody": {
			func(p *ApprovalProps) { p.Approvers[0] = "arn:aws:iam::123456789012:role/*" },
			`Approvers must be ARNs of IAM roles or users, got "arn:aws:iam::123456789012:role/*"`},
		"an account's root is not an approver": {
			func(p *ApprovalProps) { p.Approvers[0] = "arn:aws:iam::123456789012:root" },
			`Approvers must be ARNs of IAM roles or users, got "arn:aws:iam::123456789012:root"`},
		"the same approver twice is a mistake": {
			func(p *ApprovalProps) { p.Approvers = append(p.Approvers, approver) },
			`Approvers must be unique, got "` + approver + `" twice`},
		"the record store is required": {
			func(p *ApprovalProps) { p.RecordBucket = nil }, "RecordBucket is required, got none"},
		"a prefix without a slash also matches its neighbours": {
			func(p *ApprovalProps) { p.RecordPrefix = "decisions" },
			`RecordPrefix must be a key prefix that ends in a slash, such as "decisions/", and not be below "approvals/", got "decisions"`},
		"people do not review their own decisions": {
			func(p *ApprovalProps) { p.RecordPrefix = "approvals/" },
			`RecordPrefix must be a key prefix that ends in a slash, such as "decisions/", and not be below "approvals/", got "approvals/"`},
		"a deadline within seconds is too short": {
			func(p *ApprovalProps) { p.Deadline = 59 * time.Second },
			"Deadline must be whole seconds from 1m0s to 720h0m0s, got 59s"},
		"Step Functions counts whole seconds": {
			func(p *ApprovalProps) { p.Deadline = time.Hour + time.Millisecond },
			"Deadline must be whole seconds from 1m0s to 720h0m0s, got 1h0m0.001s"},
		"a deadline of months waits for nobody": {
			func(p *ApprovalProps) { p.Deadline = 31 * 24 * time.Hour },
			"Deadline must be whole seconds from 1m0s to 720h0m0s, got 744h0m0s"},
		"a broken expression would stop the function": {
			func(p *ApprovalProps) { p.SessionNames = "(" }, `SessionNames must be a regular expression, got "("`},
		"a pattern that machines match": {
			func(p *ApprovalProps) { p.SessionNames = "[A-Za-z]+" },
			"SessionNames must match the names of people only, such as \"[a-z.]+@example\\\\.com\", got \"[A-Za-z]+\", which also matches \"x\""},
		"a schedule and a user start executions": {
			func(p *ApprovalProps) {
				p.Machines = []Machine{{Principal: machine, Service: "scheduler.amazonaws.com"}, {Principal: "arn:aws:iam::123456789012:user/ci"}}
			}, ""},
		"a role acts by two services": {
			func(p *ApprovalProps) {
				p.Machines = []Machine{{Principal: machine, Service: "scheduler.amazonaws.com"}, {Principal: machine, Service: "events.amazonaws.com"}}
			}, ""},
		"any role would be a machine": {
			func(p *ApprovalProps) { p.Machines = []Machine{{Principal: "arn:aws:iam::123456789012:role/*"}} },
			`Machines[0].Principal must be the ARN of an IAM role or user, got "arn:aws:iam::123456789012:role/*"`},
		"a service alone starts nothing": {
			func(p *ApprovalProps) { p.Machines = []Machine{{Service: "scheduler.amazonaws.com"}} },
			`Machines[0].Principal must be the ARN of an IAM role or user, got ""`},
		"a service has its whole name": {
			func(p *ApprovalProps) { p.Machines = []Machine{{Principal: machine, Service: "scheduler"}} },
			`Machines[0].Service must be the name of an AWS service, such as "scheduler.amazonaws.com", got "scheduler"`},
		"an approver would start runs as a machine": {
			func(p *ApprovalProps) { p.Machines = []Machine{{Principal: approver}} },
			"Machines[0] must not be one of the Approvers, whose sessions are people"},
		"the same machine twice is a mistake": {
			func(p *ApprovalProps) { p.Machines = []Machine{{Principal: machine}, {Principal: machine}} },
			"Machines[1] must differ from the others"},
		"nobody would know who started a run": {
			func(p *ApprovalProps) { p.TrailLogGroup = nil },
			"TrailLogGroup is required, to look up who started a run: set LogRetention of an audit.Trail and take its StartLogs, or import the log group of the company's trail, got none"},
	} {
		t.Run(reason, func(t *testing.T) {
			props := validProps()
			row.change(props)
			err := props.Validate()
			if got := errorText(err); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestValidateReportsAllFaultsAtOnce(t *testing.T) {
	err := (&ApprovalProps{RecordPrefix: "x", Deadline: time.Second, SessionNames: "(", Machines: []Machine{{}}}).Validate()
	var fields []string
	for line := range strings.Lines(err.Error()) {
		fields = append(fields, strings.Fields(line)[0])
	}
	if want := []string{"Approvers", "RecordBucket", "RecordPrefix", "Deadline", "SessionNames", "Machines[0].Principal", "TrailLogGroup"}; !slices.Equal(fields, want) {
		t.Errorf("faults of %v, want %v", fields, want)
	}
	if err := (*ApprovalProps)(nil).Validate(); err == nil {
		t.Error("nil: got no error")
	}
}
