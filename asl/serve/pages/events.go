package pages

import (
	"net/http"
	"slices"
	"strconv"
)

// eventsShown is the number of events on a page.
const eventsShown = 200

// eventsData is a page of events.
type eventsData struct {
	ExecutionARN string
	Events       []*event
	Shown        int    // the event to mark; 0: none
	Total        int    // of the history, or of the state
	State        string // whose events are shown; "" for all
	Newest       bool   // whether the newest event is first
	From         int    // the number of the first event shown, of Total
	All          string // the URL of all states; "" if they are shown
	Turned       string // the URL of the other order
	Before       string // the URL of the page before; "" on the first
	After        string // the URL of the page after; "" on the last
}

// To returns the number of the last event shown.
func (d *eventsData) To() int { return d.From + len(d.Events) - 1 }

// page returns the events that a request asks for: state names the state, order is "newest" or "", at is the first event to show.
func (h *history) page(r *http.Request) eventsData {
	arn, state := r.FormValue("arn"), r.FormValue("state")
	d := eventsData{ExecutionARN: arn, State: state, Newest: r.FormValue("order") == "newest"}
	events := slices.Clone(h.events)
	if state != "" {
		events = slices.DeleteFunc(events, func(e *event) bool { return e.Visit == nil || e.Visit.State != state })
	}
	order, other := "", "newest"
	if d.Newest {
		order, other = "newest", ""
		slices.Reverse(events)
	}
	url := func(state, order string, at any) string {
		return address("/execution", "arn", arn, "state", state, "order", order, "at", at) + "#events"
	}
	first := 0
	if at, err := strconv.Atoi(r.FormValue("at")); err == nil {
		first = slices.IndexFunc(events, func(e *event) bool { return e.ID == at })
		first = max(0, first)
	}
	d.Total, d.From = len(events), first+1
	end := min(first+eventsShown, len(events))
	d.Events = events[first:end]
	d.Turned = url(state, other, "")
	if state != "" {
		d.All = url("", order, "")
	}
	if first > eventsShown {
		d.Before = url(state, order, events[first-eventsShown].ID)
	} else if first > 0 {
		d.Before = url(state, order, "")
	}
	if end < len(events) {
		d.After = url(state, order, events[end].ID)
	}
	return d
}
