package pages

import (
	"net/http"
	"strconv"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

// eventData is the data of the page of an event: the visit of the state to which it belongs, and what the event itself says.
type eventData struct {
	*event
	Visited eventsData // the events of the visit
	ARN     string     // of the execution
	Before  string     // the URL of the event before; "" for the first
	After   string     // the URL of the event after; "" for the last
	Inputs  []payload
	Outputs []payload
	Open    bool      // whether the execution is in the state
	Facts   []fact    // short members of the event
	Own     []payload // the payloads of the event itself
}

// fact is a short member of an event.
type fact struct{ Name, Text, URL string }

// event shows an event, with the input and output of its state.
func (p *pages) event(r *http.Request) (*screen, *api.Error) {
	arn := r.FormValue("arn")
	x, fault := p.describe(r.Context(), arn)
	if fault != nil {
		return nil, fault
	}
	h, e, fault := p.find(arn, r.FormValue("id"))
	if fault != nil {
		return nil, fault
	}
	running := x.Status == string(asl.Running)
	data := &eventData{event: e, ARN: arn}
	if before := h.event(e.ID - 1); before != nil {
		data.Before = address("/event", "arn", arn, "id", before.ID)
	}
	if after := h.event(e.ID + 1); after != nil {
		data.After = address("/event", "arn", arn, "id", after.ID)
	}
	title := e.Type
	if v := e.Visit; v != nil {
		title = v.State + ": " + e.Type
		data.visited(h, v, running)
	}
	if e.Visit == nil || e.ID != e.Visit.Entered && e.ID != e.Visit.Exited {
		data.Own, data.Facts = payloadsOf(arn, e), factsOf(e)
	}
	trail := append(x.trail(), link{x.Name, address("/execution", "arn", arn)})
	live := running && (data.Open || data.After == "")
	return &screen{Template: "event", Title: title, Trail: trail, Live: live, Data: data}, nil
}

// visited adds what the visit of a state says.
func (d *eventData) visited(h *history, v *visit, running bool) {
	d.Inputs = payloadsOf(d.ARN, h.event(v.Entered))
	if exited := h.event(v.Exited); exited != nil {
		d.Outputs = payloadsOf(d.ARN, exited)
	}
	d.Open = running && v.Exited == 0
	d.Visited = eventsData{ExecutionARN: d.ARN, Shown: d.ID}
	for _, e := range h.events {
		if e.Visit == v && len(d.Visited.Events) < eventsShown {
			d.Visited.Events = append(d.Visited.Events, e)
		}
	}
}

// find returns an event of an execution by its number.
func (p *pages) find(arn, id string) (*history, *event, *api.Error) {
	h, fault := p.history(arn)
	if fault != nil {
		return nil, nil, fault
	}
	n, _ := strconv.Atoi(id) // 0 is not a number of an event.
	if e := h.event(n); e != nil {
		return h, e, nil
	}
	return nil, nil, api.Errorf("EventDoesNotExist", "The execution has no event %q. It has the events 1 to %d.", id, len(h.events))
}

// factsOf returns the members of an event that are no payloads.
func factsOf(e *event) []fact {
	var facts []fact
	for _, m := range e.Details.Members() {
		if isPayload(m.Key) || m.Key == "inputDetails" || m.Key == "outputDetails" {
			continue
		}
		f := fact{Name: m.Key, Text: textOf(m.Value)}
		if m.Key == "mapRunArn" {
			f.URL = address("/map-run", "arn", f.Text)
		}
		facts = append(facts, f)
	}
	return facts
}
