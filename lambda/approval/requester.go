package approval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

// Requester stores requests and tells the approvers. The state RequestApproval invokes it.
type Requester struct {
	Store    Store
	Notifier Notifier
	Records  Records
	Function string // the ARN of the deciding function
	Now      Clock
	Log      *slog.Logger
}

// Handle takes a request. It may be called again with the same request: the approvers get one message. A request of the same
// execution with another token is from a retried or redriven task. The earlier token is dead, so the new request replaces the
// earlier one, undecided, as another round. A late request with an earlier token is refused.
func (r *Requester) Handle(ctx context.Context, payload json.RawMessage) error {
	request, err := ParseRequest(payload)
	if err == nil {
		err = r.Records.check(request.Record)
	}
	if err == nil && !r.Now().Before(request.Deadline) {
		err = errors.New("deadline must be in the future")
	}
	if err != nil {
		return err
	}
	a, err := r.store(ctx, request)
	if err != nil {
		return err
	}
	log := r.Log.With("approval", a.ID, "round", a.Round, "execution", request.Execution)
	if a.Notified {
		log.Info("asked again")
		return nil
	}
	if err := r.Notifier.Notify(ctx, message(a, r.Function)); err != nil {
		return fmt.Errorf("cannot tell the approvers: %w", err)
	}
	a.Notified = true
	if err := r.Store.Put(ctx, a); err != nil && !errors.Is(err, ErrChanged) {
		return err
	}
	log.Info("requested")
	return nil
}

// store stores the request, unless it is already stored.
func (r *Requester) store(ctx context.Context, request *Request) (*Approval, error) {
	a, err := r.Store.Get(ctx, ID(request.Execution))
	switch {
	case errors.Is(err, ErrNotFound):
		a = &Approval{ID: ID(request.Execution)}
	case err != nil:
		return nil, err
	case a.Request.TaskToken == request.TaskToken:
		return a, nil
	case !request.after(&a.Request):
		return nil, errors.New("the execution has asked again since: the task of this request no longer waits")
	}
	next := &Approval{ID: a.ID, Revision: a.Revision, Round: a.Round + 1, Request: *request, RequestedAt: r.Now()}
	return next, r.Store.Put(ctx, next)
}
