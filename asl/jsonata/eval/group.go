package eval

import (
	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/syntax"
	"clinical-risk-pipeline/asl/value"
)

// grouped is a key of an object under construction, with the items that have it.
type grouped struct {
	key   string
	pair  int
	items []any
}

// group makes an object from pairs of keys and values. Items with the same key share one value.
func (r *run) group(n *syntax.Node, input any, env *frame) any {
	l, _ := input.(*list)
	stream := l != nil && l.tuples
	items := []any{undefined}
	if !isUndefined(input) {
		if items = itemsOrOne(input); len(items) == 0 {
			items = []any{undefined}
		}
	}
	switch {
	case stream && len(l.items) == 0:
		items = []any{&tuple{context: undefined}}
	case len(items) == 1 && !stream:
		return r.object(n, items[0], env)
	}
	groups := r.groups(n, items, stream, env)
	object := value.NewObject(len(groups))
	for _, g := range groups {
		context, inner := any(nil), env
		if stream {
			merged := r.merged(g.items)
			context, inner = merged.context, merged.frame(env)
		} else {
			context = together(g.items)
		}
		if v := r.eval(n.Pairs[g.pair].Value, context, inner); !isUndefined(v) {
			object.Set(g.key, v)
		}
	}
	r.grow(2 * wordsPerItem * len(groups))
	return object
}

// together returns the items of a group: one stands for itself.
func together(items []any) any {
	if len(items) == 1 {
		return items[0]
	}
	return array(items)
}

// object makes an object from one item.
func (r *run) object(n *syntax.Node, item any, env *frame) any {
	item = plain(item)
	object := value.NewObject(len(n.Pairs))
	keys := make([]string, 0, 8)
	values := make([]int, 0, 8)
	for i, pair := range n.Pairs {
		key, ok := r.key(n, pair, item, env)
		if !ok {
			continue
		}
		if _, twice := object.Get(key); twice {
			r.fail(n, "D1009", key)
		}
		object.Set(key, nil)
		keys, values = append(keys, key), append(values, i)
	}
	for i, key := range keys {
		v := r.eval(n.Pairs[values[i]].Value, item, env)
		if isUndefined(v) {
			object.Delete(key)
			continue
		}
		object.Set(key, v)
	}
	r.grow(2 * wordsPerItem * len(keys))
	return object
}

// key evaluates the key of a pair. ok is false if it is undefined.
func (r *run) key(n *syntax.Node, pair syntax.Pair, item any, env *frame) (string, bool) {
	if text, ok := pair.Key.Value.(string); ok && pair.Key.Kind == syntax.Literal && pair.Key.Predicates == nil {
		return text, true
	}
	v := r.eval(pair.Key, item, env)
	key, ok := v.(string)
	if !ok && !isUndefined(v) {
		r.fail(n, "T1003", v)
	}
	return key, ok
}

// groups evaluates the keys of all items.
func (r *run) groups(n *syntax.Node, items []any, stream bool, env *frame) []*grouped {
	var groups []*grouped
	index := map[string]*grouped{}
	for _, item := range items {
		context, inner := plain(item), env
		if stream {
			t := item.(*tuple)
			context, inner = t.context, t.frame(env)
		}
		for i, pair := range n.Pairs {
			key, ok := r.key(n, pair, context, inner)
			if !ok {
				continue
			}
			g := index[key]
			switch {
			case g == nil:
				g = &grouped{key: key, pair: i}
				index[key], groups = g, append(groups, g)
			case g.pair != i:
				panic(&fault.Fault{Code: "D1009", Position: n.Position, Value: key})
			}
			g.add(item, stream)
		}
	}
	r.grow(wordsPerItem * len(items))
	return groups
}

// add adds an item to a group. As in $append, the items of an array become the group's own, unless it is the only one.
func (g *grouped) add(item any, stream bool) {
	if stream {
		g.items = append(g.items, item)
		return
	}
	if len(g.items) == 1 {
		if first, ok := itemsOf(g.items[0]); ok {
			g.items = append([]any{}, first...)
		}
	}
	inner, ok := itemsOf(item)
	if !ok || len(g.items) == 0 {
		g.items = append(g.items, plain(item))
		return
	}
	g.items = append(g.items, inner...)
}

// merged joins the tuples of a group: a variable that several bind holds all their values.
func (r *run) merged(items []any) *tuple {
	merged := items[0].(*tuple)
	if len(items) == 1 {
		return merged
	}
	merged = &tuple{context: merged.context, vars: append([]binding{}, merged.vars...)}
	for _, item := range items[1:] {
		t := item.(*tuple)
		merged.context = r.appended(merged.context, t.context)
		for _, b := range t.vars {
			before := undefined
			for _, known := range merged.vars {
				if known.name == b.name {
					before = known.value
				}
			}
			merged.bind(b.name, r.appended(before, b.value))
		}
	}
	return merged
}
