package eval

import (
	"clinical-risk-pipeline/asl/jsonata/signature"
	"clinical-risk-pipeline/asl/jsonata/syntax"
	"clinical-risk-pipeline/asl/value"
)

var transformSignature = signature.MustParse("<(oa):o>")

// transformer makes the function of a transform expression. It changes a copy of its argument.
func (r *run) transformer(n *syntax.Node, env *frame) any {
	return &function{arity: 1, signature: transformSignature, code: func(c *Call) any {
		if isUndefined(c.Arg(0)) {
			return undefined
		}
		clone, ok := c.variable(env, "clone").(*function)
		if !ok {
			c.fail(n, "T2013", nil)
		}
		result := c.invoke(clone, []any{c.Arg(0)}, nil, env)
		matches := c.eval(n.Left, result, env)
		if isUndefined(matches) {
			return result
		}
		own := map[*value.Object]bool{}
		if clone.row != nil {
			c.collect(result, own)
		}
		for _, match := range itemsOrOne(matches) {
			object, _ := match.(*value.Object)
			if !own[object] {
				object = nil
			}
			c.update(n, match, object, env)
		}
		return result
	}}
}

// collect notes the objects inside a copy. Only these may be changed: a pattern can also find objects of the input.
func (r *run) collect(v any, own map[*value.Object]bool) {
	r.step(1)
	if l, ok := v.(*list); ok {
		for _, item := range l.items {
			r.collect(item, own)
		}
	}
	if o, ok := v.(*value.Object); ok && !own[o] {
		own[o] = true
		for _, m := range o.Members() {
			r.collect(m.Value, own)
		}
	}
}

// update evaluates the changes for a match, and makes them if it is an object of the copy.
func (r *run) update(n *syntax.Node, match any, object *value.Object, env *frame) {
	changes := r.eval(n.Right, match, env)
	if !isUndefined(changes) {
		if !isObject(changes) {
			r.fail(n.Right, "T2011", changes)
		}
		for key, v := range members(changes) {
			if object != nil {
				object.Set(key, v)
			}
		}
	}
	if n.Else == nil {
		return
	}
	deletions := r.eval(n.Else, match, env)
	if isUndefined(deletions) {
		return
	}
	for _, item := range itemsOrOne(deletions) {
		if _, ok := item.(string); !ok {
			r.fail(n.Else, "T2012", deletions)
		}
	}
	for _, item := range itemsOrOne(deletions) {
		if object != nil {
			object.Delete(item.(string))
		}
	}
}
