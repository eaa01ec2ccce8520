package asl

import (
	"fmt"

	"clinical-risk-pipeline/asl/internal/query"
	"clinical-risk-pipeline/asl/value"
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
func (s *scope) assign(variables *value.Object) {
	if s.variables == nil {
		s.variables, s.sizes = make(map[string]any, variables.Len()), make(map[string]int, variables.Len())
	}
	for _, m := range variables.Members() {
		s.variables[m.Key], s.sizes[m.Key] = m.Value, value.Size(m.Value)
	}
}

// check applies the limits to variables before they are assigned.
func (s *scope) check(variables *value.Object) error {
	total := 0
	for _, m := range variables.Members() {
		n := value.Size(m.Value)
		if n > maxPayload {
			return &query.Error{Name: ErrDataLimit, Cause: fmt.Sprintf("The variable '%s' exceeds the maximum size of a variable, %d bytes.", m.Key, maxPayload)}
		}
		total += n
	}
	for at := s; at != nil; at = at.outer {
		for name, n := range at.sizes {
			if _, replaced := variables.Get(name); at != s || !replaced {
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
	caught   map[string]bool // variables that catchers assign
	child    Type            // the type of the child execution around the scope; "": none
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
	inner := &scopeInfo{assigned: map[string]bool{}, caught: map[string]bool{}, outer: i, child: i.child}
	i.inner = append(i.inner, inner)
	return inner
}

// isolated returns a scope for child executions, which cannot see the outer variables.
func (i *scopeInfo) isolated(child Type) *scopeInfo {
	inner := &scopeInfo{assigned: map[string]bool{}, caught: map[string]bool{}, child: child}
	i.inner = append(i.inner, inner)
	return inner
}

// use notes that a field reads a variable. It ignores "".
func (i *scopeInfo) use(f *fields, field, variable string) {
	if variable == "" {
		return
	}
	fault := f.newFault(field, "uses the variable $%s, which no state assigns", variable)
	fault.Lint = true
	i.uses = append(i.uses, variableUse{variable: variable, fault: fault})
}

// define notes that a state assigns a variable.
func (i *scopeInfo) define(f *fields, variable string) {
	i.assigned[variable] = true
	i.hides(f, variable)
}

// defineCaught notes that a catcher assigns a variable. As recorded, an inner scope may have a variable of that name, too.
func (i *scopeInfo) defineCaught(f *fields, variable string) {
	i.caught[variable] = true
	i.hides(f, variable)
}

// hides notes that a field assigns a variable, which must not hide that of an outer state.
func (i *scopeInfo) hides(f *fields, variable string) {
	fault := f.newFault("Assign", "assigns $%s, which an outer state also assigns: use another name", variable)
	fault.Lint = true
	i.uses = append(i.uses, variableUse{variable: variable, assigns: true, fault: fault})
}

// check reports variables that no state assigns, and variables that hide an outer variable.
func (i *scopeInfo) check(report func(*Fault)) {
	for _, use := range i.uses {
		known := i.knows(use.variable)
		if use.assigns {
			known = !i.outer.assigns(use.variable)
		}
		if !known {
			report(use.fault)
		}
	}
	for _, inner := range i.inner {
		inner.check(report)
	}
}

// knows reports whether a state or a catcher of the scope or of an outer one assigns a variable.
func (i *scopeInfo) knows(variable string) bool {
	return i != nil && (i.assigned[variable] || i.caught[variable] || i.outer.knows(variable))
}

// assigns is like knows, without catchers.
func (i *scopeInfo) assigns(variable string) bool {
	return i != nil && (i.assigned[variable] || i.outer.assigns(variable))
}
