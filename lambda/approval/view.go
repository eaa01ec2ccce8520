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
	Reviewed    *Reviewed `json:"reviewed,omitempty"` // the records to review; only in the answer for one pending request
	Summary     *Summary  `json:"summary,omitempty"`  // what these records say
	Record      *Record   `json:"decision,omitempty"` // the decision; only in the answer for one request
	Outcome     *Outcome  `json:"outcome,omitempty"`  // the outcome of the decision, with the place of its record
}

func (api API) list(ctx context.Context, all bool) ([]*View, error) {
	approvals, err := api.Store.List(ctx, all)
	views := []*View{}
	for _, a := range approvals {
		if view := api.view(a); all || view.Status == Pending || view.Status == Recorded {
			views = append(views, view)
		}
	}
	return views, err
}

// show returns a request: with the records to review while it is pending, with the record of the decision afterwards.
//
// Requirements: P11-50b
func (api API) show(ctx context.Context, id string) (*View, error) {
	a, err := api.get(ctx, id)
	if err != nil {
		return nil, err
	}
	view := api.view(a)
	record, err := api.Records.find(ctx, a)
	switch {
	case err == nil:
		view.Record, view.Outcome = &record.Record, api.Records.outcome(record)
	case !errors.Is(err, ErrNotFound):
		return nil, err
	case view.Status == Pending:
		if view.Reviewed, view.Summary, err = api.Records.review(ctx, a.Request.Record); err != nil {
			return nil, err
		}
	}
	return view, nil
}

func (api API) view(a *Approval) *View {
	r := a.Request
	return &View{
		ID: a.ID, Status: a.Status(api.Now()), Round: a.Round, TrialID: r.TrialID, Subjects: r.Subjects, Execution: r.Execution,
		StartedAt: r.StartedAt.UTC(), RequestedAt: a.RequestedAt.UTC(), Deadline: r.Deadline.UTC(), Place: r.Record,
	}
}
