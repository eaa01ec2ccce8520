package approver

import (
	"context"
	"errors"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/local"
)

// result is a request and what came of it.
type result struct {
	request *approval.View
	outcome *approval.Outcome // nil without a decision
	record  *approval.Record  // the record of the decision; nil without one
	refusal *approval.Fault   // why the person's decision was refused, if it was
}

// decide shows the request to the person and takes their decision. A refusal is not an error: the task continues to wait.
func (s *session) decide(ctx context.Context, person Person) (result, error) {
	id := approval.ID(s.request.Execution)
	view, err := s.client.Show(ctx, id)
	if err != nil {
		return refused(result{}, err)
	}
	r := result{request: view}
	if view.Status != approval.Pending {
		return r, nil
	}
	decision, err := person.Decide(ctx, view)
	if err != nil || decision == nil {
		return r, err
	}
	s.now = s.now.Add(min(thinking, s.request.Deadline.Sub(s.now)/2))
	decision.Shown, decision.Round = view.Shown.SHA256, view.Round
	if r.outcome, err = s.client.Decide(ctx, id, *decision); err != nil {
		return refused(r, err)
	}
	decided, err := s.client.Show(ctx, id)
	if err == nil {
		r.record = decided.Record
	}
	return r, err
}

func refused(r result, err error) (result, error) {
	if refusal, ok := errors.AsType[*approval.Fault](err); ok {
		r.refusal = refusal
		return r, nil
	}
	return r, err
}

// effect returns what the observer is told.
func (r result) effect(execution string) local.Approval {
	a := local.Approval{Execution: execution, Decision: local.NoDecision}
	if v := r.request; v != nil {
		a.ID, a.RequestedAt, a.Deadline, a.Place = v.ID, v.RequestedAt, v.Deadline, v.Place
		if v.Reviewed != nil {
			a.Objects, a.SHA256 = len(v.Reviewed.Objects), v.Reviewed.SHA256
		}
	}
	if r.refusal != nil {
		a.Refusal = r.refusal.Message
	}
	if r.outcome != nil && r.record != nil {
		a.Approved, a.Rejected = r.outcome.Approved, r.outcome.Rejected
		a.Decision, a.Signer, a.Record, a.RecordVersion = string(r.outcome.Decision), r.outcome.Signer, r.outcome.Record, r.outcome.RecordVersion
		a.PrintedName, a.Meaning, a.Reason, a.SignedAt = r.record.Signer.PrintedName, r.record.Meaning, r.record.Reason, &r.record.SignedAt
	}
	return a
}
