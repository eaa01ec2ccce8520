package eval

import (
	"math"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/syntax"
	"clinical-risk-pipeline/asl/value"
)

// eval evaluates a node on an input, with the predicates and the group-by that follow it.
func (r *run) eval(n *syntax.Node, input any, env *frame) any {
	r.enter()
	v := r.node(n, input, env)
	for _, predicate := range n.Predicates {
		v = r.filter(predicate, v, env)
	}
	if n.Group != nil && n.Kind != syntax.Path {
		v = r.group(n.Group, v, env)
	}
	r.depth--
	return settle(v, n.Keep)
}

// enter counts an evaluation.
func (r *run) enter() {
	r.depth++
	if r.depth > r.Limits.Depth {
		panic(&fault.Fault{Code: fault.Stopped, Text: TooDeep})
	}
	if r.steps--; r.steps < 0 {
		r.step(1)
	}
}

// node evaluates a node alone.
func (r *run) node(n *syntax.Node, input any, env *frame) any {
	switch n.Kind {
	case syntax.Literal:
		return n.Value
	case syntax.Path:
		return r.path(n, input, env)
	case syntax.Name:
		return r.lookup(input, n.Text)
	case syntax.Variable:
		return r.variableNode(n, input, env)
	case syntax.Binary:
		return r.binary(n, input, env)
	case syntax.Call:
		return r.call(n, input, env, nil)
	case syntax.Block:
		return r.block(n, input, env)
	case syntax.Condition:
		return r.condition(n, input, env)
	case syntax.Bind:
		v := r.eval(n.Right, input, env)
		env.bind(n.Text, v)
		return v
	case syntax.Object:
		return r.group(n, input, env)
	case syntax.Array:
		return r.array(n, input, env)
	case syntax.Lambda:
		return &function{params: n.Params, body: n.Right, env: env, input: input, signature: n.Signature, tail: n.Tail}
	}
	return r.rareNode(n, input, env)
}

func (r *run) rareNode(n *syntax.Node, input any, env *frame) any {
	switch n.Kind {
	case syntax.Negate:
		return r.negate(n, input, env)
	case syntax.Wildcard:
		return r.wildcard(input)
	case syntax.Descendant:
		return r.descendants(input)
	case syntax.Parent:
		return r.variable(env, n.Slot.Name())
	case syntax.Regex:
		return regexFunction(n)
	case syntax.Apply:
		return r.apply(n, input, env)
	case syntax.Partial:
		return r.partial(n, input, env)
	case syntax.Transform:
		return r.transformer(n, env)
	}
	return undefined
}

func (r *run) variableNode(n *syntax.Node, input any, env *frame) any {
	if n.Text != "" {
		return r.variable(env, n.Text)
	}
	if l, ok := input.(*list); ok && l.outer {
		return l.items[0]
	}
	return input
}

func (r *run) block(n *syntax.Node, input any, env *frame) any {
	inner := r.frames.one()
	inner.parent = env
	result := undefined
	for _, part := range n.Nodes {
		result = r.eval(part, input, inner)
	}
	return result
}

func (r *run) condition(n *syntax.Node, input any, env *frame) any {
	switch {
	case r.truth(r.eval(n.Left, input, env)):
		return r.eval(n.Right, input, env)
	case n.Else != nil:
		return r.eval(n.Else, input, env)
	}
	return undefined
}

// array makes an array. The items of an inner sequence become its own; an inner constructor stays an array.
func (r *run) array(n *syntax.Node, input any, env *frame) any {
	made := &list{cons: n.Cons, items: make([]any, 0, len(n.Nodes))}
	for _, node := range n.Nodes {
		v := r.eval(node, input, env)
		if isUndefined(v) {
			continue
		}
		inner, ok := itemsOf(v)
		if !ok || node.Kind == syntax.Array {
			made.items = append(made.items, v)
			continue
		}
		if len(n.Nodes) == 1 && node.Kind == syntax.Binary {
			made.items = inner[:len(inner):len(inner)] // a range, which nobody else has
			return made
		}
		r.grow(len(inner) * wordsPerItem)
		for _, e := range inner {
			made.items = append(made.items, plain(e))
		}
	}
	r.grow(cap(made.items) * wordsPerItem)
	return made
}

func (r *run) negate(n *syntax.Node, input any, env *frame) any {
	v := r.eval(n.Left, input, env)
	if isUndefined(v) {
		return undefined
	}
	f, ok := number(v)
	if !ok || math.IsNaN(f) {
		r.fail(n, "D1002", v)
	}
	return -r.finite(f)
}

// wildcard returns the values of an object or array.
func (r *run) wildcard(input any) any {
	if l, ok := input.(*list); ok && l.outer {
		input = l.items[0]
	}
	found := sequence()
	add := func(v any) {
		if _, ok := itemsOf(v); ok {
			r.flatten(v, found)
			found.sequence = false // as after $append
		} else {
			found.items = append(found.items, v)
		}
	}
	if items, ok := itemsOf(input); ok {
		for _, item := range items {
			add(item)
		}
		return found
	}
	for _, v := range members(input) {
		add(v)
	}
	return found
}

// flatten appends the items of nested arrays.
func (r *run) flatten(v any, found *list) {
	items, ok := itemsOf(v)
	if !ok {
		r.grow(wordsPerItem)
		found.items = append(found.items, plain(v))
		return
	}
	r.step(len(items))
	r.nest()
	for _, item := range items {
		r.flatten(item, found)
	}
	r.nested--
}

// descendants returns the input and everything inside it, without the arrays.
func (r *run) descendants(input any) any {
	if isUndefined(input) {
		return undefined
	}
	found := sequence()
	r.descend(input, found)
	return found
}

func (r *run) descend(v any, found *list) {
	r.step(1)
	r.nest()
	defer func() { r.nested-- }()
	if items, ok := itemsOf(v); ok {
		for _, item := range items {
			r.descend(item, found)
		}
		return
	}
	r.grow(wordsPerItem)
	found.items = append(found.items, plain(v))
	if o, ok := v.(*value.Object); ok {
		for _, m := range o.Members() {
			r.descend(m.Value, found)
		}
		return
	}
	for _, m := range members(v) {
		r.descend(m, found)
	}
}
