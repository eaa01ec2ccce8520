package local

import "time"

// Effect is what a task does to the world outside its execution: a [Notification], an [Approval] or a [Downstream] call.
type Effect interface{ effect() }

func (Notification) effect() {}
func (Approval) effect()     {}
func (Downstream) effect()   {}

// Observer receives every effect of an execution, one at a time and in order.
type Observer func(Effect)

// Notification is what SNS sends to a topic's subscribers, without the signature
// (https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html).
type Notification struct {
	Type              string         `json:"Type"` // "Notification"
	MessageID         string         `json:"MessageId"`
	TopicARN          string         `json:"TopicArn"`
	Subject           string         `json:"Subject,omitempty"`
	Message           string         `json:"Message"` // an object as JSON; of a message per protocol, the default
	Timestamp         string         `json:"Timestamp"`
	MessageAttributes map[string]any `json:"MessageAttributes,omitempty"`
}

// NoDecision is the decision of an Approval that nobody decided. It counts as not approved.
const NoDecision = "no decision"

// Approval is a request for approval and its outcome: a line of approvals.jsonl.
type Approval struct {
	Execution     string     `json:"execution"`
	ID            string     `json:"approvalId"`
	Decision      string     `json:"decision"` // "approved", "rejected" or NoDecision
	Approved      int        `json:"approved"` // how many subjects
	Rejected      int        `json:"rejected"`
	Signer        string     `json:"signer"` // an ARN; without a decision, this field and those up to RecordVersion are empty
	PrintedName   string     `json:"printedName"`
	Meaning       string     `json:"meaning"`
	Reason        string     `json:"reason"`
	SignedAt      *time.Time `json:"signedAt"`
	Record        string     `json:"record"` // the record of the decision, an S3 URI
	RecordVersion string     `json:"recordVersion"`
	Place         string     `json:"reviewed"`       // what was reviewed, an S3 URI
	Objects       int        `json:"reviewedCount"`  // the number of objects that were reviewed
	SHA256        string     `json:"reviewedSha256"` // their digest
	RequestedAt   time.Time  `json:"requestedAt"`
	Deadline      time.Time  `json:"deadline"`
	Refusal       string     `json:"refusal"` // why a decision was refused; "" if none was
}

// Downstream is a call of a system downstream of the alert: a line of downstream.jsonl.
type Downstream struct {
	Execution string    `json:"execution"` // the name of the execution that called
	State     string    `json:"state"`
	Action    string    `json:"action"`    // one of the constants below
	Target    string    `json:"target"`    // the state machine's ARN, or the URL
	ID        string    `json:"id"`        // the started execution's name, or the correlation id
	Reference string    `json:"reference"` // the answer: the started execution's ARN, or the incident's number; "" for none
	At        time.Time `json:"at"`        // virtual
	Request   any       `json:"request,omitempty"`
}

// The actions of a Downstream.
const (
	ExecutionStarted = "execution started"
	IncidentLookedUp = "incident looked up"
	IncidentOpened   = "incident opened"
)
