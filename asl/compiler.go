package asl

import (
	"clinical-risk-pipeline/asl/value"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
)

// compiler turns a definition into a machine and collects the faults.
type compiler struct {
	faults           []*Fault
	names            map[string]bool // names of all states: each must be unique in the machine
	defaultIsJSONata bool
	standardOnly     []*Fault            // faults that only an Express execution has
	raised           map[string]bool     // the error names of Fail states; "" when a Fail state computes it
	unknown          map[string][]*Fault // the faults of unknown error names in ErrorEquals
}

func (c *compiler) report(fault *Fault) { c.faults = append(c.faults, fault) }

// machine compiles the whole definition.
func (c *compiler) machine(raw *value.Object) *Machine {
	root := &scopeInfo{assigned: map[string]bool{}, caught: map[string]bool{}}
	f := &fields{c: c, scope: root, raw: raw, read: map[string]bool{}}
	c.defaultIsJSONata = f.oneOf("QueryLanguage", "JSONPath", "JSONata") == "JSONata"
	f.jsonata = c.defaultIsJSONata
	f.comment()
	m := &Machine{timeout: f.number("TimeoutSeconds", 1, maxTimeout, true, 0)}
	f.oneOf("Version", "1.0")
	m.program = c.program(f)
	f.unread("the state machine")
	root.check(c.report)
	m.references = root.references(map[string][]string{})
	c.checkErrorNames()
	var standardOnly []error
	for _, fault := range c.standardOnly {
		standardOnly = append(standardOnly, fault)
	}
	m.standardOnly = errors.Join(standardOnly...)
	return m
}

// checkErrorNames reports the unknown error names that no Fail state raises.
func (c *compiler) checkErrorNames() {
	for _, name := range slices.Sorted(maps.Keys(c.unknown)) {
		if !c.raised[name] && !c.raised[""] {
			for _, fault := range c.unknown[name] {
				c.report(fault)
			}
		}
	}
}

// maxTimeout is the largest TimeoutSeconds and HeartbeatSeconds, and the default.
const maxTimeout = 99999999

// comment reads Comment, which has no effect.
func (f *fields) comment() { _, _ = f.text("Comment") }

// program holds the states of a machine, a branch or an item processor.
type program struct {
	start  state
	states map[string]state
	order  []string // names, sorted
}

// program compiles StartAt and States.
func (c *compiler) program(f *fields) *program {
	p := &program{states: map[string]state{}}
	startAt := f.required("StartAt")
	states, ok := f.object("States")
	if !ok {
		if !f.has("States") {
			f.fault("States", "is missing")
		}
		return p
	}
	if states.raw.Len() == 0 {
		f.fault("States", "must not be empty")
		return p
	}
	var targets []*target
	p.order = slices.Sorted(slices.Values(states.raw.Keys()))
	for _, name := range p.order {
		if s := c.state(f.scope, name, states.member(name), &targets); s != nil {
			p.states[name] = s
		}
	}
	c.link(f, p, startAt, targets)
	return p
}

// target is the state that a field such as Next names.
type target struct {
	name  string
	state state
	from  *fields
	field string
}

// link resolves names to states. It reports names without a state, and states that cannot be reached.
func (c *compiler) link(f *fields, p *program, startAt string, targets []*target) {
	reached := map[string]bool{startAt: true}
	known := "the states are " + strings.Join(p.order, ", ")
	if p.start = p.states[startAt]; p.start == nil && startAt != "" && !slices.Contains(p.order, startAt) {
		f.fault("StartAt", "there is no state %q; %s", startAt, known)
	}
	edges := map[string][]string{}
	dangling := false
	for _, t := range targets {
		if t.state = p.states[t.name]; t.state == nil && !slices.Contains(p.order, t.name) {
			t.from.fault(t.field, "there is no state %q here; %s", t.name, known)
			dangling = true
		}
		edges[t.from.state] = append(edges[t.from.state], t.name)
	}
	if p.start == nil || len(p.states) < len(p.order) {
		return // a broken state can lead anywhere
	}
	if !dangling && !slices.ContainsFunc(p.order, func(name string) bool { return p.states[name].base().ends() }) {
		f.fault("States", "no state ends here: give one \"End\": true, or add a Succeed or Fail state")
		return
	}
	for next := []string{startAt}; len(next) > 0; next = next[1:] {
		for _, name := range edges[next[0]] {
			if !reached[name] {
				reached[name] = true
				next = append(next, name)
			}
		}
	}
	for _, name := range p.order {
		if !reached[name] {
			c.report(&Fault{State: name, Message: "no state leads to it"})
		}
	}
}

// state compiles one state. It returns nil when the state is not an object or its type is unknown.
func (c *compiler) state(scope *scopeInfo, name string, v any, targets *[]*target) state {
	f := &fields{c: c, scope: scope, targets: targets, state: name, read: map[string]bool{}}
	f.raw, _ = v.(*value.Object)
	if f.raw == nil {
		f.fault("", "must be an object, got %s", typeOf(v))
		return nil
	}
	if c.names[name] {
		f.fault("", "is defined twice: names must be unique in the whole state machine, including branches and item processors")
	}
	c.names[name] = true
	if n := len([]rune(name)); n == 0 || n > maxStateName {
		f.fault("", "the name must have 1 to %d characters, got %d", maxStateName, n)
	}
	f.jsonata = f.queryLanguage()
	kind := f.required("Type")
	compile := stateTypes[kind]
	if compile == nil {
		if kind != "" {
			f.fault("Type", "must be one of Choice, Fail, Map, Parallel, Pass, Succeed, Task, Wait, got %q", kind)
		}
		return nil
	}
	s := compile(f)
	f.unread("a " + kind + " state")
	return s
}

// standardOnly notes that a state uses a feature that Express workflows do not support. The definition sets the type of child
// executions, but the type of the machine itself is known only when it runs.
func (f *fields) standardOnly(field, what string) {
	fault := &Fault{State: f.state, Field: f.place(field), Message: what + " is not supported in an Express workflow"}
	switch f.scope.child {
	case Express:
		f.c.report(fault)
	case "":
		f.c.standardOnly = append(f.c.standardOnly, fault)
	}
}

// maxStateName is the maximum length of a state's name, in characters.
const maxStateName = 80

func (f *fields) queryLanguage() bool {
	if !f.has("QueryLanguage") {
		return f.c.defaultIsJSONata
	}
	language, _ := f.text("QueryLanguage")
	switch {
	case language != "JSONPath" && language != "JSONata":
		f.fault("QueryLanguage", "must be JSONPath or JSONata, got %q", language)
	case language == "JSONPath" && f.c.defaultIsJSONata:
		f.fault("QueryLanguage", "cannot be JSONPath in a state machine whose QueryLanguage is JSONata")
	}
	return language == "JSONata"
}

var unlimited = math.Inf(1)
