package outcome

import "time"

// NoDecision is the decision of an Approval on which nobody decided: it counts as not approved.
const NoDecision = "no decision"

// Approval is what came of a request for approval: a line of approvals.jsonl.
type Approval struct {
	Execution     string     `json:"execution"`
	ID            string     `json:"approvalId"`
	Decision      string     `json:"decision"` // "approved", "rejected" or NoDecision
	Signer        string     `json:"signer"`   // the ARN; this and what follows up to signedAt is empty without a decision
	PrintedName   string     `json:"printedName"`
	Meaning       string     `json:"meaning"`
	Reason        string     `json:"reason"`
	SignedAt      *time.Time `json:"signedAt"`
	Record        string     `json:"record"` // of the decision, an S3 URI
	RecordVersion string     `json:"recordVersion"`
	Place         string     `json:"reviewed"`       // what was reviewed, an S3 URI
	Objects       int        `json:"reviewedCount"`  // how many objects that is
	SHA256        string     `json:"reviewedSha256"` // their digest
	RequestedAt   time.Time  `json:"requestedAt"`
	Deadline      time.Time  `json:"deadline"`
	Refusal       string     `json:"refusal"` // why a decision was not taken; "" when it was, or there was none
}
