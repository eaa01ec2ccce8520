package intrinsic

import (
	"encoding/json"
	"fmt"
	"math"
)

// The ordinals of arguments in messages.
var ordinals = [...]string{"first", "second", "third"}

// typed returns an argument that must be a T; want is what the message calls it.
func typed[T any](arguments []any, i int, want string) (T, error) {
	value, ok := arguments[i].(T)
	if !ok {
		return value, fmt.Errorf("the %s argument must be %s, but is %s", ordinals[i], want, typeName(arguments[i]))
	}
	return value, nil
}

func array(arguments []any, i int) ([]any, error)  { return typed[[]any](arguments, i, "an array") }
func text(arguments []any, i int) (string, error)  { return typed[string](arguments, i, "a string") }
func boolean(arguments []any, i int) (bool, error) { return typed[bool](arguments, i, "a boolean") }
func object(arguments []any, i int) (map[string]any, error) {
	return typed[map[string]any](arguments, i, "an object")
}

// integer returns an argument that must be a number, rounded to the nearest integer as AWS does.
func integer(arguments []any, i int) (int64, error) {
	number, ok := numberOf(arguments[i])
	if !ok {
		return 0, fmt.Errorf("the %s argument must be an integer, but is %s", ordinals[i], typeName(arguments[i]))
	}
	if number = math.Floor(number + 0.5); math.Abs(number) > 1<<53 {
		return 0, fmt.Errorf("the %s argument is out of range", ordinals[i])
	}
	return int64(number), nil
}

func numberOf(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}

// typeName names a value's type for messages, which must not hold the value.
func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return "a number"
}

// equal compares two JSON values, numbers by value.
func equal(a, b any) bool {
	if x, ok := numberOf(a); ok {
		y, ok := numberOf(b)
		return ok && x == y
	}
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key, value := range a {
			other, ok := b[key]
			if !ok || !equal(value, other) {
				return false
			}
		}
		return true
	}
	return a == b
}
