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
	// encode writes the members of the event's details in AWS's API, in its order.
	encode(e *EventEncoder)
}

// Attributes returns the members of the event's details as GetExecutionHistory names them. Payloads are strings of JSON text.
// It is nil when the event has no details.
func (e *Event) Attributes() *value.Object {
	if e.Details == nil {
		return nil
	}
	var encoder EventEncoder
	attributes, err := value.Decode(encoder.AppendDetails(nil, e))
	if err != nil {
		panic(err) // The encoder writes JSON.
	}
	return attributes.(*value.Object)
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

// MarshalJSON renders the event as GetExecutionHistory does. Payloads are strings of JSON text. For a whole history, an [EventEncoder] is
// faster.
func (e Event) MarshalJSON() ([]byte, error) {
	var encoder EventEncoder
	return encoder.AppendEvent(nil, &e), nil
}

// DetailsKey returns the name of the member that holds the details of the event, such as "stateEnteredEventDetails".
func (e *Event) DetailsKey() string { return detailsKey(e.Type) }

// detailsKey returns the name of the member that holds the details of an event of the type.
func detailsKey(eventType string) string {
	switch {
	case strings.HasSuffix(eventType, "StateEntered"):
		return "stateEnteredEventDetails"
	case strings.HasSuffix(eventType, "StateExited"):
		return "stateExitedEventDetails"
	}
	return strings.ToLower(eventType[:1]) + eventType[1:] + "EventDetails"
}

// timeLayout is the format in which Step Functions writes times: UTC, with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"
