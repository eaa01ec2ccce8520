package jsonata

// plainPath follows names, through objects and through the objects of arrays: $states.input.subjects.risk.
func plainPath(steps []node) plain {
	if len(steps) < 2 || steps[0].kind() != "variable" {
		return nil
	}
	start := compilePlain(steps[0])
	names := make([]string, 0, len(steps)-1)
	for _, step := range steps[1:] {
		if step.kind() != "name" || len(step) > 3 || inherited[step.text("value")] {
			return nil
		}
		names = append(names, step.text("value"))
	}
	if start == nil {
		return nil
	}
	return func(f *frame) (any, bool) {
		at, ok := start(f)
		if !ok {
			return nil, false
		}
		for i, name := range names {
			if items, isArray := at.([]any); isArray {
				return through(items, names[i:]), true
			}
			object, _ := at.(map[string]any)
			if at, ok = object[name]; !ok {
				return undefined{}, true
			}
		}
		return at, true
	}
}

// through follows names from the items of an array. What is found is one flat list, of which a single value stands for itself,
// unless it is an array that one item holds.
func through(items []any, names []string) any {
	for i, name := range names {
		var found []any
		for _, item := range items {
			if value, ok := lookup(item, name); ok {
				found = append(found, value)
			}
		}
		if i == len(names)-1 && len(found) == 1 {
			if array, isArray := found[0].([]any); isArray {
				return array
			}
		}
		items = flat(found)
	}
	return collapsed(items)
}

// collapsed is a sequence as a value: one item stands for itself, none is undefined.
func collapsed(items []any) any {
	switch len(items) {
	case 0:
		return undefined{}
	case 1:
		return items[0]
	}
	return items
}

// lookup is a name applied to one value; an array within an array is searched as well.
func lookup(at any, name string) (value any, ok bool) {
	switch at := at.(type) {
	case map[string]any:
		value, ok = at[name]
		return value, ok
	case []any:
		value = collapsed(gather(nil, at, name))
		_, isUndefined := value.(undefined)
		return value, !isUndefined
	}
	return nil, false
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

// flat puts the items of arrays in their place.
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
