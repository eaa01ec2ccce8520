package eval

import (
	"iter"

	"clinical-risk-pipeline/asl/value"
)

// size returns the number of members of an object.
func size(o any) int {
	object, _ := o.(*value.Object)
	return object.Len()
}

// members ranges over the members of an object, in order.
func members(o any) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		object, _ := o.(*value.Object)
		for _, m := range object.Members() {
			if !yield(m.Key, plain(m.Value)) {
				return
			}
		}
	}
}

// lookup returns a member of an object, or the sequence of those of the objects in an array.
func (r *run) lookup(v any, key string) any {
	switch v := v.(type) {
	case *value.Object:
		if m, ok := v.Get(key); ok {
			return plain(m)
		}
		return undefined
	case *list:
		return r.lookupItems(v.items, key)
	case []any:
		return r.lookupItems(v, key)
	}
	return member(v, key)
}

func (r *run) lookupItems(items []any, key string) any {
	found := sequence()
	for _, item := range items {
		r.step(1)
		v := r.lookup(item, key)
		if inner, ok := itemsOf(v); ok {
			r.grow(len(inner) * wordsPerItem)
			for _, e := range inner {
				found.items = append(found.items, plain(e))
			}
		} else if !isUndefined(v) {
			found.items = append(found.items, v)
		}
	}
	r.grow(len(found.items) * wordsPerItem)
	return found
}

// cloned returns a deep copy of a value that may be changed. Functions become empty texts, as in JSON.
func (r *run) cloned(v any) any {
	r.step(1)
	r.nest()
	defer func() { r.nested-- }()
	switch v := v.(type) {
	case *list:
		return r.clonedItems(v.items)
	case []any:
		return r.clonedItems(v)
	case *function:
		return ""
	case undef:
		return nil
	}
	if !isObject(v) {
		return plain(v)
	}
	clone := value.NewObject(size(v))
	r.grow(size(v) * wordsPerItem * 2)
	for key, m := range members(v) {
		clone.Set(key, r.cloned(m))
	}
	return clone
}

func (r *run) clonedItems(items []any) any {
	r.grow(len(items) * wordsPerItem)
	clone := make([]any, len(items))
	for i, item := range items {
		clone[i] = r.cloned(item)
	}
	return array(clone)
}
