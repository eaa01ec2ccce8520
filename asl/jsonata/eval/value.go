package eval

import (
	"encoding/json"

	"clinical-risk-pipeline/asl/jsonata/signature"
	"clinical-risk-pipeline/asl/value"
)

// Values of an evaluation are JSON values as package value has them, and
//   - undefined, the absence of a value,
//   - *list, an array that the evaluation made; arrays of the data are []any,
//   - *function.
type undef struct{}

var undefined any = undef{}

func isUndefined(v any) bool {
	_, ok := v.(undef)
	return ok
}

// list is an array that an evaluation made.
type list struct {
	items    []any
	sequence bool // a result of a path or function: one item stands for itself, no item is undefined
	keep     bool // a sequence of one item stays an array
	cons     bool // an array constructor in a path, which is not flattened
	outer    bool // the input document, if it is an array: $ is its only item
	tuples   bool // the items are *tuple
}

func sequence(items ...any) *list { return &list{items: items, sequence: true} }

func array(items []any) *list { return &list{items: items} }

// itemsOf returns the items of an array.
func itemsOf(v any) ([]any, bool) {
	switch v := v.(type) {
	case *list:
		return v.items, true
	case []any:
		return v, true
	}
	return nil, false
}

// itemsOrOne returns the items of an array, or the value as the only one.
func itemsOrOne(v any) []any {
	if items, ok := itemsOf(v); ok {
		return items
	}
	return []any{v}
}

func isSequence(v any) bool {
	l, ok := v.(*list)
	return ok && l.sequence
}

// settle turns a sequence into the value for which it stands.
func settle(v any, keep bool) any {
	l, ok := v.(*list)
	if !ok || !l.sequence || l.tuples {
		return v
	}
	if keep {
		l.keep = true
	}
	switch {
	case len(l.items) == 0:
		return undefined
	case len(l.items) == 1 && !l.keep:
		return l.items[0]
	}
	return l
}

// push appends a value to a sequence; an array's items one by one.
func (l *list) push(v any) {
	if isUndefined(v) {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			l.items = append(l.items, plain(item))
		}
	case *list:
		if v.cons {
			l.items = append(l.items, v)
		} else {
			l.items = append(l.items, v.items...)
		}
	default:
		l.items = append(l.items, v)
	}
}

// plain converts numbers of the data into float64.
func plain(v any) any {
	switch n := v.(type) {
	case json.Number:
		f, _ := n.Float64()
		return f
	case int:
		return float64(n)
	case int64:
		return float64(n)
	}
	return v
}

// number returns a number.
func number(v any) (float64, bool) {
	if f, ok := v.(float64); ok {
		return f, true
	}
	f, ok := plain(v).(float64)
	return f, ok
}

// member returns a member of an object, or undefined.
func member(o any, key string) any {
	object, _ := o.(*value.Object)
	if v, ok := object.Get(key); ok {
		return plain(v)
	}
	return undefined
}

// symbol returns the type of a value as signatures write it.
func symbol(v any) byte {
	switch v.(type) {
	case undef:
		return signature.Missing
	case nil:
		return signature.Null
	case bool:
		return signature.Boolean
	case string:
		return signature.String
	case float64, json.Number, int, int64:
		return signature.Number
	case *list, []any:
		return signature.List
	case *function:
		return signature.Function
	}
	return signature.Object
}

func isObject(v any) bool { return symbol(v) == signature.Object }

// truth converts a value as $boolean does. undefined is false.
func (r *run) truth(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return r.finite(v) != 0 && v == v
	case nil, undef, *function:
		return false
	case *list:
		return r.anyTruth(v.items)
	case []any:
		return r.anyTruth(v)
	case *value.Object:
		return v.Len() > 0
	}
	f, _ := number(v)
	return f != 0
}

func (r *run) anyTruth(items []any) bool {
	for _, item := range items {
		if r.truth(item) {
			return true
		}
	}
	return false
}

// equal compares two values deeply.
func (r *run) equal(a, b any) bool {
	r.step(1)
	r.nest()
	defer func() { r.nested-- }()
	switch a := a.(type) {
	case string:
		s, ok := b.(string)
		return ok && s == a
	case float64:
		f, ok := number(b)
		return ok && f == a
	case bool:
		v, ok := b.(bool)
		return ok && v == a
	case nil:
		return b == nil
	case undef:
		return isUndefined(b)
	case *function:
		f, ok := b.(*function)
		return ok && f == a
	case *list, []any:
		return r.equalItems(a, b)
	case json.Number, int, int64:
		return r.equal(plain(a), b)
	}
	return r.equalObjects(a, b)
}

func (r *run) equalItems(a, b any) bool {
	left, _ := itemsOf(a)
	right, ok := itemsOf(b)
	if !ok || len(left) != len(right) {
		return false
	}
	for i := range left {
		if !r.equal(left[i], right[i]) {
			return false
		}
	}
	return true
}

func (r *run) equalObjects(a, b any) bool {
	if !isObject(b) || size(a) != size(b) {
		return false
	}
	for key, v := range members(a) {
		other := member(b, key)
		if isUndefined(other) || !r.equal(v, other) {
			return false
		}
	}
	return true
}
