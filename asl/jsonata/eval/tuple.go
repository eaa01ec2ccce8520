package eval

import "clinical-risk-pipeline/asl/jsonata/syntax"

// tuplePath evaluates a path that binds variables or parents on its way. From the first such step on, its values are tuples.
func (r *run) tuplePath(n *syntax.Node, input any, env *frame) any {
	items, isArray := itemsOf(input)
	if !isArray || n.Nodes[0].Kind == syntax.Variable {
		items = []any{input}
	}
	var tuples *list
	var result any = sequence()
	streaming := false
	for i, step := range n.Nodes {
		streaming = streaming || step.Tuple
		switch {
		case i == 0 && step.Cons:
			result = r.constructor(step, input, env)
		case streaming:
			tuples = r.tupleStep(step, items, tuples, env)
			continue
		default:
			result = r.stepOn(step, items, env, i == len(n.Nodes)-1)
		}
		if step.Focus != "" { // the context stays, and an array constructor binds nothing
			continue
		}
		if isUndefined(result) && !streaming {
			break
		}
		var ok bool
		if items, ok = itemsOf(result); !ok && i < len(n.Nodes)-1 {
			result = sequence()
		}
		if len(items) == 0 && !streaming {
			break
		}
	}
	switch {
	case tuples == nil:
		return r.keepPath(n, result, env)
	case n.Group != nil:
		return r.group(n.Group, tuples, env)
	}
	result = tuples
	if !n.Tuple {
		result = contexts(tuples)
	}
	if n.KeepSingleton {
		result = keepArray(result)
	}
	return result
}

// contexts returns the values of a stream without its bindings.
func contexts(tuples *list) *list {
	values := &list{sequence: true, items: make([]any, len(tuples.items))}
	for i, t := range tuples.items {
		values.items[i] = t.(*tuple).context
	}
	return values
}

// tupleStep evaluates a step on tuples, or on items that become the first tuples.
func (r *run) tupleStep(step *syntax.Node, items []any, tuples *list, env *frame) *list {
	if step.Kind == syntax.Sort {
		return r.tupleSort(step, items, tuples, env)
	}
	if tuples == nil {
		tuples = &list{items: make([]any, len(items))}
		for i, item := range items {
			tuples.items[i] = &tuple{context: plain(item)}
		}
	}
	found := &list{sequence: true, tuples: true}
	for _, item := range tuples.items {
		r.yield(step, item.(*tuple), env, found)
	}
	r.grow(len(found.items) * 4 * wordsPerItem)
	v, _ := r.stages(step, found, env).(*list)
	return v
}

// yield evaluates a step on a tuple and appends a tuple for each value.
func (r *run) yield(step *syntax.Node, t *tuple, env *frame, found *list) {
	v := r.eval(step, t.context, t.frame(env))
	if isUndefined(v) {
		return
	}
	stream, _ := v.(*list)
	for i, item := range itemsOrOne(v) {
		next := &tuple{context: t.context, vars: append(make([]binding, 0, len(t.vars)+2), t.vars...)}
		if stream != nil && stream.tuples {
			inner := item.(*tuple)
			next.context = inner.context
			for _, b := range inner.vars {
				next.bind(b.name, b.value)
			}
			found.items = append(found.items, next)
			continue
		}
		if step.Focus != "" {
			next.bind(step.Focus, plain(item))
		} else {
			next.context = plain(item)
		}
		if step.Index != "" {
			next.bind(step.Index, float64(i))
		}
		if step.Ancestor != nil {
			next.bind(step.Ancestor.Name(), t.context)
		}
		found.items = append(found.items, next)
	}
}

func (r *run) tupleSort(step *syntax.Node, items []any, tuples *list, env *frame) *list {
	var sorted *list
	if tuples != nil {
		sorted = r.sorted(step, tuples, env)
		sorted.tuples = true
	} else {
		sorted = &list{sequence: true, tuples: true}
		for i, item := range r.sorted(step, &list{items: items}, env).items {
			t := &tuple{context: item}
			if step.Index != "" {
				t.bind(step.Index, float64(i))
			}
			sorted.items = append(sorted.items, t)
		}
	}
	v, _ := r.stages(step, sorted, env).(*list)
	return v
}
