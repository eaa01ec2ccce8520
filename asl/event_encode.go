package asl

import (
	"strconv"

	"clinical-risk-pipeline/asl/value"
)

// EventEncoder writes the events of one execution as JSON, as GetExecutionHistory has them. It encodes a payload once if an event and the
// next one share it, as the exit of a state and the entry of the next one do. The zero value writes everything. An encoder is not safe
// for concurrent use.
type EventEncoder struct {
	// WithoutData leaves out the execution's data: inputs, outputs, parameters and variables. Errors and causes are no data for
	// Step Functions.
	WithoutData bool
	// Cause replaces the causes of errors; it leaves one out by "". Default: causes stay as they are.
	Cause func(cause string) string

	to      []byte
	members int    // of the object that is being written
	last    any    // the payload that was written last
	quoted  []byte // its JSON text, as a JSON string
	scratch []byte
}

// AppendEvent appends an event.
func (e *EventEncoder) AppendEvent(b []byte, event *Event) []byte {
	b = strconv.AppendInt(append(b, `{"id":`...), event.ID, 10)
	b = strconv.AppendInt(append(b, `,"previousEventId":`...), event.PreviousEventID, 10)
	b = event.Timestamp.AppendFormat(append(b, `,"timestamp":"`...), timeLayout)
	b = value.AppendString(append(b, `","type":`...), event.Type)
	if event.Details != nil {
		b = value.AppendString(append(b, ','), event.DetailsKey())
		b = e.AppendDetails(append(b, ':'), event)
	}
	return append(b, '}')
}

// AppendDetails appends the details of an event, an object without members if it has none.
func (e *EventEncoder) AppendDetails(b []byte, event *Event) []byte {
	e.to, e.members = append(b, '{'), 0
	if event.Details != nil {
		event.Details.encode(e)
	}
	b = append(e.to, '}')
	e.to = nil
	return b
}

// name starts a member.
func (e *EventEncoder) name(name string) {
	if e.members > 0 {
		e.to = append(e.to, ',')
	}
	e.members++
	e.to = append(append(append(e.to, '"'), name...), '"', ':')
}

func (e *EventEncoder) text(name, text string) {
	e.name(name)
	e.to = value.AppendString(e.to, text)
}

// someText writes a text unless it is empty.
func (e *EventEncoder) someText(name, text string) {
	if text != "" {
		e.text(name, text)
	}
}

func (e *EventEncoder) number(name string, n int64) {
	e.name(name)
	e.to = strconv.AppendInt(e.to, n, 10)
}

// someNumber writes a number unless it is 0.
func (e *EventEncoder) someNumber(name string, n int64) {
	if n != 0 {
		e.number(name, n)
	}
}

// raw writes JSON text.
func (e *EventEncoder) raw(name string, text []byte, end ...byte) {
	e.name(name)
	e.to = append(append(e.to, text...), end...)
}

// cause writes the cause of an error unless it is empty.
func (e *EventEncoder) cause(cause string) {
	if e.Cause != nil && cause != "" {
		cause = e.Cause(cause)
	}
	e.someText("cause", cause)
}

// json writes a value as JSON text in a string. It is data.
func (e *EventEncoder) json(name string, v any) {
	if e.WithoutData {
		return
	}
	if len(e.quoted) == 0 || !value.Same(v, e.last) {
		e.scratch = value.Append(e.scratch[:0], v)
		e.quoted, e.last = value.AppendQuoted(e.quoted[:0], e.scratch), v
	}
	e.raw(name, e.quoted)
}

// payload writes a value as json does, and that it is complete.
func (e *EventEncoder) payload(name string, v any) {
	if e.WithoutData {
		return
	}
	e.json(name, v)
	e.complete(name)
}

// complete says that a payload is not truncated.
func (e *EventEncoder) complete(name string) {
	e.to = append(append(append(e.to, `,"`...), name...), `Details":{"truncated":false}`...)
}

// variables writes the variables that a state assigned, each as JSON text in a string.
func (e *EventEncoder) variables(assigned *value.Object) {
	if e.WithoutData {
		return
	}
	e.name("assignedVariables")
	e.to = append(e.to, '{')
	for i, m := range assigned.Members() {
		if i > 0 {
			e.to = append(e.to, ',')
		}
		e.scratch = value.Append(e.scratch[:0], m.Value)
		e.to = value.AppendQuoted(append(value.AppendString(e.to, m.Key), ':'), e.scratch)
	}
	e.to = append(e.to, '}')
	e.complete("assignedVariables")
}
