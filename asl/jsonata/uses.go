package jsonata

import "clinical-risk-pipeline/asl/jsonata/syntax"

// uses collects what an expression uses. A walk through the tree fills it in.
type uses struct {
	free   map[string]*reach // by name; it includes functions, because a variable of the state machine may have the same name
	root   bool
	climbs bool // the expression uses %, which leads to the parent
}

// reach describes the parts of a variable that an expression can read: all of it, or only some members.
type reach struct {
	all     bool
	members map[string]bool

	// How the expression uses the variable: as a value, where a value or a function is allowed, or as the function of a call.
	read, passed, called bool
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

func findUses(root *syntax.Node) *uses {
	u := &uses{free: map[string]*reach{}}
	u.walk(root, &scope{bound: map[string]bool{}})
	if u.climbs {
		for _, r := range u.free {
			r.all = true
		}
	}
	return u
}

func (u *uses) walk(n *syntax.Node, s *scope) {
	if n == nil {
		return
	}
	switch n.Kind {
	case syntax.Path:
		u.path(n, s)
	case syntax.Name, syntax.Wildcard, syntax.Descendant:
		u.root = u.root || !s.context
	case syntax.Parent:
		u.climbs = true
	case syntax.Variable:
		if r := u.variable(n.Text, s); r != nil {
			r.all = true
		}
	case syntax.Bind:
		outer := s.binding
		s.binding = n.Text
		u.pass(n.Right, s)
		s.binding = outer
		s.bound[n.Text] = true
	case syntax.Apply:
		u.pass(n.Left, s)
		u.pass(n.Right, s)
	case syntax.Block:
		inner := s.inner(s.context)
		for _, part := range n.Nodes {
			u.walk(part, inner)
		}
	case syntax.Lambda:
		u.lambda(n, s)
	case syntax.Call, syntax.Partial:
		u.call(n, s)
	default:
		u.operands(n, s)
	}
	u.clauses(n, s)
}

func (u *uses) lambda(n *syntax.Node, s *scope) {
	inner := s.inner(s.context)
	inner.coming = map[string]bool{}
	for around := s; around != nil; around = around.outer {
		inner.coming[around.binding] = true
	}
	for _, name := range n.Params {
		inner.bound[name] = true
	}
	u.walk(n.Right, inner)
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
		u.free[name] = &reach{members: map[string]bool{}}
	}
	return u.free[name]
}

// path walks a path. If the first step is a variable, the name after it is the member that is read.
func (u *uses) path(n *syntax.Node, s *scope) {
	var at *reach
	for i, step := range n.Nodes {
		switch {
		case i == 0 && step.Kind == syntax.Variable:
			at = u.variable(step.Text, s)
			u.clauses(step, s)
		case i == 0:
			u.walk(step, s)
		default:
			before := n.Nodes[i-1]
			if i == 1 && at != nil {
				if step.Kind == syntax.Name && step.Focus == "" && len(before.Stages)+len(before.Predicates) == 0 {
					at.members[step.Text] = true
				} else {
					at.all = true
				}
			}
			u.walk(step, s.inner(true))
		}
		for _, name := range []string{step.Focus, step.Index} {
			if name != "" {
				s.bound[name] = true
			}
		}
	}
	if at != nil && len(n.Nodes) == 1 {
		at.all = true
	}
}

func (u *uses) call(n *syntax.Node, s *scope) {
	name := n.Left.Text
	if n.Left.Kind == syntax.Variable && !s.knows(name) && name != "" {
		r := u.reachOf(name)
		r.called = r.called || !s.awaits(name)
	} else {
		u.walk(n.Left, s)
	}
	for i, argument := range n.Nodes {
		if first, ok := takesFunction[name]; ok && i >= first || !functions.Has(name) {
			u.pass(argument, s)
		} else {
			u.walk(argument, s)
		}
	}
}

// takesFunction gives the index of the first argument of a function of the language that may be a function.
var takesFunction = map[string]int{
	"map": 1, "filter": 1, "single": 1, "reduce": 1, "sift": 0, "each": 0, "sort": 1, "match": 1, "contains": 1, "replace": 1, "split": 1,
}

// pass walks a node in a place where a function is allowed.
func (u *uses) pass(n *syntax.Node, s *scope) {
	if n.Kind != syntax.Variable || n.Text == "" || n.Text == "$" || s.knows(n.Text) {
		u.walk(n, s)
		return
	}
	r := u.reachOf(n.Text)
	r.passed, r.all = r.passed || !s.awaits(n.Text), true
	u.clauses(n, s)
}

// operands walks the operands of the other kinds of nodes.
func (u *uses) operands(n *syntax.Node, s *scope) {
	if n.Kind == syntax.Transform {
		s = s.inner(true)
	}
	for _, operand := range []*syntax.Node{n.Left, n.Right, n.Else} {
		u.walk(operand, s)
	}
	for _, pair := range n.Pairs {
		u.walk(pair.Key, s)
		u.walk(pair.Value, s)
	}
	for _, item := range n.Nodes {
		u.walk(item, s)
	}
	for _, term := range n.Terms {
		u.walk(term.Expression, s.inner(true))
	}
}

// clauses walks the predicates, the stages and the group-by of a node. They are evaluated for each value.
func (u *uses) clauses(n *syntax.Node, s *scope) {
	for _, predicate := range n.Predicates {
		u.walk(predicate, s.inner(true))
	}
	for _, stage := range n.Stages {
		if stage.Filter == nil {
			s.bound[stage.Index] = true
		} else {
			u.walk(stage.Filter, s.inner(true))
		}
	}
	if n.Group == nil {
		return
	}
	for _, pair := range n.Group.Pairs {
		u.walk(pair.Key, s.inner(true))
		u.walk(pair.Value, s.inner(true))
	}
}
