package approval

import (
	"cmp"
	"slices"
	"time"
)

// Approval is a request with its decision, as the store keeps it.
type Approval struct {
	ID          string
	Round       int // 1, 2, …: how often the execution asked; a retried or redriven task asks again, with a new token
	Request     Request
	RequestedAt time.Time
	Notified    bool       // the approvers got the message
	Decision    *Reference // nil until somebody decides in this round
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

// Reference is a decision in short, with the place of its record.
type Reference struct {
	Decision Verdict
	Key      string
	Version  string
}

// Status is the status of a request.
type Status string

// The statuses of a request.
const (
	Pending  Status = "pending"  // waits for a decision
	Expired  Status = "expired"  // nobody decided before the deadline: not approved
	Recorded Status = "recorded" // a decision is recorded, but the execution did not confirm it: repeating the decision tells it
	Lapsed   Status = "lapsed"   // a decision was recorded, but the deadline passed before the execution confirmed it: no effect
	Approved Status = "approved" // the execution took the approval
	Rejected Status = "rejected" // the execution took the rejection
)

// Valid reports whether the status is one of the above.
func (s Status) Valid() bool {
	switch s {
	case Pending, Expired, Recorded, Lapsed, Approved, Rejected:
		return true
	}
	return false
}

// Status returns the status at a time. A request is Approved or Rejected only once the execution took the decision.
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
