package eval

import "clinical-risk-pipeline/asl/jsonata/syntax"

// path evaluates the steps of a path: each on every value that the one before found.
func (r *run) path(n *syntax.Node, input any, env *frame) any {
	steps := n.Nodes
	if n.Tuple || tupled(steps) {
		return r.tuplePath(n, input, env)
	}
	// A name in an object needs no sequence.
	var first any
	at := 0
	for ; at < len(steps); at++ {
		v, ok := r.simple(steps[at], input, env, at == 0)
		if !ok {
			break
		}
		first, input = v, v
		if isUndefined(v) {
			return r.keepPath(n, v, env)
		}
		if _, isArray := itemsOf(v); isArray {
			at++
			break
		}
	}
	if at == len(steps) {
		return r.keepPath(n, first, env)
	}
	return r.keepPath(n, r.walk(steps, at, input, env), env)
}

func tupled(steps []*syntax.Node) bool {
	for _, step := range steps {
		if step.Tuple {
			return true
		}
	}
	return false
}

// simple evaluates a name in an object, or a variable at the start, whose result stands for itself. ok is false for any other step.
func (r *run) simple(step *syntax.Node, input any, env *frame, first bool) (v any, ok bool) {
	if step.Stages != nil {
		return nil, false
	}
	switch {
	case step.Kind == syntax.Name:
		if !isObject(input) {
			return nil, false
		}
		r.enter()
		r.depth--
		return member(input, step.Text), true
	case first && step.Kind == syntax.Variable && step.Predicates == nil && step.Group == nil && !step.Keep:
		r.enter()
		r.depth--
		v := r.variableNode(step, input, env)
		if l, isList := v.(*list); isList && l.sequence {
			v = settle(v, false)
		}
		return v, true
	}
	return nil, false
}

// walk evaluates the steps from the one at an index. The input is the values that the steps before found.
func (r *run) walk(steps []*syntax.Node, at int, input any, env *frame) any {
	items, isArray := itemsOf(input)
	if !isArray || at == 0 && steps[0].Kind == syntax.Variable {
		items = []any{input}
	} else if l, ok := input.(*list); at > 0 && ok && l.cons {
		items = []any{l}
	}
	var result any = sequence()
	for i := at; i < len(steps); i++ {
		if i == 0 && steps[0].Cons {
			result = r.constructor(steps[0], input, env)
		} else {
			result = r.stepOn(steps[i], items, env, i == len(steps)-1)
		}
		if isUndefined(result) {
			return result
		}
		found, ok := itemsOf(result)
		if !ok && i < len(steps)-1 {
			return sequence()
		}
		if len(found) == 0 {
			return result
		}
		items = found
	}
	return result
}

// constructor evaluates an array constructor that is the first step of a path, once for the whole input, which is a sequence. What a
// predicate then takes out of the array, unless it is an array, has no further steps.
func (r *run) constructor(step *syntax.Node, input any, env *frame) any {
	if _, isArray := itemsOf(input); !isArray {
		input = sequence(input)
	}
	return r.eval(step, input, env)
}

// keepPath applies [] and the group-by of a path.
func (r *run) keepPath(n *syntax.Node, v any, env *frame) any {
	if n.KeepSingleton {
		v = keepArray(v)
	}
	if n.Group != nil {
		return r.group(n.Group, v, env)
	}
	return v
}

// keepArray marks a sequence so that one value stays an array.
func keepArray(v any) any {
	l, ok := v.(*list)
	switch {
	case isUndefined(v):
		return v
	case !ok:
		if _, isArray := itemsOf(v); isArray {
			return v
		}
		return &list{items: []any{v}, sequence: true, keep: true}
	case l.cons && !l.sequence:
		return &list{items: []any{l}, sequence: true, keep: true}
	case !l.sequence:
		return l
	}
	kept := *l
	kept.keep = true
	return &kept
}

// stepOn evaluates a step on each item.
func (r *run) stepOn(step *syntax.Node, items []any, env *frame, last bool) any {
	if step.Kind == syntax.Sort {
		v := any(r.sorted(step, &list{items: items}, env))
		return r.stages(step, v, env)
	}
	if len(step.Stages) == 0 && step.Kind == syntax.Name && !step.Keep {
		return r.names(step, items, last)
	}
	found := sequence()
	if len(items) > 1 {
		r.grow(len(items) * wordsPerItem)
		found.items = make([]any, 0, len(items))
	}
	for _, item := range items {
		v := r.eval(step, plain(item), env)
		for _, stage := range step.Stages {
			v = r.filter(stage.Filter, v, env)
		}
		if !isUndefined(v) {
			found.items = append(found.items, v)
		}
	}
	return r.joined(found, last)
}

// names looks a name up in each item.
func (r *run) names(step *syntax.Node, items []any, last bool) any {
	r.enter()
	r.depth--
	r.step(len(items))
	found := sequence()
	if len(items) > 1 {
		r.grow(len(items) * wordsPerItem)
		found.items = make([]any, 0, len(items))
	}
	for _, item := range items {
		v := r.lookup(item, step.Text)
		if l, ok := v.(*list); ok && l.sequence {
			v = settle(v, false)
		}
		if !isUndefined(v) {
			found.items = append(found.items, v)
		}
	}
	return r.joined(found, last)
}

// joined flattens the values that a step found by one level. The last step's only value stays as it is if it is an array.
func (r *run) joined(found *list, last bool) any {
	if last && len(found.items) == 1 {
		if _, isArray := itemsOf(found.items[0]); isArray && !isSequence(found.items[0]) {
			return found.items[0]
		}
	}
	flat := true
	for _, v := range found.items {
		if _, isArray := itemsOf(v); isArray {
			flat = false
			break
		}
	}
	if flat {
		return found
	}
	joined := sequence()
	for _, v := range found.items {
		joined.push(v)
	}
	r.grow(len(joined.items) * wordsPerItem)
	return joined
}

// filter keeps the items for which a predicate is true, or those whose index it gives.
func (r *run) filter(predicate *syntax.Node, v any, env *frame) any {
	l, _ := v.(*list)
	items := itemsOrOne(v)
	if index, ok := predicate.Value.(float64); ok && predicate.Kind == syntax.Literal {
		return r.indexed(index, l, items)
	}
	kept := &list{sequence: true, tuples: l != nil && l.tuples}
	for i, item := range items {
		context, inner := plain(item), env
		if t, ok := item.(*tuple); ok && kept.tuples {
			context, inner = t.context, t.frame(env)
		}
		if r.chosen(r.eval(predicate, context, inner), i, len(items)) {
			if !kept.tuples {
				item = plain(item)
			}
			kept.items = append(kept.items, item)
		}
	}
	r.grow(len(kept.items) * wordsPerItem)
	return kept
}

// chosen tells whether the value of a predicate chooses the item at an index.
func (r *run) chosen(v any, index, length int) bool {
	if f, ok := number(v); ok {
		return chosenIndex(r.finite(f), length) == float64(index)
	}
	if items, ok := itemsOf(v); ok && allNumbers(items) {
		for _, item := range items {
			if f, _ := number(item); chosenIndex(f, length) == float64(index) {
				return true
			}
		}
		return false
	}
	return r.truth(v)
}
