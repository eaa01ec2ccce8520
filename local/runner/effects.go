package runner

import (
	"fmt"
	"strings"

	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/approver"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/workflow"
)

// Effects are what an execution did to the world around it, in order.
type Effects struct {
	Alerts     []local.Notification // to the team
	Operations []local.Notification // to those who operate the pipeline: every other notification
	Approvals  []outcome.Approval
	Downstream []local.Downstream
}

// collect keeps the effects of the execution of that name in e, until it is released.
func (p *Pipeline) collect(execution string, e *Effects) (release func()) {
	p.effects.Store(execution, e)
	return func() { p.effects.Delete(execution) }
}

// of returns the effects of an execution. It performs one task at a time.
func (p *Pipeline) of(execution string) (*Effects, error) {
	kept, ok := p.effects.Load(execution)
	if !ok {
		return nil, fmt.Errorf("the execution %s did something, and is not running", execution)
	}
	return kept.(*Effects), nil
}

// deliver keeps a notification. An alert is told by its subject line.
func (p *Pipeline) deliver(execution string, n local.Notification) error {
	e, err := p.of(execution)
	if err != nil {
		return err
	}
	if strings.HasSuffix(n.Subject, workflow.AlertSubject) { // that of a test has something before it
		e.Alerts = append(e.Alerts, n)
	} else {
		e.Operations = append(e.Operations, n)
	}
	return nil
}

// told keeps a call of a downstream system.
func (p *Pipeline) told(d local.Downstream) error {
	e, err := p.of(d.Execution)
	if err != nil {
		return err
	}
	e.Downstream = append(e.Downstream, d)
	return nil
}

// decided keeps what came of a request for approval.
func (p *Pipeline) decided(execution string, r approver.Result) error {
	e, err := p.of(execution)
	if err != nil {
		return err
	}
	e.Approvals = append(e.Approvals, approvalOf(execution, r))
	return nil
}

func approvalOf(execution string, r approver.Result) outcome.Approval {
	a := outcome.Approval{Execution: execution, Decision: outcome.NoDecision}
	if v := r.Request; v != nil {
		a.ID, a.RequestedAt, a.Deadline, a.Place = v.ID, v.RequestedAt, v.Deadline, v.Place
		if v.Reviewed != nil {
			a.Objects, a.SHA256 = len(v.Reviewed.Objects), v.Reviewed.SHA256
		}
	}
	if r.Refusal != nil {
		a.Refusal = r.Refusal.Message
	}
	if r.Outcome != nil && r.Record != nil {
		a.Decision, a.Signer, a.Record, a.RecordVersion = string(r.Outcome.Decision), r.Outcome.Signer, r.Outcome.Record, r.Outcome.RecordVersion
		a.PrintedName, a.Meaning, a.Reason, a.SignedAt = r.Record.Signer.PrintedName, r.Record.Meaning, r.Record.Reason, &r.Record.SignedAt
	}
	return a
}
