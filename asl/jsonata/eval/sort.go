package eval

import (
	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/syntax"
)

// keyed is an item to sort with the values of the terms that were needed so far.
type keyed struct {
	item any
	keys []any
}

// sorted sorts items by the terms of an order-by clause. The order of equal items stays.
func (r *run) sorted(step *syntax.Node, l *list, env *frame) *list {
	if len(l.items) <= 1 {
		return &list{items: l.items, sequence: true, tuples: l.tuples}
	}
	r.grow(len(l.items) * wordsPerItem * (3 + len(step.Terms)))
	keys := make([]any, 0, len(l.items)*len(step.Terms))
	items := make([]keyed, len(l.items))
	for i, item := range l.items {
		from := len(keys)
		keys = keys[:from+len(step.Terms)]
		items[i] = keyed{item, keys[from:from:len(keys)]}
	}
	order := make([]*keyed, len(items))
	for i := range items {
		order[i] = &items[i]
	}
	order = mergeSort(order, func(a, b *keyed) bool { return r.order(step, a, b, env) > 0 })
	result := &list{items: make([]any, len(order)), tuples: l.tuples}
	for i, k := range order {
		result.items[i] = plain(k.item)
	}
	return result
}

// order compares two items term by term. Undefined values come last.
func (r *run) order(step *syntax.Node, a, b *keyed, env *frame) int {
	r.step(1)
	for i, term := range step.Terms {
		x, y := r.sortKey(term, i, a, env), r.sortKey(term, i, b, env)
		switch {
		case isUndefined(x) && isUndefined(y):
			continue
		case isUndefined(x):
			return 1
		case isUndefined(y):
			return -1
		}
		c := r.compareKeys(step, x, y)
		if c == 0 {
			continue
		}
		if term.Descending {
			return -c
		}
		return c
	}
	return 0
}

// sortKey evaluates a term on an item, once.
func (r *run) sortKey(term syntax.Term, i int, k *keyed, env *frame) any {
	if i < len(k.keys) {
		return k.keys[i]
	}
	context := k.item
	if t, ok := context.(*tuple); ok {
		context, env = t.context, t.frame(env)
	}
	v := r.eval(term.Expression, plain(context), env)
	k.keys = append(k.keys, v)
	return v
}

func (r *run) compareKeys(step *syntax.Node, x, y any) int {
	a, aIsNumber := number(x)
	b, bIsNumber := number(y)
	s, sIsText := x.(string)
	t, tIsText := y.(string)
	switch {
	case !aIsNumber && !sIsText:
		r.fail(step, "T2008", x)
	case !bIsNumber && !tIsText:
		r.fail(step, "T2008", y)
	case aIsNumber != bIsNumber:
		panic(&fault.Fault{Code: "T2007", Position: step.Position, Value: r.shown(x), Value2: r.shown(y)})
	case sIsText:
		return compareTexts(s, t)
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// mergeSort sorts by a function that tells whether its first argument comes after its second. It compares in the order of JSONata's
// own sort, so that the same comparison fails, and keeps the order of equal items.
func mergeSort[T any](items []T, after func(a, b T) bool) []T {
	if len(items) <= 1 {
		return items
	}
	middle := len(items) / 2
	left, right := mergeSort(items[:middle], after), mergeSort(items[middle:], after)
	merged := make([]T, 0, len(items))
	for len(left) > 0 && len(right) > 0 {
		if after(left[0], right[0]) {
			merged, right = append(merged, right[0]), right[1:]
		} else {
			merged, left = append(merged, left[0]), left[1:]
		}
	}
	return append(append(merged, left...), right...)
}
