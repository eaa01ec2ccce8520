package asl

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl/internal/value"
	"clinical-risk-pipeline/asl/jsonata"
)

// compiler turns a definition into a machine, and collects what is wrong with it.
type compiler struct {
	library          *jsonata.Library
	libraryErr       error
	faults           []*Fault
	names            map[string]bool // of all states: they are unique in the machine
	defaultIsJSONata bool
	standardOnly     []error // faults of the definition in an Express execution
}

func (c *compiler) report(fault *Fault) { c.faults = append(c.faults, fault) }

// jsonata is the library, opened on first use; nil when there is none.
func (c *compiler) jsonata() *jsonata.Library {
	if c.library == nil && c.libraryErr == nil {
		c.library, c.libraryErr = openJSONata()
	}
	return c.library
}

// openJSONata finds and opens the library from the working directory upward, once for a folder.
func openJSONata() (*jsonata.Library, error) {
	dir, err := jsonata.Find(".")
	if err != nil {
		return nil, fmt.Errorf("the definition uses JSONata: %w", err)
	}
	return libraries.open(dir)
}

// machine compiles the whole definition.
func (c *compiler) machine(raw map[string]any) *Machine {
	root := &scopeInfo{assigned: map[string]bool{}}
	f := &fields{c: c, scope: root, raw: raw, read: map[string]bool{}}
	c.defaultIsJSONata = f.oneOf("QueryLanguage", "JSONPath", "JSONata") == "JSONata"
	f.jsonata = c.defaultIsJSONata
	f.comment()
	m := &Machine{timeout: f.number("TimeoutSeconds", 1, maxTimeout, true, 0)}
	f.oneOf("Version", "1.0")
	m.program = c.program(f)
	f.unread("the state machine")
	root.check(c.report)
	m.standardOnly = errors.Join(c.standardOnly...)
	return m
}

// maxTimeout is the longest TimeoutSeconds and HeartbeatSeconds, and the default.
const maxTimeout = 99999999

// comment reads the Comment, which has no effect.
func (f *fields) comment() { _, _ = f.text("Comment") }

// program is the states of a machine, a branch or an item processor.
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
	if len(states.raw) == 0 {
		f.fault("States", "must not be empty")
		return p
	}
	var targets []*target
	for name := range states.raw {
		p.order = append(p.order, name)
	}
	slices.Sort(p.order)
	for _, name := range p.order {
		if s := c.state(f.scope, name, states.raw[name], &targets); s != nil {
			p.states[name] = s
		}
	}
	c.link(f, p, startAt, targets)
	return p
}

// target is the state that something leads to.
type target struct {
	name  string
	state state
	from  *fields
	field string
}

// link resolves names to states, and reports the dangling names and the states that nothing leads to.
func (c *compiler) link(f *fields, p *program, startAt string, targets []*target) {
	reached := map[string]bool{startAt: true}
	known := fmt.Sprintf("the states beside it are %s", strings.Join(p.order, ", "))
	if p.start = p.states[startAt]; p.start == nil && startAt != "" && !slices.Contains(p.order, startAt) {
		f.fault("StartAt", "there is no state %q; the states are %s", startAt, strings.Join(p.order, ", "))
	}
	edges := map[string][]string{}
	for _, t := range targets {
		if t.state = p.states[t.name]; t.state == nil && !slices.Contains(p.order, t.name) {
			t.from.fault(t.field, "there is no state %q here; %s", t.name, known)
		}
		edges[t.from.state] = append(edges[t.from.state], t.name)
	}
	if p.start == nil || len(p.states) < len(p.order) {
		return // where a broken state leads is not known
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
			c.report(&Fault{State: name, Message: "nothing leads to it"})
		}
	}
}

// state compiles one state; nil when it is no object or has no known type.
func (c *compiler) state(scope *scopeInfo, name string, v any, targets *[]*target) state {
	f := &fields{c: c, scope: scope, targets: targets, state: name, read: map[string]bool{}}
	f.raw, _ = v.(map[string]any)
	if f.raw == nil {
		f.fault("", "must be an object, got %s", value.TypeName(v))
		return nil
	}
	if c.names[name] {
		f.fault("", "is defined twice: names must be unique in the whole state machine, branches and item processors included")
	}
	c.names[name] = true
	if n := len([]rune(name)); n == 0 || n > maxStateName {
		f.fault("", "the name must have 1 to %d characters, it has %d", maxStateName, n)
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

// standardOnly notes that a state uses what Express workflows do not support. Child executions have their type from the
// definition; the type of the machine itself is known only when it runs.
func (f *fields) standardOnly(field, what string) {
	fault := &Fault{State: f.state, Field: field, Message: what + " is not supported in an Express workflow"}
	switch f.scope.child {
	case Express:
		f.c.report(fault)
	case "":
		f.c.standardOnly = append(f.c.standardOnly, fault)
	}
}

// maxStateName is the length of the longest name of a state, in characters.
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
