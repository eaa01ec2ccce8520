package approval

import (
	"cmp"
	"slices"
	"time"
)

// Approval is a request and what became of it, as the store keeps it.
type Approval struct {
	ID          string
	Round       int // 1, 2, …: how often the execution asked; a retried or redriven task asks again, with a token of its own
	Request     Request
	RequestedAt time.Time
	Notified    bool       // the approvers were told
	Decision    *Reference // nil: nobody decided in this round
	Effective   bool       // the execution took the decision

	// Revision counts the changes, for [Store.Put].
	Revision int
}

// SortOldestFirst sorts approvals by the time of their requests, as [Store.List] returns them.
func SortOldestFirst(list []*Approval) {
	slices.SortFunc(list, func(a, b *Approval) int {
		return cmp.Or(a.RequestedAt.Compare(b.RequestedAt), cmp.Compare(a.ID, b.ID))
	})
}

// Reference is where a decision's record stands, and what it says in short.
type Reference struct {
	Decision Verdict
	Key      string
	Version  string
}

// Status is what became of a request.
type Status string

// The statuses of a request.
const (
	Pending  Status = "pending"  // waits for a decision
	Expired  Status = "expired"  // nobody decided before the deadline: not approved
	Recorded Status = "recorded" // a decision is recorded, the execution did not confirm it: deciding the same again tells it
	Lapsed   Status = "lapsed"   // the same, after the deadline: without effect
	Approved Status = "approved" // the execution took the approval
	Rejected Status = "rejected" // the execution took the rejection
)

// Status is the status at a time. Only a decision that the execution took makes it Approved or Rejected.
func (a *Approval) Status(now time.Time) Status {
	late := !now.Before(a.Request.Deadline)
	switch {
	case a.Effective && a.Decision.Decision == Approve:
		return Approved
	case a.Effective:
		return Rejected
	case a.Decision != nil && late:
		return Lapsed
	case a.Decision != nil:
		return Recorded
	case late:
		return Expired
	}
	return Pending
}
