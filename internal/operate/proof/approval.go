package proof

import (
	"context"
	"errors"
	"strings"

	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/lambda/approval"
	approvals "clinical-risk-pipeline/lambda/approval/verify"
	"clinical-risk-pipeline/workflow"
)

// approval verifies the approval, as clinicalrisk approvals verify does.
func (c *verification) approval(ctx context.Context) {
	s := &said{}
	id := approval.ID(c.execution.ARN)
	switch {
	case c.state(workflow.RequestApproval) == nil:
		s.found("none: the pipeline asks nobody")
	case c.entered[workflow.RequestApproval] == 0:
		s.found("none: nothing had to be approved")
	case c.track.Pending != nil:
		s.missing("nobody has decided on %s yet", id)
	case c.entered[workflow.EscalateApproval] > 0:
		s.missing("nobody decided on %s before its deadline", id)
	case c.Approval == nil:
		s.unknown("the function of the approvals is not known: verify it with clinicalrisk approvals verify %s", id)
	default:
		c.verifyApproval(ctx, id, s)
	}
	c.add("approval", s)
}

func (c *verification) verifyApproval(ctx context.Context, id string, s *said) {
	report, err := c.Approval(ctx, id)
	if err != nil {
		s.unknown("%s: %v", id, err)
		return
	}
	checks := report.Checks
	for _, record := range report.Records {
		checks = append(checks, record.Checks...)
	}
	holds := 0
	for _, check := range checks {
		text := id + ", " + check.Name + ": " + strings.Join(check.Findings, "; ")
		switch check.Result {
		case approvals.Holds:
			holds++
		case approvals.Fails:
			s.missing("%s", text)
		default:
			s.unknown("%s", text)
		}
	}
	if s.result == "" {
		s.found("%s: all %d checks of the approval hold", id, holds)
	}
}

// downstream checks that each downstream system answered.
func (c *verification) downstream(context.Context) {
	s := &said{}
	told, _ := c.data(workflow.Downstream).(*value.Object)
	switch {
	case c.entered[workflow.NotApproved] > 0:
		s.found("none was told: nobody approved")
	case told.Len() > 0:
		s.found("answered: %s", strings.Join(told.Keys(), ", "))
	case c.entered[workflow.CheckApproval] > 0 && c.execution.Status != "SUCCEEDED":
		s.missing("no downstream system has answered: the execution ended in %s", c.track.Last)
	default:
		s.found("none was told")
	}
	c.add("downstream systems", s)
}

// trail checks that the trail has who started and redrove the execution.
func (c *verification) trail(ctx context.Context) {
	s := &said{}
	defer func() { c.add("events of the trail", s) }()
	if c.Starts == nil {
		s.unknown("no log group of a trail is known: name one with --trail-logs")
		return
	}
	starters, err := c.Starts.Starters(ctx, &approval.Request{Execution: c.execution.ARN, StartedAt: c.execution.StartedAt, RedriveCount: c.execution.RedriveCount})
	switch {
	case errors.Is(err, approval.ErrStarterUnknown):
		s.missing("the trail does not show who started the execution, or who redrove it: events come within 15 minutes, and the log group may no longer have them")
	case err != nil:
		s.unknown("%v", err)
	}
	for _, starter := range starters {
		s.found("started or redriven by %s", starter.ARN)
	}
}
