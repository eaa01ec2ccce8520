package pages

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"unicode/utf8"

	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/plain"
)

// payloadShown is the number of bytes that a page shows of a payload.
const payloadShown = 8 << 10

// payload is data of an execution, for a page.
type payload struct {
	Name string
	Text string // indented, and cut at payloadShown
	Size int    // of the whole in bytes; 0 if Text is the whole
	URL  string // of the whole
}

// payloadNames are the members of events that are payloads, with their names for people.
var payloadNames = map[string]string{
	"input": "Input", "parameters": "Parameters", "output": "Output", "assignedVariables": "Assigned variables", "cause": "Cause",
}

func isPayload(member string) bool { return payloadNames[member] != "" }

// payloadsOf returns the payloads of an event.
func payloadsOf(arn string, e *event) []payload {
	var all []payload
	for _, m := range e.Details.Members() {
		if isPayload(m.Key) {
			all = append(all, newPayload(payloadNames[m.Key], textOf(m.Value), address("/payload", "arn", arn, "event", e.ID, "member", m.Key)))
		}
	}
	return all
}

// newPayload returns a payload. The URL is that of the whole.
func newPayload(name, text, url string) payload {
	p := payload{Name: name, Text: visible(indented(text))}
	if len(p.Text) > payloadShown {
		cut := payloadShown
		for !utf8.RuneStart(p.Text[cut]) {
			cut--
		}
		p.Text, p.Size, p.URL = p.Text[:cut], len(text), url
	}
	return p
}

// indented returns JSON text with an indentation, and any other text as it is.
func indented(text string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", "  ") != nil {
		return text
	}
	return b.String()
}

// textOf returns a member of an event as text. Variables are JSON texts in an object: they become an object.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case *value.Object:
		object := value.NewObject(v.Len())
		for _, m := range v.Members() {
			inner := m.Value
			if text, ok := m.Value.(string); ok {
				if decoded, err := value.DecodeString(text); err == nil {
					inner = decoded
				}
			}
			object.Set(m.Key, inner)
		}
		return value.Encode(object)
	}
	return value.Encode(v)
}

// payload answers with a whole payload, as plain text.
func (p *pages) payload(w http.ResponseWriter, r *http.Request) {
	_, e, fault := p.find(r.FormValue("arn"), r.FormValue("event"))
	member := r.FormValue("member")
	if fault == nil && (!isPayload(member) || !slices.Contains(e.Details.Keys(), member)) {
		fault = api.Errorf("PayloadDoesNotExist", "The event has no payload %q.", member)
	}
	if fault != nil {
		refusal(fault).write(w, r)
		return
	}
	writeText(w, textOf(e.Details.Value(member)))
}

// definition answers with the definition of a state machine, or of one that an execution runs.
func (p *pages) definition(w http.ResponseWriter, r *http.Request) {
	operation, member := "DescribeStateMachine", "stateMachineArn"
	if r.FormValue("of") == "execution" {
		operation, member = "DescribeStateMachineForExecution", "executionArn"
	}
	m, fault := ask[machineItem](r.Context(), p.server, operation, request{member: r.FormValue("arn")})
	if fault != nil {
		refusal(fault).write(w, r)
		return
	}
	writeText(w, m.Definition)
}

// writeText writes data as plain text. A browser shows it and takes it for nothing else.
func writeText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(visible(text))) // An error means that the client has gone.
}

// visible returns a text with escapes of its hidden characters. JSON stays the same document.
func visible(text string) string {
	if json.Valid([]byte(text)) {
		return plain.JSON(text)
	}
	return plain.Text(text)
}
