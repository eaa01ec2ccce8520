package alerts

import (
	"bytes"
	"encoding/json"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/alert/worklist"
)

// Operation is what a person asks of the function: List, Show, or one of the verbs of package alert.
type Operation string

// The operations that change nothing.
const (
	List Operation = "list" // the worklist of the sites of the person's role
	Show Operation = "show" // an alert with its events
)

// Verb returns the verb of an operation that changes an alert; "" for the others.
func (o Operation) Verb() alert.Verb {
	switch v := alert.Verb(o); v {
	case alert.Acknowledge, alert.Take, alert.End, alert.Pause, alert.Explain:
		return v
	}
	return ""
}

func (o Operation) valid() bool { return o == List || o == Show || o.Verb() != "" }

// Statement is all that a person asks for and says. The person signs its digest, so that nobody can use the signature for anything else.
// Fields that an operation does not need are empty.
type Statement struct {
	// The fields are in the order of their names: JSON then has them in the order of RFC 8785.

	Alert     string    `json:"alert"`     // the id of the alert; for Explain, that of the subject
	Code      string    `json:"code"`      // of an action: one of alert.Actions
	Function  string    `json:"function"`  // the ARN of the function, without a version or alias
	Nonce     string    `json:"nonce"`     // makes the statement unique
	Operation Operation `json:"operation"` // what the person asks for
	Reason    string    `json:"reason"`    // why
	Seen      int       `json:"seen"`      // the number of events that the person was shown
	Site      string    `json:"site"`      // of List: one site; all sites of the role without one
	Until     string    `json:"until"`     // a day
}

// SHA256 returns the digest that the person signs, in hexadecimal digits: of the statement as canonical JSON (RFC 8785).
func (s Statement) SHA256() (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		return "", err
	}
	return approval.Digest(bytes.TrimSuffix(text.Bytes(), []byte("\n"))), nil
}

// Call is the function's input.
type Call struct {
	Statement
	Proof approval.Proof `json:"proof"`
}

// Reply is the function's output. It has the one field that the operation asks for, or the error.
type Reply struct {
	List  *worklist.List  `json:"list,omitempty"`  // of List
	Alert *View           `json:"alert,omitempty"` // of Show and of the verbs: as it is then
	Error *approval.Fault `json:"error,omitempty"` // a refusal
}

// View is an alert, or a finding, with what happened.
type View struct {
	Subject string        `json:"subject"`
	Site    string        `json:"site"`
	Seen    int           `json:"seen"` // the number of events: an action says it
	Alert   *worklist.Row `json:"alert,omitempty"`
	Status  string        `json:"status,omitempty"`

	Finding *worklist.Finding `json:"finding,omitempty"`
	History []Happened        `json:"history"`
}

// Happened is an event for people.
type Happened struct {
	Day     string         `json:"day"`
	Cut     string         `json:"dataCut,omitempty"`
	By      string         `json:"by,omitempty"` // the printed name of a person
	Reason  string         `json:"reason,omitempty"`
	Code    string         `json:"code,omitempty"`
	Changes []alert.Change `json:"changes"`
}
