package approval

import (
	"context"
	"errors"
	"time"
)

// View is a request, as approvers see it. It never has the task token.
type View struct {
	ID          string    `json:"approvalId"`
	Status      Status    `json:"status"`
	Round       int       `json:"round"`
	TrialID     string    `json:"trialId"`
	Subjects    Subjects  `json:"subjects"`
	Execution   string    `json:"execution"`
	StartedAt   time.Time `json:"startedAt"`
	RequestedAt time.Time `json:"requestedAt"`
	Deadline    time.Time `json:"deadline"`
	Place       string    `json:"record"`

	// Of one request, while it is pending.
	Shown    *Rendering `json:"shown,omitempty"`    // what a person sees, and signs
	Reviewed *Reviewed  `json:"reviewed,omitempty"` // the records that it is made of
	Cases    *Cases     `json:"cases,omitempty"`    // what these records say

	// Of one request, once it is decided.
	Record  *Record  `json:"decision,omitempty"`
	Outcome *Outcome `json:"outcome,omitempty"` // of the decision, with the place of its record
}

func (d *Decider) list(ctx context.Context, all bool) ([]*View, error) {
	approvals, err := d.Store.List(ctx, all)
	views := []*View{}
	for _, a := range approvals {
		if view := d.view(a); all || view.Status == Pending || view.Status == Recorded {
			views = append(views, view)
		}
	}
	return views, err
}

// Show returns a request to somebody who may see it: with what there is to decide about while it is pending, with the record of the decision afterwards.
//
// Requirements: P11-50b
func (d *Decider) Show(ctx context.Context, id string) (*View, error) {
	a, err := d.get(ctx, id)
	if err != nil {
		return nil, err
	}
	view := d.view(a)
	record, err := d.Records.find(ctx, a)
	switch {
	case err == nil:
		view.Record, view.Outcome = &record.Record, d.Records.outcome(record)
	case !errors.Is(err, ErrNotFound):
		return nil, err
	case view.Status == Pending:
		if view.Shown, view.Reviewed, view.Cases, err = d.Records.shown(ctx, a); err != nil {
			return nil, err
		}
	}
	return view, nil
}

func (d *Decider) view(a *Approval) *View {
	r := a.Request
	return &View{
		ID: a.ID, Status: a.Status(d.Now()), Round: a.Round, TrialID: r.TrialID, Subjects: r.Subjects, Execution: r.Execution,
		StartedAt: r.StartedAt.UTC(), RequestedAt: a.RequestedAt.UTC(), Deadline: r.Deadline.UTC(), Place: r.Record,
	}
}
