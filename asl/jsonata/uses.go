package jsonata

// uses collects what an expression uses. A walk through the syntax tree fills it in.
type uses struct {
	free   map[string]*reach // by name; it includes the library's functions, because a variable of the state machine may have the same name
	root   bool
	climbs bool // the expression uses %, which leads to the parent

	builtin map[string]bool // the functions of the library and of AWS
}

// reach describes the parts of a variable that an expression can read: all of it, or only some members. An evaluation converts only
// these parts.
type reach struct {
	all     bool
	members map[string]*reach

	// How the expression uses the variable: as a value, where a value or a function is allowed, or as the function of a call.
	read, passed, called bool
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
	binding string          // the variable whose value is being computed
	coming  map[string]bool // inside a function: variables that are bound when it is called, unless their own value calls it
	outer   *scope
	context bool // $ and unqualified names refer to a value
}

func (s *scope) knows(name string) bool {
	for ; s != nil; s = s.outer {
		if s.bound[name] {
			return true
		}
	}
	return false
}

// awaits reports whether the name is one of those in coming.
func (s *scope) awaits(name string) bool {
	for ; s != nil; s = s.outer {
		if s.coming[name] {
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
		name, outer := n.child("lhs").text("value"), s.binding
		s.binding = name
		u.pass(n.child("rhs"), s)
		s.binding = outer
		s.bound[name] = true
	case "apply":
		u.pass(n.child("lhs"), s)
		u.pass(n.child("rhs"), s)
	case "block":
		inner := s.inner(s.context)
		for _, expression := range n.list("expressions") {
			u.walk(expression, inner)
		}
	case "lambda":
		inner := s.inner(s.context)
		inner.coming = map[string]bool{}
		for around := s; around != nil; around = around.outer {
			inner.coming[around.binding] = true
		}
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

// variable notes the use of a variable and returns its reach if the variable is free.
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
	r.read = r.read || !s.awaits(name)
	return r
}

func (u *uses) reachOf(name string) *reach {
	if u.free[name] == nil {
		u.free[name] = &reach{}
	}
	return u.free[name]
}

// path walks a path. If the first step is a variable, the names after it reach a part of the variable.
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
		r := u.reachOf(name)
		r.called = r.called || !s.awaits(name)
	} else {
		u.walk(procedure, s)
	}
	for i, argument := range n.list("arguments") {
		if first, ok := takesFunction[procedure.text("value")]; ok && i >= first || !u.builtin[procedure.text("value")] {
			u.pass(argument, s)
		} else {
			u.walk(argument, s)
		}
	}
}

// takesFunction gives the index of the first argument of a library function that may be a function.
var takesFunction = map[string]int{
	"map": 1, "filter": 1, "single": 1, "reduce": 1, "sift": 0, "each": 0, "sort": 1, "match": 1, "contains": 1, "replace": 1, "split": 1,
}

// pass walks a node in a place where a function is allowed.
func (u *uses) pass(n node, s *scope) {
	name := n.text("value")
	if n.kind() != "variable" || name == "" || name == "$" || s.knows(name) {
		u.walk(n, s)
		return
	}
	r := u.reachOf(name)
	r.passed, r.all = r.passed || !s.awaits(name), true
	u.clauses(n, s)
}

// operands walks the operands of the other types of nodes.
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

// clauses walks the predicates, the stages of a step and the group-by of a node. They are evaluated for each value.
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
