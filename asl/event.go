package asl

import (
	"encoding/json"
	"strings"
	"time"
)

// Event is an entry of an execution's history. It marshals to what GetExecutionHistory returns.
// See https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html.
type Event struct {
	ID              int64 // 1, 2, …
	PreviousEventID int64 // the event that led to this one, in its branch; 0 for the first
	Timestamp       time.Time
	Type            string // such as "TaskStateEntered"
	Details         Details
}

// Details is what an event says beyond its type: one of the pointers to structs below, or nil.
type Details interface {
	// attributes are the members of the event's details in AWS's API.
	attributes() map[string]any
}

// Attributes are the members of the event's details, as GetExecutionHistory names them; payloads are strings that hold JSON
// text. The map is the caller's own. It is nil where the event has no details.
func (e *Event) Attributes() map[string]any {
	if e.Details == nil {
		return nil
	}
	return e.Details.attributes()
}

// StateName is the name of the state of a StateEntered or StateExited event, else "".
func (e *Event) StateName() string {
	switch d := e.Details.(type) {
	case *StateEntered:
		return d.Name
	case *StateExited:
		return d.Name
	}
	return ""
}

// MarshalJSON renders the event as GetExecutionHistory does; payloads are strings that hold JSON text.
func (e Event) MarshalJSON() ([]byte, error) {
	event := map[string]any{
		"id":              e.ID,
		"previousEventId": e.PreviousEventID,
		"timestamp":       e.Timestamp.Format(timeLayout),
		"type":            e.Type,
	}
	if e.Details != nil {
		event[detailsKey(e.Type)] = e.Details.attributes()
	}
	return json.Marshal(event)
}

// detailsKey is the member of AWS's event that holds the details of the type.
func detailsKey(eventType string) string {
	for _, suffix := range []string{"StateEntered", "StateExited"} {
		if strings.HasSuffix(eventType, suffix) {
			eventType = suffix
		}
	}
	return strings.ToLower(eventType[:1]) + eventType[1:] + "EventDetails"
}

// timeLayout is how Step Functions writes times: UTC, with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"
