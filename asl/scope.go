package asl

import (
	"fmt"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/internal/value"
)

// scope is where variables live: one for the machine, one for each branch, iteration and child execution. Inner scopes read the
// outer ones, except child executions.
type scope struct {
	outer     *scope
	variables map[string]any
	sizes     map[string]int // of the variables, in bytes of JSON text
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
		s.variables, s.sizes = make(map[string]any, len(variables)), make(map[string]int, len(variables))
	}
	for name, v := range variables {
		s.variables[name], s.sizes[name] = v, value.Size(v)
	}
}

// check applies the limits of variables to those that are about to be assigned.
func (s *scope) check(variables map[string]any) error {
	total := 0
	for name, v := range variables {
		n := value.Size(v)
		if n > maxPayload {
			return &query.Error{Name: ErrDataLimit, Cause: fmt.Sprintf("The variable '%s' exceeds the maximum size of a variable, %d bytes.", name, maxPayload)}
		}
		total += n
	}
	for at := s; at != nil; at = at.outer {
		for name, n := range at.sizes {
			if _, replaced := variables[name]; at != s || !replaced {
				total += n
			}
		}
	}
	if total > maxVariables {
		return &query.Error{Name: ErrDataLimit, Cause: fmt.Sprintf("The variables exceed their maximum total size, %d bytes.", maxVariables)}
	}
	return nil
}

// scopeInfo is what a scope looks like before it runs: which variables its states assign, and which they use.
type scopeInfo struct {
	outer    *scopeInfo
	assigned map[string]bool
	child    Type // inside child executions of that type; "" outside
	uses     []variableUse
	inner    []*scopeInfo
}

type variableUse struct {
	fault    *Fault
	variable string
	assigns  bool
}

// nested is a scope inside this one: of a branch or an iteration.
func (i *scopeInfo) nested() *scopeInfo {
	inner := &scopeInfo{assigned: map[string]bool{}, outer: i, child: i.child}
	i.inner = append(i.inner, inner)
	return inner
}

// isolated is the scope of child executions of a type, which see nothing of the outside.
func (i *scopeInfo) isolated(child Type) *scopeInfo {
	inner := &scopeInfo{assigned: map[string]bool{}, child: child}
	i.inner = append(i.inner, inner)
	return inner
}

// use notes that a field reads a variable; "" is none.
func (i *scopeInfo) use(f *fields, field, variable string) {
	if variable == "" {
		return
	}
	i.uses = append(i.uses, variableUse{variable: variable, fault: &Fault{State: f.state, Field: f.place(field), Lint: true,
		Message: fmt.Sprintf("uses the variable $%s, which no state assigns", variable)}})
}

// define notes that a state assigns a variable.
func (i *scopeInfo) define(f *fields, variable string) {
	i.assigned[variable] = true
	i.uses = append(i.uses, variableUse{variable: variable, assigns: true, fault: &Fault{State: f.state, Field: f.place("Assign"), Lint: true,
		Message: fmt.Sprintf("assigns $%s, which the states around it assign, too: an inner variable needs a name of its own", variable)}})
}

// check reports the variables that are used and never assigned, and those that hide outer ones.
func (i *scopeInfo) check(report func(*Fault)) {
	for _, use := range i.uses {
		known := i.knows(use.variable)
		if use.assigns {
			known = i.outer == nil || !i.outer.knows(use.variable)
		}
		if !known {
			report(use.fault)
		}
	}
	for _, inner := range i.inner {
		inner.check(report)
	}
}

func (i *scopeInfo) knows(variable string) bool {
	return i != nil && (i.assigned[variable] || i.outer.knows(variable))
}
