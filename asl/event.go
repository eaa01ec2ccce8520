package asl

import (
	"strings"
	"time"

	"clinical-risk-pipeline/asl/value"
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
	// attributes returns the members of the event's details in AWS's API, with or without the execution's data.
	attributes(data bool) *value.Object
}

// Attributes returns the members of the event's details as GetExecutionHistory names them. Payloads are strings of JSON text.
// It is nil when the event has no details.
func (e *Event) Attributes() *value.Object {
	if e.Details == nil {
		return nil
	}
	return e.Details.attributes(true)
}

// Outline returns the members of the event's details without the execution's data: inputs, outputs, parameters and variables. Errors
// and causes are no data for Step Functions. It is nil when the event has no details.
func (e *Event) Outline() *value.Object {
	if e.Details == nil {
		return nil
	}
	return e.Details.attributes(false)
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
	event := value.NewObject(5).With("id", float64(e.ID)).With("previousEventId", float64(e.PreviousEventID)).
		With("timestamp", e.Timestamp.Format(timeLayout)).With("type", e.Type)
	if e.Details != nil {
		event.Set(detailsKey(e.Type), e.Details.attributes(true))
	}
	return value.Append(nil, event), nil
}

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
