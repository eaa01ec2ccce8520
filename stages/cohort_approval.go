package stages

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/monitoring"
	"clinical-risk-pipeline/workflow"
)

var (
	principalPattern = regexp.MustCompile(`^(arn:aws[a-z-]*:iam::\d{12}:)?(role|user)/([\w+=,.@-]+/)*[\w+=,.@-]+$`)
	logGroupPattern  = regexp.MustCompile(`^[\w./#-]{1,512}$`)
)

// shortRetentions are the times for which a log group keeps events, as far as a run may wait longer for its approval.
var shortRetentions = map[awslogs.RetentionDays]time.Duration{
	awslogs.RetentionDays_ONE_DAY: day, awslogs.RetentionDays_THREE_DAYS: 3 * day, awslogs.RetentionDays_FIVE_DAYS: 5 * day,
	awslogs.RetentionDays_ONE_WEEK: 7 * day, awslogs.RetentionDays_TWO_WEEKS: 14 * day, awslogs.RetentionDays_ONE_MONTH: 30 * day,
}

// someLogGroup is a placeholder for a log group: validation runs before a stack exists.
type someLogGroup struct{ awslogs.ILogGroup }

func (c *CohortEnvironment) validateApproval(e Environment) fault.List {
	var faults fault.List
	for i, approver := range c.Approvers {
		field := fmt.Sprintf("Approvers[%d]", i)
		if !principalPattern.MatchString(approver) {
			faults.Add(field, `must be "role/NAME", "user/NAME", or the ARN of a role or user`, approver)
		} else if slices.Contains(c.Approvers[:i], approver) {
			faults.Add(field, "must be unique", fault.Twice(approver))
		}
	}
	faults.Include(c.validateStarters(e))
	if len(c.Approvers) == 0 {
		return append(faults, c.validateWithoutApprovers()...)
	}
	faults.Include(c.validateDeadline(e))
	return faults
}

func (c *CohortEnvironment) validateDeadline(e Environment) fault.List {
	var faults fault.List
	props := someApproval()
	props.Deadline = c.ApprovalDeadline
	if wrong := fault.In(props.Validate()); wrong != nil {
		return wrong.Named("Approval")
	}
	deadline := cmp.Or(c.ApprovalDeadline, approval.DefaultDeadline)
	if deadline < monitoring.MinimumDeadline {
		faults.Add("ApprovalDeadline", fmt.Sprintf("must be at least %v, to leave time for a warning", monitoring.MinimumDeadline), deadline)
	}
	if kept, short := shortRetentions[e.LogRetention]; short && c.TrailLogGroup == "" && deadline >= kept {
		faults.Add("ApprovalDeadline", fmt.Sprintf("must be shorter than the environment's LogRetention, %v: afterwards nobody knows who started the run", kept), deadline)
	}
	return faults
}

// validateStarters reports faults of the fields that say who may start what people approve.
func (c *CohortEnvironment) validateStarters(e Environment) fault.List {
	var faults fault.List
	props := someApproval()
	props.SessionNames, props.Roster = c.SessionNames, c.Roster
	for i, approver := range c.Approvers {
		if principalPattern.MatchString(approver) && !slices.Contains(c.Approvers[:i], approver) {
			props.Approvers = append(props.Approvers, someARN(approver))
		}
	}
	for i, machine := range c.Machines {
		if !principalPattern.MatchString(machine.Principal) {
			faults.Add(fmt.Sprintf("Machines[%d].Principal", i), `must be "role/NAME", "user/NAME", or the ARN of a role or user`, machine.Principal)
			machine.Principal = fmt.Sprintf("role/Some%d", i)
		}
		props.Machines = append(props.Machines, approval.Machine{Principal: someARN(machine.Principal), Service: machine.Service})
	}
	faults.Include(fault.In(props.Validate()).Without(fault.In(someApproval().Validate())))
	if c.SessionNames == "" && len(c.Approvers) > 0 && e.production() {
		faults.Add("SessionNames", "is required with Approvers in production, got none: the pattern of people's names, such as `[a-z.]+@example\\.com`")
	}
	if c.TrailLogGroup != "" && !logGroupPattern.MatchString(c.TrailLogGroup) {
		faults.Add("TrailLogGroup", "must be the name of a log group", c.TrailLogGroup)
	}
	if c.TrailLogKey != "" && (!keyARNPattern.MatchString(c.TrailLogKey) || c.TrailLogGroup == "") {
		faults.Add("TrailLogKey", "must be the ARN of the key that encrypts TrailLogGroup", c.TrailLogKey)
	}
	return faults
}

