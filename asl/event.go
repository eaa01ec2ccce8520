package asl

import (
	"encoding/json"
	"strings"
	"time"
)

// Event is an entry of an execution's history. It marshals to an event of GetExecutionHistory.
// See https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html.
type Event struct {
	ID              int64 // 1, 2, …
	PreviousEventID int64 // the event that led to this one, in its branch; 0 for the first
	Timestamp       time.Time
	Type            string // such as "TaskStateEntered"
	Details         Details
}

// Details are the details of an event: nil, or a pointer to one of the structs of this package, such as [StateEntered].
type Details interface {
	// attributes returns the members of the event's details in AWS's API.
	attributes() map[string]any
}

// Attributes returns the members of the event's details as GetExecutionHistory names them. Payloads are strings of JSON text.
// The caller owns the map. It is nil when the event has no details.
func (e *Event) Attributes() map[string]any {
	if e.Details == nil {
		return nil
	}
	return e.Details.attributes()
}

// StateName returns the state's name for a StateEntered or StateExited event, otherwise "".
func (e *Event) StateName() string {
	switch d := e.Details.(type) {
	case *StateEntered:
		return d.Name
	case *StateExited:
		return d.Name
	}
	return ""
}

// MarshalJSON renders the event as GetExecutionHistory does. Payloads are strings of JSON text.
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

// DetailsKey returns the name of the member that holds the details of the event, such as "stateEnteredEventDetails".
func (e *Event) DetailsKey() string { return detailsKey(e.Type) }

// detailsKey returns the name of the member that holds the details of an event of the type.
func detailsKey(eventType string) string {
	for _, suffix := range []string{"StateEntered", "StateExited"} {
		if strings.HasSuffix(eventType, suffix) {
			eventType = suffix
		}
	}
	return strings.ToLower(eventType[:1]) + eventType[1:] + "EventDetails"
}

// timeLayout is the format in which Step Functions writes times: UTC, with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"
