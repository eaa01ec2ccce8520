package intrinsic

import (
	"fmt"
	"math"

	"clinical-risk-pipeline/asl/value"
)

// ordinals holds the ordinals of arguments in messages.
var ordinals = [...]string{"first", "second", "third"}

// typed returns an argument that must be a T. want is the name of the type.
func typed[T any](arguments []any, i int, want string) (T, error) {
	v, ok := arguments[i].(T)
	if !ok {
		return v, fmt.Errorf("the %s argument must be of type %s, but is of type %s", ordinals[i], want, value.TypeName(arguments[i]))
	}
	return v, nil
}

func array(arguments []any) ([]any, error)         { return typed[[]any](arguments, 0, "array") }
func text(arguments []any, i int) (string, error)  { return typed[string](arguments, i, "string") }
func boolean(arguments []any, i int) (bool, error) { return typed[bool](arguments, i, "boolean") }
func object(arguments []any, i int) (*value.Object, error) {
	return typed[*value.Object](arguments, i, "object")
}

// integer returns an argument that must be a number, rounded to the nearest integer as AWS does.
func integer(arguments []any, i int) (int64, error) {
	number, ok := value.Float(arguments[i])
	if !ok {
		return 0, fmt.Errorf("the %s argument must be an integer, but is of type %s", ordinals[i], value.TypeName(arguments[i]))
	}
	if number = math.Floor(number + 0.5); math.Abs(number) > 1<<53 {
		return 0, fmt.Errorf("the %s argument is out of range", ordinals[i])
	}
	return int64(number), nil
}
