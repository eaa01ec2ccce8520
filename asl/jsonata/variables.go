package jsonata

import "sort"

// Variables says what an expression refers to, for checks before anything runs.
type Variables struct {
	// Free are the variables that the expression uses without binding them itself, sorted and without the $: "states" and
	// those of the state machine. Functions of the library are not among them, unless a call of an unknown one is.
	Free []string
	// Functions are the functions that the expression calls or passes on by name, its own excepted, sorted and without the $.
	Functions []string
	// Unknown are those of Functions that neither the library nor AWS defines. Unless the state machine has a variable of that
	// name, such a call fails with T1006.
	Unknown []string
	// States are the members of $states that it names, sorted: "context", "errorOutput", "input", "result".
	States []string
	// AllStates says that it uses $states as a whole, so that States may lack some.
	AllStates bool
	// Root says that it uses $, $$ or an unqualified name where there is no context, all of which AWS does not support.
	Root bool
}

// Variables returns what the expression refers to.
func (e *Expression) Variables() Variables {
	v := Variables{Root: e.uses.root}
	for name, use := range e.uses.free {
		builtin := e.uses.builtin[name]
		if use.read && !builtin {
			v.Free = append(v.Free, name)
		}
		if use.called || builtin {
			v.Functions = append(v.Functions, name)
		}
		if use.called && !builtin {
			v.Unknown = append(v.Unknown, name)
		}
	}
	if states := e.uses.free["states"]; states != nil {
		v.AllStates = states.all
		for member := range states.members {
			v.States = append(v.States, member)
		}
	}
	for _, list := range [][]string{v.Free, v.Functions, v.Unknown, v.States} {
		sort.Strings(list)
	}
	return v
}

// uses is what a walk through a syntax tree finds.
type uses struct {
	free   map[string]*reach // by name, the library's functions included: a state machine's variable may have such a name
	root   bool
	climbs bool // the expression uses %, which leads up again

	builtin map[string]bool // the functions of the library and of AWS
}

// reach says which parts of a variable an expression can look at: all of it, or some members at most. What lies beyond need
// not be converted for an evaluation.
type reach struct {
	all     bool
	members map[string]*reach

	read, called bool // how the variable itself is used
}

func (r *reach) member(name string) *reach {
	if r.members == nil {
		r.members = map[string]*reach{}
	}
	if r.members[name] == nil {
		r.members[name] = &reach{}
	}
	return r.members[name]
}

// scope holds the variables that an expression has bound.
type scope struct {
	bound   map[string]bool
	outer   *scope
	context bool // there is a value that $ and unqualified names refer to
}

func (s *scope) knows(name string) bool {
	for ; s != nil; s = s.outer {
		if s.bound[name] {
			return true
		}
	}
	return false
}

func (s *scope) inner(context bool) *scope {
	return &scope{bound: map[string]bool{}, outer: s, context: context}
}

func findUses(tree node, builtin map[string]bool) *uses {
	u := &uses{free: map[string]*reach{}, builtin: builtin}
	u.walk(tree, &scope{bound: map[string]bool{}})
	if u.climbs {
		for _, r := range u.free {
			r.all = true
		}
	}
	return u
}

func (u *uses) walk(n node, s *scope) {
	switch n.kind() {
	case "path":
		u.path(n, s)
	case "name", "wildcard", "descendant":
		u.root = u.root || !s.context
	case "parent":
		u.climbs = true
	case "variable":
		if r := u.variable(n.text("value"), s); r != nil {
			r.all = true
		}
	case "bind":
		s.bound[n.child("lhs").text("value")] = true
		u.walk(n.child("rhs"), s)
	case "block":
		inner := s.inner(s.context)
		for _, expression := range n.list("expressions") {
			u.walk(expression, inner)
		}
	case "lambda":
		inner := s.inner(s.context)
		for _, parameter := range n.list("arguments") {
			inner.bound[parameter.text("value")] = true
		}
		u.walk(n.child("body"), inner)
	case "function", "partial":
		u.call(n, s)
	default:
		u.operands(n, s)
	}
	u.clauses(n, s)
}

// variable notes the use of a variable, and returns its reach when it is a free one.
func (u *uses) variable(name string, s *scope) *reach {
	switch {
	case name == "":
		u.root = u.root || !s.context
		return nil
	case name == "$":
		u.root = true
		return nil
	case s.knows(name):
		return nil
	}
	r := u.reachOf(name)
	r.read = true
	return r
}

func (u *uses) reachOf(name string) *reach {
	if u.free[name] == nil {
		u.free[name] = &reach{}
	}
	return u.free[name]
}

// path walks a path: its first step may be a variable, of which the names behind it reach a part.
func (u *uses) path(n node, s *scope) {
	steps := n.list("steps")
	var at *reach
	for i, step := range steps {
		if i == 0 && step.kind() == "variable" {
			at = u.variable(step.text("value"), s)
			u.clauses(step, s)
		} else if i > 0 {
			if at != nil && step.kind() == "name" && !step.has("focus") && !steps[i-1].has("stages") && !steps[i-1].has("predicate") {
				at = at.member(step.text("value"))
			} else if at != nil {
				at.all, at = true, nil
			}
			u.walk(step, s.inner(true))
		} else {
			u.walk(step, s)
		}
		for _, binding := range []string{"focus", "index"} {
			if name := step.text(binding); name != "" {
				s.bound[name] = true
			}
		}
	}
	if at != nil {
		at.all = true
	}
}

func (u *uses) call(n node, s *scope) {
	procedure := n.child("procedure")
	if name := procedure.text("value"); procedure.kind() == "variable" && !s.knows(name) && name != "" {
		u.reachOf(name).called = true
	} else {
		u.walk(procedure, s)
	}
	for _, argument := range n.list("arguments") {
		u.walk(argument, s)
	}
}

// operands walks what the other types of nodes hold.
func (u *uses) operands(n node, s *scope) {
	for _, key := range []string{"lhs", "rhs", "expression", "condition", "then", "else"} {
		if operand := n.child(key); operand != nil {
			u.walk(operand, s)
		}
	}
	for _, pair := range n.pairs() {
		u.walk(pair[0], s)
		u.walk(pair[1], s)
	}
	for _, expression := range n.list("expressions") {
		u.walk(expression, s)
	}
	for _, term := range n.list("terms") {
		u.walk(term.child("expression"), s.inner(true))
	}
	for _, key := range []string{"pattern", "update", "delete"} {
		if operand := n.child(key); operand != nil {
			u.walk(operand, s.inner(true))
		}
	}
}

// clauses walks the predicates, the stages of a step, and the group-by of a node. They are evaluated for each value.
func (u *uses) clauses(n node, s *scope) {
	for _, key := range []string{"predicate", "stages"} {
		for _, stage := range n.list(key) {
			if name := stage.text("value"); stage.kind() == "index" {
				s.bound[name] = true
			} else {
				u.walk(stage.child("expr"), s.inner(true))
			}
		}
	}
	for _, pair := range n.child("group").pairs() {
		u.walk(pair[0], s.inner(true))
		u.walk(pair[1], s.inner(true))
	}
}
