package jsonata

import (
	"encoding/json"
	"math"
	"sort"
	"strconv"

	"github.com/dop251/goja"
)

// toJS builds the JavaScript value of a JSON value. It sorts the keys of objects, so that an evaluation does not depend on the
// order of a Go map.
func (r *Runtime) toJS(v any) goja.Value {
	switch v := v.(type) {
	case nil:
		return goja.Null()
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		object := r.vm.NewObject()
		for _, key := range keys {
			_ = object.Set(key, r.toJS(v[key]))
		}
		return object
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = r.toJS(item)
		}
		return r.vm.NewArray(items...)
	case json.Number:
		f, _ := v.Float64()
		return r.vm.ToValue(f)
	}
	return r.vm.ToValue(v)
}

// project builds the JavaScript value of the parts of v that an expression can read.
func (r *Runtime) project(v any, at *reach) goja.Value {
	if at.all {
		return r.toJS(v)
	}
	switch v := v.(type) {
	case map[string]any:
		object := r.vm.NewObject()
		for name, member := range at.members {
			if value, ok := v[name]; ok {
				_ = object.Set(name, r.project(value, member))
			}
		}
		return object
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = r.project(item, at)
		}
		return r.vm.NewArray(items...)
	}
	return r.toJS(v)
}

// fromJS builds the JSON value of a JavaScript value. JSONata's sequences become ordinary arrays. Like JSON.stringify, it omits
// undefined members.
func (r *Runtime) fromJS(v goja.Value) (any, error) {
	switch exported := v.(type) {
	case *goja.Object:
		return r.fromObject(exported)
	case nil:
		return nil, nil
	}
	switch value := v.Export().(type) {
	case int64:
		return float64(value), nil
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, &Error{Code: "D1001", Message: "Number out of range: null"} // as JSON.stringify prints it
		}
		return value + 0, nil
	case bool, string, nil:
		return value, nil
	}
	return nil, &Error{Message: "The result is not a JSON value"}
}

func (r *Runtime) fromObject(object *goja.Object) (any, error) {
	switch object.ClassName() {
	case "Array":
		length := int(object.Get("length").ToInteger())
		items := make([]any, length)
		for i := range items {
			var err error
			if items[i], err = r.fromJS(object.Get(strconv.Itoa(i))); err != nil {
				return nil, err
			}
		}
		return items, nil
	case "Object":
		return r.fromPlain(object)
	}
	return nil, &Error{Message: "The result is a function, which JSON cannot hold"}
}

func (r *Runtime) fromPlain(object *goja.Object) (any, error) {
	keys := object.Keys()
	members := make(map[string]any, len(keys))
	for _, key := range keys {
		if key == "_jsonata_function" || key == "_jsonata_lambda" {
			return nil, &Error{Message: "The result is a function, which JSON cannot hold"}
		}
		member := object.Get(key)
		if goja.IsUndefined(member) {
			continue
		}
		value, err := r.fromJS(member)
		if err != nil {
			return nil, err
		}
		members[key] = value
	}
	return members, nil
}
