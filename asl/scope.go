package asl

import (
	"fmt"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/internal/value"
)

// scope holds variables. The machine and each branch, iteration and child execution have a scope. An inner scope can read the outer
// scopes, except in a child execution.
type scope struct {
	outer     *scope
	variables map[string]any
	sizes     map[string]int // of the variables in bytes of JSON text
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

// assign sets variables in this scope.
func (s *scope) assign(variables map[string]any) {
	if s.variables == nil {
		s.variables, s.sizes = make(map[string]any, len(variables)), make(map[string]int, len(variables))
	}
	for name, v := range variables {
		s.variables[name], s.sizes[name] = v, value.Size(v)
	}
}

// check applies the limits to variables before they are assigned.
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

// scopeInfo describes a scope at load time: the variables that its states assign and use.
type scopeInfo struct {
	outer    *scopeInfo
	assigned map[string]bool
	child    Type // the type of the child execution around the scope; "": none
	uses     []variableUse
	inner    []*scopeInfo
}

type variableUse struct {
	fault    *Fault
	variable string
	assigns  bool
}

// nested returns a scope inside this one, for a branch or an iteration.
func (i *scopeInfo) nested() *scopeInfo {
	inner := &scopeInfo{assigned: map[string]bool{}, outer: i, child: i.child}
	i.inner = append(i.inner, inner)
	return inner
}

// isolated returns a scope for child executions, which cannot see the outer variables.
func (i *scopeInfo) isolated(child Type) *scopeInfo {
	inner := &scopeInfo{assigned: map[string]bool{}, child: child}
	i.inner = append(i.inner, inner)
	return inner
}

// use notes that a field reads a variable. It ignores "".
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
		Message: fmt.Sprintf("assigns $%s, which an outer state also assigns: use another name", variable)}})
}

// check reports variables that no state assigns, and variables that hide an outer variable.
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