// validateWithoutApprovers reports fields that have no effect without approvers.
func (c *CohortEnvironment) validateWithoutApprovers() fault.List {
	var faults fault.List
	for _, field := range []struct {
		name string
		set  bool
	}{
		{"an ApprovalDeadline", c.ApprovalDeadline != 0}, {"SessionNames", c.SessionNames != ""}, {"Machines", len(c.Machines) > 0},
		{"a TrailLogGroup", c.TrailLogGroup != ""}, {"a Roster", len(c.Roster) > 0},
	} {
		if field.set {
			faults.Add("Approvers", "are required with "+field.name, fault.Text("none"))
		}
	}
	return faults
}

// someApproval returns valid props, whose approvers nobody has.
func someApproval() *approval.ApprovalProps {
	return &approval.ApprovalProps{Approvers: []string{someARN("role/Approvers/Some")}, RecordBucket: someBucket{}, TrailLogGroup: someLogGroup{}}
}

// someARN returns the ARN of a role or user in an account that is not known yet.
func someARN(principal string) string {
	if strings.HasPrefix(principal, "arn:") {
		return principal
	}
	return "arn:aws:iam::123456789012:" + principal
}

// addApproval lets the approvers decide whether a run goes on.
func (e Environment) addApproval(stack awscdk.Stack, records *audit.RecordStore, trail *audit.Trail, aboutAlerts bool) *approval.Approval {
	c := e.Cohort
	props := &approval.ApprovalProps{
		TrialID: c.TrialID, Alerts: aboutAlerts, Deadline: c.ApprovalDeadline, RecordBucket: records.Bucket(), SessionNames: c.SessionNames, Roster: c.Roster,
		TrailLogGroup: trail.StartLogs(), TrailLogKey: trail.Key(), LogRetention: e.LogRetention, RemovalPolicy: e.RemovalPolicy,
	}
	for _, approver := range c.Approvers {
		props.Approvers = append(props.Approvers, principalARN(stack, approver))
	}
	for _, machine := range c.Machines {
		props.Machines = append(props.Machines, approval.Machine{Principal: principalARN(stack, machine.Principal), Service: machine.Service})
	}
	if c.TrailLogGroup != "" {
		props.TrailLogGroup, props.TrailLogKey = awslogs.LogGroup_FromLogGroupName(stack, jsii.String(trailLogsID), &c.TrailLogGroup), nil
	}
	if c.TrailLogKey != "" {
		props.TrailLogKey = awskms.Key_FromKeyArn(stack, jsii.String(trailLogsKeyID), &c.TrailLogKey)
	}
	a := approval.NewApproval(stack, approvalID, props)
	output(stack, workflow.DecisionFunction, "Approvers decide with this function: clinicalrisk approvals --function.", *a.DecideFunction().FunctionArn())
	output(stack, "ApproversTopicArn", "Subscribe the approvers to this topic.", *a.Topic().TopicArn())
	return a
}

// principalARN returns the ARN of a role or user. The principal is an ARN, or a name in the stack's own account.
func principalARN(stack awscdk.Stack, principal string) string {
	if strings.HasPrefix(principal, "arn:") {
		return principal
	}
	kind, name, _ := strings.Cut(principal, "/")
	return *stack.FormatArn(&awscdk.ArnComponents{Service: jsii.String("iam"), Region: jsii.String(""), Resource: &kind, ResourceName: &name})
}
