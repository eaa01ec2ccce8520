package jsonata

import "math"

// step is a step of a path: a name and a filter of the values that it finds.
type step struct {
	name   string
	filter filter // nil: keep all values
}

// path follows names through objects and arrays of objects, as in $states.input.subjects[risk > 0.75].id. It starts with a variable, a
// call or, in a predicate, a name.
func (c *compiler) path(nodes []node) plain {
	start, nodes := c.start(nodes)
	steps := c.steps(nodes)
	if start == nil || steps == nil {
		return nil
	}
	return func(f *frame) (any, bool) {
		at, ok := start(f)
		if !ok {
			return nil, false
		}
		for i, step := range steps {
			object, isObject := at.(map[string]any)
			if _, isArray := at.([]any); isArray || step.filter != nil {
				return through(f, asList(at), steps[i:])
			}
			if !isObject {
				return undefined{}, true
			}
			if at, ok = object[step.name]; !ok {
				return undefined{}, true
			}
		}
		return at, true
	}
}

// start compiles the start of a path and returns the steps that follow it.
func (c *compiler) start(nodes []node) (start plain, steps []node) {
	switch kind := nodes[0].kind(); {
	case kind == "variable" && len(nodes) > 1, kind == "function" && !c.context && len(nodes) > 1:
		return c.compile(nodes[0]), nodes[1:]
	case kind == "name" && c.context:
		return func(f *frame) (any, bool) { return f.context, true }, nodes
	}
	return nil, nil
}

func (c *compiler) steps(nodes []node) []step {
	steps := make([]step, 0, len(nodes))
	for _, n := range nodes {
		s := step{name: n.text("value")}
		members := 3
		if n.has("stages") {
			members++
			if s.filter = c.filter(n.list("stages")); s.filter == nil {
				return nil
			}
		}
		if n.kind() != "name" || len(n) > members || inherited[s.name] {
			return nil
		}
		steps = append(steps, s)
	}
	return steps
}

// filter picks items from a value. An array is a list of items. inner reports that the filter picked a single item that is itself an
// array; then items holds the items of that array.
type filter func(f *frame, value any) (items []any, inner, ok bool)

// filter compiles a predicate. A number picks an item by index; any other predicate picks the items for which it is true.
func (c *compiler) filter(predicates []node) filter {
	if len(predicates) != 1 || predicates[0].kind() != "filter" {
		return nil
	}
	predicate := predicates[0].child("expr")
	if number, isNumber := predicate["value"].(float64); isNumber && predicate.hasOnly(plainKeys) {
		return func(_ *frame, value any) (items []any, inner, ok bool) {
			return pick(value, int(math.Floor(number)))
		}
	}
	within := &compiler{bound: c.bound, context: true}
	holds, steps := within.compile(predicate), predicate.count()
	if holds == nil {
		return nil
	}
	return func(f *frame, value any) (found []any, inner, ok bool) {
		items := asList(value)
		if isTupleStream(value) || !f.spend(len(items)*steps) {
			return nil, false, false
		}
		scope := &frame{evaluation: f.evaluation, outer: f}
		for _, item := range items {
			scope.context = item
			truth, ok := isPicked(holds(scope))
			if _, isUndefined := item.(undefined); !ok || truth && isUndefined {
				return nil, false, false
			}
			if truth {
				found = append(found, item)
			}
		}
		return found, false, true
	}
}

// isTupleStream reports whether the library's filter would mistake an object for one of its own.
func isTupleStream(value any) bool {
	object, _ := value.(map[string]any)
	return object["tupleStream"] != nil
}

// isPicked reads the result of a predicate. It gives up on numbers, which are indices.
func isPicked(result any, ok bool) (truth, known bool) {
	if _, isNumber := result.(float64); isNumber || !ok {
		return false, false
	}
	return truthOf(result)
}

// pick returns the item at an index. A negative index counts from the end.
func pick(value any, index int) (found []any, inner, ok bool) {
	items := asList(value)
	if isTupleStream(value) {
		return nil, false, false
	}
	if index < 0 {
		index += len(items)
	}
	if index < 0 || index >= len(items) || items[index] == any(undefined{}) {
		return nil, false, true
	}
	if array, isArray := items[index].([]any); isArray {
		return array, true, true
	}
	return items[index : index+1], false, true
}

// through takes steps from the items of an array. The result is one flat list. A single value replaces the list, unless it comes from
// an array in a single item.
func through(f *frame, items []any, steps []step) (any, bool) {
	for i, step := range steps {
		if !f.spend(len(items)) {
			return nil, false
		}
		found, inner, ok := step.apply(f, items)
		if !ok {
			return nil, false
		}
		if i == len(steps)-1 && len(found) == 1 && inner {
			return found[0], true
		}
		items = flat(found)
	}
	return collapsed(items), f.spend(len(items))
}

// apply takes the step from each item. inner reports that the last value found is an array that must not be flattened.
func (s *step) apply(f *frame, items []any) (found []any, inner, ok bool) {
	for _, item := range items {
		value, exists := lookup(item, s.name)
		_, isArray := value.([]any)
		if s.filter != nil {
			if value, isArray, ok = s.filter(f, value); !ok {
				return nil, false, false
			}
		}
		if exists || s.filter != nil {
			found, inner = append(found, value), isArray
		}
	}
	return found, inner, true
}

// collapsed converts a sequence into a value: a single item replaces the sequence, and an empty sequence becomes undefined.
func collapsed(items []any) any {
	switch len(items) {
	case 0:
		return undefined{}
	case 1:
		return items[0]
	}
	return items
}

// lookup applies a name to one value. It also searches nested arrays.
func lookup(at any, name string) (value any, ok bool) {
	switch at := at.(type) {
	case map[string]any:
		if value, ok = at[name]; ok {
			return value, true
		}
	case []any:
		value = collapsed(gather(nil, at, name))
		_, isUndefined := value.(undefined)
		return value, !isUndefined
	}
	return undefined{}, false
}

// gather appends what the name finds in nested arrays.
func gather(found, items []any, name string) []any {
	for _, item := range items {
		switch item := item.(type) {
		case map[string]any:
			if value, ok := item[name]; ok {
				found = append(found, flat([]any{value})...)
			}
		case []any:
			found = gather(found, item, name)
		}
	}
	return found
}

// flat replaces arrays by their items.
func flat(values []any) []any {
	var items []any
	for _, value := range values {
		if array, isArray := value.([]any); isArray {
			items = append(items, array...)
		} else {
			items = append(items, value)
		}
	}
	return items
}
