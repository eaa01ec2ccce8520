package jsonpath

import (
	"fmt"
	"math"

	"clinical-risk-pipeline/asl/value"
)

// call is a function at the end of a path, such as $.visits.length() or, with arguments, $.sum($.a, $.b).
type call struct {
	name      string
	arguments []operand
}

func (c call) definite(bool) bool    { return true }
func (c call) child(any) (any, bool) { return nil, false }
func (c call) String() string        { return "." + c.name + "()" }

func (c call) expand(e *evaluation, at any, _ bool, yield func(any) error) error {
	arguments := make([]any, len(c.arguments))
	for i, argument := range c.arguments {
		arguments[i] = argument(e, at)
	}
	result, err := calls[c.name](at, arguments)
	if err != nil {
		return fmt.Errorf("path '%s': %s(): %w", e.path, c.name, err)
	}
	return yield(result)
}

// call reads the arguments of a function.
func (p *parser) call(function string) (step, error) {
	if _, known := calls[function]; !known {
		return nil, p.fail("there is no function '%s'", function)
	}
	c := call{name: function}
	err := p.list(')', func() error {
		argument, err := p.side()
		c.arguments = append(c.arguments, argument)
		return err
	})
	return c, err
}

var calls = map[string]func(at any, arguments []any) (any, error){
	"length": length,
	"size":   length,
	"keys":   keys,
	"first":  func(at any, _ []any) (any, error) { return item(at, 0) },
	"last":   func(at any, _ []any) (any, error) { return item(at, -1) },
	"index": func(at any, arguments []any) (any, error) {
		if n, ok := value.Float(append(arguments, nil)[0]); ok {
			return item(at, int(n))
		}
		return nil, fmt.Errorf("it needs one argument, the index")
	},
	"min":    aggregate(func(numbers []float64) float64 { return reduce(numbers, math.Inf(1), math.Min) }),
	"max":    aggregate(func(numbers []float64) float64 { return reduce(numbers, math.Inf(-1), math.Max) }),
	"sum":    aggregate(sum),
	"avg":    aggregate(func(numbers []float64) float64 { return sum(numbers) / float64(len(numbers)) }),
	"stddev": aggregate(deviation),
}

func length(at any, arguments []any) (any, error) {
	if len(arguments) > 0 {
		at = arguments[0]
	}
	switch v := at.(type) {
	case []any:
		return float64(len(v)), nil
	case *value.Object:
		return float64(v.Len()), nil
	}
	return nil, nil
}

func keys(at any, _ []any) (any, error) {
	object, ok := at.(*value.Object)
	if !ok {
		return nil, fmt.Errorf("it applies to objects, not to a value of type %s", value.TypeName(at))
	}
	names := []any{}
	for _, key := range object.Keys() {
		names = append(names, key)
	}
	return names, nil
}

func item(at any, n int) (any, error) {
	found, ok := index(n).child(at)
	if !ok {
		return nil, fmt.Errorf("there is no such item in a value of type %s", value.TypeName(at))
	}
	return found, nil
}

// aggregate applies a function to the numbers in an array and in the arguments. It ignores other values.
func aggregate(apply func(numbers []float64) float64) func(at any, arguments []any) (any, error) {
	return func(at any, arguments []any) (any, error) {
		items, _ := at.([]any)
		for _, argument := range arguments {
			if list, isList := argument.([]any); isList {
				items = append(items[:len(items):len(items)], list...)
			} else {
				items = append(items[:len(items):len(items)], argument)
			}
		}
		var numbers []float64
		for _, item := range items {
			if number, ok := value.Float(item); ok {
				numbers = append(numbers, number)
			}
		}
		if len(numbers) == 0 {
			return nil, fmt.Errorf("there are no numbers")
		}
		return apply(numbers), nil
	}
}

func reduce(numbers []float64, start float64, apply func(a, b float64) float64) float64 {
	for _, number := range numbers {
		start = apply(start, number)
	}
	return start
}

func sum(numbers []float64) float64 {
	return reduce(numbers, 0, func(a, b float64) float64 { return a + b })
}

// deviation returns the standard deviation of a whole population.
func deviation(numbers []float64) float64 {
	mean := sum(numbers) / float64(len(numbers))
	squares := reduce(numbers, 0, func(total, number float64) float64 { return total + (number-mean)*(number-mean) })
	return math.Sqrt(squares / float64(len(numbers)))
}
