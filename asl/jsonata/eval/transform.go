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
		for _, match := range itemsOrOne(matches) {
			c.update(n, match, env)
		}
		return result
	}}
}

// update changes a matched object.
func (r *run) update(n *syntax.Node, match any, env *frame) {
	changes := r.eval(n.Right, match, env)
	object, _ := match.(*value.Object)
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
