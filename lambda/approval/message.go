package approval

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/plain"
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
	Function    string    `json:"function"` // the ARN of the deciding function
}

func message(a *Approval, function string) Message {
	r := a.Request
	announcement := Announcement{
		Message: "Approval requested", ApprovalID: a.ID, TrialID: r.TrialID, Subjects: r.Subjects, Execution: r.Execution,
		Record: r.Record, RequestedAt: a.RequestedAt.UTC(), Deadline: r.Deadline.UTC(), Function: function,
	}
	text, err := json.Marshal(announcement)
	if err != nil {
		panic(err) // a struct of strings and times always marshals
	}
	var b strings.Builder
	fmt.Fprintf(&b, "A run of trial %s needs approval: %s.\n\n", plain.Line(r.TrialID), plain.Line(r.Subjects.String()))
	fmt.Fprintf(&b, "Execution: %s\nRecords:   %s\nDeadline:  %s; without a decision the run ends as not approved.\n\n",
		plain.Line(r.Execution), plain.Line(r.Record), r.Deadline.UTC().Format(time.RFC3339))
	fmt.Fprintf(&b, "Review and decide, signed in as yourself:\n")
	for _, command := range []string{"show", "approve", "reject"} {
		fmt.Fprintf(&b, "  clinicalrisk approvals %s %s --function %s\n", command, a.ID, function)
	}
	return Message{
		Subject: "Trial Risk Approval", JSON: string(text), Text: b.String(),
		Attributes: map[string]string{"kind": "approval", "trialId": r.TrialID},
	}
}
