package local

import (
	"encoding/json"
	"time"
)

// Downstream is a call of a system that a pipeline tells after the team: a line of downstream.jsonl.
type Downstream struct {
	Execution string    `json:"execution"` // the name of the execution that called
	State     string    `json:"state"`
	Action    string    `json:"action"`    // one of the constants below
	Target    string    `json:"target"`    // the state machine's ARN, or the URL
	ID        string    `json:"id"`        // the started execution's name, or the correlation id
	Reference string    `json:"reference"` // what was answered: the started execution's ARN, or the incident's number, "" for none
	At        time.Time `json:"at"`        // virtual
	Request   any       `json:"request,omitempty"`
}

// The actions of a Downstream.
const (
	ExecutionStarted = "execution started"
	IncidentLookedUp = "incident looked up"
	IncidentOpened   = "incident opened"
)

// OnDownstream is told of every call that a downstream system took. An error aborts the run.
type OnDownstream func(Downstream) error

// parsed is a JSON text's value, or the text itself where it is none.
func parsed(value any) any {
	text, ok := value.(string)
	if !ok {
		return value
	}
	var out any
	if json.Unmarshal([]byte(text), &out) != nil {
		return text
	}
	return out
}
