package asl

import "fmt"

// scope is where variables live: one for the machine, one for each branch, iteration and child execution. Inner scopes read the
// outer ones, except child executions.
type scope struct {
	outer     *scope
	variables map[string]any
}

// lookup finds a variable.
func (s *scope) lookup(name string) (any, bool) {
	for at := s; at != nil; at = at.outer {
		if v, ok := at.variables[name]; ok {
			return v, true
		}
	}
	return nil, false
}

// assign sets variables of this scope.
func (s *scope) assign(variables map[string]any) {
	if s.variables == nil {
		s.variables = make(map[string]any, len(variables))
	}
	for name, v := range variables {
		s.variables[name] = v
	}
}

// scopeInfo is what a scope looks like before it runs: which variables its states assign, and which they use.
type scopeInfo struct {
	outer    *scopeInfo
	assigned map[string]bool
	uses     []variableUse
	inner    []*scopeInfo
}

type variableUse struct {
	fault    *Fault
	variable string
	assigns  bool
}

// nested is a scope inside this one. Nothing inside an isolated one sees the outside.
func (s *scopeInfo) nested(isolated bool) *scopeInfo {
	inner := &scopeInfo{assigned: map[string]bool{}}
	if !isolated {
		inner.outer = s
	}
	s.inner = append(s.inner, inner)
	return inner
}

// use notes that a field reads a variable; "" is none.
func (s *scopeInfo) use(f *fields, field, variable string) {
	if variable == "" {
		return
	}
	s.uses = append(s.uses, variableUse{variable: variable, fault: &Fault{State: f.state, Field: f.prefix + field, Lint: true,
		Message: fmt.Sprintf("uses the variable $%s, which no state assigns", variable)}})
}

// define notes that a state assigns a variable.
func (s *scopeInfo) define(f *fields, variable string) {
	s.assigned[variable] = true
	s.uses = append(s.uses, variableUse{variable: variable, assigns: true, fault: &Fault{State: f.state, Field: f.prefix + "Assign", Lint: true,
		Message: fmt.Sprintf("assigns $%s, which the states around it assign, too: an inner variable needs a name of its own", variable)}})
}

// check reports the variables that are used and never assigned, and those that hide outer ones.
func (s *scopeInfo) check(report func(*Fault)) {
	for _, use := range s.uses {
		known := s.knows(use.variable)
		if use.assigns {
			known = s.outer == nil || !s.outer.knows(use.variable)
		}
		if !known {
			report(use.fault)
		}
	}
	for _, inner := range s.inner {
		inner.check(report)
	}
}

func (s *scopeInfo) knows(variable string) bool {
	return s != nil && (s.assigned[variable] || s.outer.knows(variable))
}
