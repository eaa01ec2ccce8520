package pages

import (
	"strings"
	"time"

	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/value"
)

// event is an event of a history.
type event struct {
	ID       int
	Previous int
	At       time.Time
	Type     string
	Error    string
	Details  *value.Object // nil without details
	Visit    *visit        // the visit of a state to which it belongs; nil for events of the execution
}

// visit is one time that an execution was in a state.
type visit struct {
	State   string
	Kind    string // "Task", "Map", …
	Entered int    // the event
	Exited  int    // the event; 0 while the execution is in the state, or if it ended there
	Failed  bool   // whether the last attempt failed and nothing came after it
	parent  *visit // of the Map or Parallel state around it
}

// history is a history, read.
type history struct {
	events      []*event
	visits      []*visit
	transitions map[[2]string]int
	after       []*visit // by event: where the execution is after it
}

// history reads the history of an execution.
func (p *pages) history(arn string) (*history, *api.Error) {
	lines, fault := p.server.Events(arn)
	if fault != nil {
		return nil, fault
	}
	h := &history{transitions: map[[2]string]int{}}
	for _, line := range lines {
		decoded, err := value.Decode(line)
		if err != nil {
			return nil, broken(err)
		}
		h.add(eventOf(decoded.(*value.Object)))
	}
	return h, nil
}

// eventOf reads an event. The server wrote it.
func eventOf(members *value.Object) *event {
	e := &event{ID: number(members, "id"), Previous: number(members, "previousEventId"), Type: members.Text("type")}
	seconds, _ := value.Float(members.Value("timestamp"))
	e.At = stamp(seconds).Time()
	if all := members.Members(); len(all) > 0 && strings.HasSuffix(all[len(all)-1].Key, "EventDetails") {
		e.Details, _ = all[len(all)-1].Value.(*value.Object)
	}
	e.Error = e.Details.Text("error")
	return e
}

func number(members *value.Object, name string) int {
	n, _ := value.Float(members.Value(name))
	return int(n)
}

// event returns an event by its id, or nil.
func (h *history) event(id int) *event {
	if id < 1 || id > len(h.events) {
		return nil
	}
	return h.events[id-1]
}

// add adds an event, and follows what it says about the states.
func (h *history) add(e *event) {
	var v *visit // where the execution was, in the branch of the event
	before := h.event(e.Previous)
	if before != nil {
		v = h.after[e.Previous-1]
	}
	after := v
	switch is := func(end string) bool { return strings.HasSuffix(e.Type, end) }; {
	case is("StateEntered"):
		v = &visit{State: e.Details.Text("name"), Kind: strings.TrimSuffix(e.Type, "StateEntered"), Entered: e.ID, parent: v}
		h.visits = append(h.visits, v)
		if before != nil && before.Visit != nil && before.ID == before.Visit.Exited {
			h.transitions[[2]string{before.Visit.State, v.State}]++
		}
		after = v
	case is("StateExited"):
		v, after = v.inside(func(v *visit) bool { return v.State == e.Details.Text("name") }), nil
		if v != nil {
			v.Exited, v.Failed, after = e.ID, false, v.parent
		}
	case strings.HasPrefix(e.Type, "Execution"):
		if v != nil && (is("Failed") || is("TimedOut")) {
			v.Failed = true
		}
		v = nil
	default:
		failed, inner := is("Failed") || is("TimedOut"), v
		v = e.frame(v)
		if after = v; v != nil {
			v.Failed = failed && !strings.HasPrefix(e.Type, "MapIteration")
		}
		if inner != nil && inner != v && inner.Exited == 0 {
			inner.Failed = failed // A Fail state has no event of its own that says so.
		}
	}
	e.Visit = v
	h.events, h.after = append(h.events, e), append(h.after, after)
}

// frame returns the visit to which an event inside v belongs: one of a Map or a Parallel state is of that state, even if a state in it
// was not left.
func (e *event) frame(v *visit) *visit {
	for _, kind := range []string{"Map", "Parallel"} {
		if strings.HasPrefix(e.Type, kind) {
			return v.inside(func(v *visit) bool { return v.Kind == kind })
		}
	}
	return v
}

// inside returns the innermost visit around v, or v itself, that fits; nil if none does.
func (v *visit) inside(fits func(*visit) bool) *visit {
	for v != nil && !fits(v) {
		v = v.parent
	}
	return v
}
