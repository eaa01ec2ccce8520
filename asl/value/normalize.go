package value

import (
	"encoding/json"
	"maps"
	"slices"
)

// Normalize converts a value that encoding/json can marshal, such as a struct, a Go map or an int, into a JSON value. The members of a
// map are sorted by name. It returns a JSON value unchanged, without a copy.
func Normalize(v any) (any, error) {
	if isJSON(v) {
		return v, nil
	}
	switch v := v.(type) {
	case map[string]any:
		return fromMap(v)
	case []any:
		items := make([]any, len(v))
		for i, e := range v {
			var err error
			if items[i], err = Normalize(e); err != nil {
				return nil, err
			}
		}
		return items, nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return Decode(text)
}

// Must returns a Go map as an object, as Normalize does. It is for literals in Go code, and panics if a value cannot be JSON.
func Must(m map[string]any) *Object {
	o, err := fromMap(m)
	if err != nil {
		panic(err)
	}
	return o
}

func fromMap(m map[string]any) (*Object, error) {
	o := NewObject(len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		v, err := Normalize(m[key])
		if err != nil {
			return nil, err
		}
		o.Set(key, v)
	}
	return o.Share(), nil
}

// isJSON reports whether a value consists only of JSON values.
func isJSON(v any) bool {
	switch v := v.(type) {
	case nil, bool, string, float64, json.Number:
		return true
	case []any:
		for _, e := range v {
			if !isJSON(e) {
				return false
			}
		}
		return true
	case *Object:
		if v.shared {
			return true
		}
		for i := range v.members {
			if !isJSON(v.members[i].Value) {
				return false
			}
		}
		return true
	}
	return false
}
