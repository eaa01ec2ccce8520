package eval

import (
	"maps"
	"math/rand/v2"
	"sync"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/signature"
)

// Row is a function: its name without the $, its signature, and its code.
type Row struct {
	Name string
	// Signature is as https://docs.jsonata.org/embedding-extending has it: "<s-nn?:s>".
	Signature string
	// Arity is the number of arguments that a higher-order function such as $map passes; -1 for the least. Default: the
	// signature's number.
	Arity int
	// Code returns the result, or Undefined. The arguments fit the signature.
	Code func(c *Call) any
}

// Functions are functions by their names.
type Functions map[string]*function

// With returns the functions together with rows, which replace those of the same name.
func (f Functions) With(rows ...Row) Functions {
	all := maps.Clone(f)
	if all == nil {
		all = Functions{}
	}
	for _, row := range rows {
		s := signature.MustParse(row.Signature)
		if row.Arity == 0 {
			row.Arity = len(s.Params)
		}
		all[row.Name] = &function{row: &row, signature: s}
	}
	return all
}

// Has reports whether there is a function of that name.
func (f Functions) Has(name string) bool { return f[name] != nil }

// Without returns the functions except one.
func (f Functions) Without(name string) Functions {
	all := maps.Clone(f)
	delete(all, name)
	return all
}

// Standard returns the functions of JSONata 2.0.6.
func Standard() Functions { return standard() }

var standard = sync.OnceValue(func() Functions {
	all := Functions{}
	for _, family := range [][]Row{
		textRows, patternRows, encodingRows, numberRows, formatRows, aggregationRows, booleanRows, arrayRows, objectRows, higherOrderRows, timeRows, controlRows,
	} {
		all = all.With(family...)
	}
	return all
})

// IsUndefined reports whether a value is undefined.
func IsUndefined(v any) bool { return isUndefined(v) }

// Text returns an argument that the signature says is a text. ok is false if it is missing.
func (c *Call) Text(i int) (s string, ok bool) {
	s, ok = c.Arg(i).(string)
	return s, ok
}

// Number returns an argument that the signature says is a number. ok is false if it is missing.
func (c *Call) Number(i int) (f float64, ok bool) { return number(c.Arg(i)) }

// Items returns the items of an argument that the signature says is an array. ok is false if it is missing.
func (c *Call) Items(i int) (items []any, ok bool) { return itemsOf(c.Arg(i)) }

// Array returns an array as a result.
func Array(items []any) any { return array(items) }

// Sequence returns an array as a result that one item replaces, as in the results of paths. It returns undefined for no items.
func Sequence(items []any) any { return &list{items: items, sequence: true} }

// Work counts the work on items and the memory in bytes of a result, for the limits.
func (c *Call) Work(items, bytes int) {
	c.grow(bytes)
	c.step(items)
}

// Rand returns the source of randomness.
func (c *Call) Rand() *rand.Rand { return c.random() }

// Fail stops the evaluation with a text of its own, as $error does.
func (c *Call) Fail(text string) { panic(&fault.Fault{Code: "D3137", Text: text}) }
