package eval

import (
	"math"

	"clinical-risk-pipeline/asl/jsonata/syntax"
)

// chosenIndex returns an index as an offset from the start. It rounds down; a negative index counts from the end.
func chosenIndex(f float64, length int) float64 {
	if f = math.Floor(f); f < 0 {
		f += float64(length)
	}
	return f
}

func allNumbers(items []any) bool {
	if len(items) == 0 {
		return false
	}
	for _, item := range items {
		if _, ok := number(item); !ok {
			return false
		}
	}
	return true
}

// indexed returns the item at a constant index.
func (r *run) indexed(index float64, l *list, items []any) any {
	kept := &list{sequence: true, tuples: l != nil && l.tuples}
	at := chosenIndex(index, len(items))
	if at < 0 || at >= float64(len(items)) {
		return kept
	}
	item := items[int(at)]
	if isUndefined(item) {
		return kept
	}
	if _, ok := itemsOf(item); ok {
		return item
	}
	if !kept.tuples {
		item = plain(item)
	}
	kept.items = []any{item}
	return kept
}

// stages applies what follows a step that yields all its values at once.
func (r *run) stages(step *syntax.Node, v any, env *frame) any {
	for _, stage := range step.Stages {
		if stage.Filter != nil {
			v = r.filter(stage.Filter, v, env)
			continue
		}
		if l, ok := v.(*list); ok {
			numbered := &list{sequence: true, tuples: true, items: make([]any, len(l.items))}
			for i, item := range l.items {
				numbered.items[i] = item.(*tuple).with(stage.Index, float64(i))
			}
			v = numbered
		}
	}
	return v
}
