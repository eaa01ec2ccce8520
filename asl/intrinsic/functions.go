package intrinsic

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// function is an intrinsic function with its numbers of arguments.
type function struct {
	least, most int
	template    bool // the first argument is a template, in which a literal keeps its escapes
	apply       func(arguments []any, random *rand.Rand) (any, error)
}

func (f function) arity() string {
	switch {
	case f.most == math.MaxInt && f.least == 0:
		return "any number of arguments"
	case f.most == math.MaxInt:
		return fmt.Sprintf("%d or more arguments", f.least)
	case f.least != f.most:
		return fmt.Sprintf("%d to %d arguments", f.least, f.most)
	case f.least == 1:
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", f.least)
}

// pure makes a function that does not use randomness.
func pure(least, most int, apply func([]any) (any, error)) function {
	return function{least: least, most: most, apply: func(arguments []any, _ *rand.Rand) (any, error) { return apply(arguments) }}
}

var functions map[string]function

// init fills the table, because parsing refers to it and the functions refer to parsing.
func init() {
	format := pure(1, math.MaxInt, format)
	format.template = true
	functions = map[string]function{
		"States.Format":         format,
		"States.StringToJson":   pure(1, 1, stringToJSON),
		"States.JsonToString":   pure(1, 1, jsonToString),
		"States.Array":          pure(0, math.MaxInt, func(arguments []any) (any, error) { return arguments, nil }),
		"States.ArrayPartition": pure(2, 2, arrayPartition),
		"States.ArrayContains":  pure(2, 2, arrayContains),
		"States.ArrayRange":     pure(3, 3, arrayRange),
		"States.ArrayGetItem":   pure(2, 2, arrayGetItem),
		"States.ArrayLength":    pure(1, 1, arrayLength),
		"States.ArrayUnique":    pure(1, 1, arrayUnique),
		"States.Base64Encode":   pure(1, 1, base64Encode),
		"States.Base64Decode":   pure(1, 1, base64Decode),
		"States.Hash":           pure(2, 2, hash),
		"States.JsonMerge":      pure(3, 3, jsonMerge),
		"States.MathRandom":     {least: 2, most: 3, apply: mathRandom},
		"States.MathAdd":        pure(2, 2, mathAdd),
		"States.StringSplit":    pure(2, 2, stringSplit),
		"States.UUID":           {apply: func(_ []any, random *rand.Rand) (any, error) { return UUID(random), nil }},
	}
}
