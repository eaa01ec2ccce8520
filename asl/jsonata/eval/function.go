package eval

import (
	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/signature"
	"clinical-risk-pipeline/asl/jsonata/syntax"
)

// function is a function as a value: a row of the table, a lambda with its surroundings, or code that the evaluation made.
type function struct {
	row       *Row
	signature *signature.Signature

	params []string
	body   *syntax.Node
	env    *frame
	input  any
	tail   bool // a call that the caller makes

	code    func(c *Call) any
	arity   int
	matcher *matcher // a regular expression
}

// arityOf returns the number of arguments that a higher-order function passes to the function.
func (f *function) arityOf() int {
	switch {
	case f.row != nil:
		return f.row.Arity
	case f.code != nil:
		return f.arity
	}
	return len(f.params)
}

// Call is a call of a function.
type Call struct {
	*run
	// Args are the arguments, after the signature was matched. Missing ones at the end may be left out.
	Args []any
	// Input is the context value.
	Input any
	env   *frame
}

// Arg returns an argument, or undefined.
func (c *Call) Arg(i int) any {
	if i < len(c.Args) {
		return c.Args[i]
	}
	return undefined
}

// calledName returns the name by which a call names its function.
func calledName(n *syntax.Node) string {
	procedure := n.Left
	if n.Kind == syntax.Apply {
		procedure = n.Right
	}
	if procedure == nil {
		return ""
	}
	if procedure.Kind == syntax.Path {
		return procedure.Nodes[0].Text
	}
	return procedure.Text
}

// call evaluates a call. given, if not nil, is an argument before the others.
func (r *run) call(n *syntax.Node, input any, env *frame, given *any) any {
	procedure := r.eval(n.Left, input, env)
	r.suggest(n, procedure, env, "T1005")
	args := r.args.some(len(n.Nodes) + 1)[:0]
	if given != nil {
		args = append(args, *given)
	}
	for _, node := range n.Nodes {
		args = append(args, r.eval(node, input, env))
	}
	before := r.at
	r.at = n
	v := r.invoke(procedure, args, input, env)
	r.at = before
	return v
}

// suggest reports a call without the $ of the function's name.
func (r *run) suggest(n *syntax.Node, procedure any, env *frame, code string) {
	if !isUndefined(procedure) || n.Left.Kind != syntax.Path {
		return
	}
	if name := calledName(n); !isUndefined(r.variable(env, name)) {
		panic(&fault.Fault{Code: code, Position: n.Position, Token: name})
	}
}

// invoke calls a function, and the functions that it calls last.
func (r *run) invoke(procedure any, args []any, input any, env *frame) any {
	v := r.invokeOnce(procedure, args, input, env)
	for {
		next, ok := v.(*function)
		if !ok || !next.tail {
			return v
		}
		n := next.body
		procedure := r.eval(n.Left, next.input, next.env)
		r.suggest(n, procedure, next.env, "T1006")
		args := r.args.some(len(n.Nodes))
		for i, node := range n.Nodes {
			args[i] = r.eval(node, next.input, next.env)
		}
		before := r.at
		r.at = n
		v = r.invokeOnce(procedure, args, input, env)
		r.at = before
	}
}

func (r *run) invokeOnce(procedure any, args []any, input any, env *frame) any {
	f, ok := procedure.(*function)
	if !ok {
		panic(&fault.Fault{Code: "T1006"})
	}
	if f.signature != nil {
		args = r.validated(f.signature, args, input)
	}
	switch {
	case f.row != nil:
		r.step(1)
		return f.row.Code(r.newCall(args, input, env))
	case f.code != nil:
		return f.code(r.newCall(args, input, env))
	}
	inner := r.frames.one()
	inner.parent, inner.vars = f.env, r.bindings.some(len(f.params))
	for i, name := range f.params {
		inner.vars[i] = binding{name, undefined}
		if i < len(args) {
			inner.vars[i].value = args[i]
		}
	}
	return r.eval(f.body, f.input, inner)
}

func (r *run) newCall(args []any, input any, env *frame) *Call {
	c := r.calls.one()
	c.run, c.Args, c.Input, c.env = r, args, input, env
	return c
}

// pass calls a function that was passed to a function. It gets as many of the arguments as it takes, but at least one.
func (c *Call) pass(f any, args ...any) any {
	return c.invoke(f, args[:min(takes(f), len(args))], nil, c.env)
}

// passItem calls a function that was passed to a function with an item of an array, its place and the array, or as many of them as it
// takes.
func (c *Call) passItem(f, item any, i int, all any) any {
	args := c.args.some(min(takes(f), 3))
	args[0] = plain(item)
	if len(args) > 1 {
		args[1] = float64(i)
	}
	if len(args) > 2 {
		args[2] = all
	}
	return c.invoke(f, args, nil, c.env)
}

// takes returns how many arguments a function that is passed gets.
func takes(f any) int {
	if f, ok := f.(*function); ok {
		return max(1, f.arityOf())
	}
	return 1
}

// apply evaluates the operator ~>.
func (r *run) apply(n *syntax.Node, input any, env *frame) any {
	left := r.eval(n.Left, input, env)
	if n.Right.Kind == syntax.Call {
		r.enter()
		v := r.call(n.Right, input, env, &left)
		for _, predicate := range n.Right.Predicates {
			v = r.filter(predicate, v, env)
		}
		r.depth--
		return v
	}
	right := r.eval(n.Right, input, env)
	f, ok := right.(*function)
	if !ok {
		panic(&fault.Fault{Code: "T2006", Position: n.Position, Value: r.shown(right)})
	}
	before := r.at
	r.at = n
	defer func() { r.at = before }()
	if first, ok := left.(*function); ok {
		return &function{arity: 1, code: func(c *Call) any {
			return c.invoke(f, []any{c.invoke(first, []any{c.Arg(0)}, nil, env)}, nil, env)
		}}
	}
	return r.invoke(f, []any{left}, nil, env)
}

// partial evaluates a call with placeholders: it makes a function of them.
func (r *run) partial(n *syntax.Node, input any, env *frame) any {
	args := make([]any, len(n.Nodes))
	for i, node := range n.Nodes {
		if node.Kind != syntax.Placeholder {
			args[i] = r.eval(node, input, env)
		}
	}
	procedure := r.eval(n.Left, input, env)
	r.suggest(n, procedure, env, "T1007")
	f, ok := procedure.(*function)
	if !ok {
		panic(&fault.Fault{Code: "T1008", Position: n.Position, Token: calledName(n)})
	}
	count := f.arityOf()
	var open []int
	for i := range count {
		if i < len(n.Nodes) && n.Nodes[i].Kind == syntax.Placeholder {
			open = append(open, i)
		}
	}
	bound := *f
	if f.row != nil {
		bound.signature = nil
	}
	return &function{arity: len(open), code: func(c *Call) any {
		full := make([]any, count)
		for i := range full {
			if full[i] = undefined; i < len(args) && n.Nodes[i].Kind != syntax.Placeholder {
				full[i] = args[i]
			}
		}
		for i, at := range open {
			full[at] = c.Arg(i)
		}
		return c.invokeOnce(&bound, full, c.Input, env)
	}}
}
