package approval

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Message tells the approvers of a request: the counts, the trial and the deadline. Of a subject it has only the pseudonymous
// id.
type Message struct {
	Subject    string            // the subject line of an e-mail
	JSON       string            // for machines: the fields of Announcement
	Text       string            // for people
	Attributes map[string]string // for the filters of subscriptions: kind, trialId
}

// Announcement is the message for machines.
type Announcement struct {
	Message     string    `json:"message"` // "Approval requested"
	ApprovalID  string    `json:"approvalId"`
	TrialID     string    `json:"trialId"`
	Subjects    Subjects  `json:"subjects"`
	Execution   string    `json:"execution"`
	Record      string    `json:"record"`
	RequestedAt time.Time `json:"requestedAt"`
	Deadline    time.Time `json:"deadline"`
	URL         string    `json:"url"`
}

func message(a *Approval, url string) Message {
	r := a.Request
	announcement := Announcement{
		Message: "Approval requested", ApprovalID: a.ID, TrialID: r.TrialID, Subjects: r.Subjects, Execution: r.Execution,
		Record: r.Record, RequestedAt: a.RequestedAt.UTC(), Deadline: r.Deadline.UTC(), URL: url,
	}
	text, err := json.Marshal(announcement)
	if err != nil {
		panic(err) // a struct of strings and times always marshals
	}
	var b strings.Builder
	fmt.Fprintf(&b, "A run of trial %s needs approval: %s.\n\n", r.TrialID, r.Subjects)
	fmt.Fprintf(&b, "Execution: %s\nRecords:   %s\nDeadline:  %s; without a decision the run ends as not approved.\n\n",
		r.Execution, r.Record, r.Deadline.UTC().Format(time.RFC3339))
	fmt.Fprintf(&b, "Review and decide, signed in as yourself:\n  clinicalrisk approvals show %[1]s --url %[2]s\n"+
		"  clinicalrisk approvals approve %[1]s --url %[2]s\n  clinicalrisk approvals reject %[1]s --url %[2]s\n", a.ID, url)
	return Message{
		Subject: "Trial Risk Approval", JSON: string(text), Text: b.String(),
		Attributes: map[string]string{"kind": "approval", "trialId": r.TrialID},
	}
}
