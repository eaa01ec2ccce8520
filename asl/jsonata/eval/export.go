package eval

import (
	"math"

	"clinical-risk-pipeline/asl/value"
)

// export converts a result into JSON values. Functions are left out of objects and null in arrays, as JSON.stringify does it. A value
// that the result has in several places counts in each of them, because it will be written in each.
func (r *run) export(v any) any {
	r.nest()
	defer func() { r.nested-- }()
	switch v := v.(type) {
	case *list:
		r.grow(len(v.items) * wordsPerItem)
		items := make([]any, len(v.items))
		for i, item := range v.items {
			items[i] = r.exportInner(item)
		}
		return items
	case *value.Object:
		if v.Shared() {
			r.again(v, v)
			return v
		}
		return r.exportObject(v)
	case []any:
		if len(v) > 0 {
			r.again(&v[0], v)
		}
	case string:
		r.bytes -= len(v)
		r.grow(0)
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil // as JSON.stringify writes it
		}
		return v + 0 // without the sign of -0
	}
	return v
}

func (r *run) exportInner(v any) any {
	switch v.(type) {
	case *function:
		r.refuse()
		return nil
	case undef:
		return nil
	}
	return r.export(v)
}

// exportObject converts the members of an object that the evaluation made. Nobody else has it, so that it may be changed.
func (r *run) exportObject(o *value.Object) any {
	r.grow(o.Len() * wordsPerItem)
	var drop []string
	for i, m := range o.Members() {
		switch v := m.Value.(type) {
		case *function:
			r.refuse()
			drop = append(drop, m.Key)
		case undef:
			drop = append(drop, m.Key)
		case *list, *value.Object, []any, string, float64:
			e := r.export(v)
			if _, isData := v.([]any); !isData { // which stays as it is, and cannot be compared
				o.Members()[i].Value = e
			}
		}
	}
	for _, key := range drop {
		o.Delete(key)
	}
	r.again(o, o)
	return o.Share()
}

// again counts a finished object or array of the result, named by key. It costs nothing at its first place, and its weight at each other.
func (r *run) again(key, v any) {
	if !r.exported.has(key) {
		return
	}
	if weight := r.weight(v); weight > float64(r.bytes) {
		r.grow(r.bytes + 1)
	} else {
		r.bytes -= int(weight)
		r.step(int(weight) / 64)
	}
}

// weight returns about how many bytes a finished value takes as JSON text. It may have values in several places, and be immense.
func (r *run) weight(v any) float64 {
	var key any
	switch v := v.(type) {
	case string:
		return float64(len(v))
	case *value.Object:
		key = v
	case []any:
		if len(v) > 0 {
			key = &v[0]
		}
	}
	if key == nil {
		return wordsPerItem
	}
	if known, ok := r.exported.weights[key]; ok {
		return known
	}
	weight := 1.0
	switch v := v.(type) {
	case *value.Object:
		r.step(v.Len())
		for _, m := range v.Members() {
			weight += float64(len(m.Key)) + r.weight(m.Value)
		}
	case []any:
		r.step(len(v))
		for _, item := range v {
			weight += r.weight(item)
		}
	}
	if r.exported.weights == nil {
		r.exported.weights = map[any]float64{}
	}
	r.exported.weights[key] = weight
	return weight
}

// exported are the objects and arrays of a result: pointers to them.
type exported struct {
	few     [8]any // the first ones, because most results have few
	n       int
	others  map[any]bool
	weights map[any]float64 // as far as they are known
}

// has reports whether the result has a value already, and adds it if not.
func (e *exported) has(key any) bool {
	for i := range e.n {
		if e.few[i] == key {
			return true
		}
	}
	if e.n < len(e.few) {
		e.few[e.n] = key
		e.n++
		return false
	}
	if e.others[key] {
		return true
	}
	if e.others == nil {
		e.others = map[any]bool{}
	}
	e.others[key] = true
	return false
}
