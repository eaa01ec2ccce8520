package eval

import (
	"strings"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/signature"
)

// elements are the names of the types of arrays' items in faults.
var elements = map[byte]string{
	'a': "arrays", 'b': "booleans", 'f': "functions", 'n': "numbers", 'o': "objects", 's': "strings",
}

// asTheyAre reports whether each parameter takes one argument unchanged.
func asTheyAre(s *signature.Signature, counts []int) bool {
	for i := range s.Params {
		if counts[i] != 1 || s.Params[i].Array {
			return false
		}
	}
	return true
}

// validated matches arguments to a signature. It fills in the context value for those that are missing and makes arrays of single
// values.
func (r *run) validated(s *signature.Signature, args []any, input any) []any {
	var space [8]byte
	symbols := space[:0]
	for _, arg := range args {
		symbols = append(symbols, symbol(arg))
	}
	var counted [8]int
	counts := counted[:]
	if len(s.Params) > len(counts) {
		counts = make([]int, len(s.Params))
	}
	if good, ok := s.Match(symbols, counts); !ok {
		panic(&fault.Fault{Code: "T0410", Index: good + 1})
	}
	if asTheyAre(s, counts) {
		return args
	}
	result := make([]any, 0, max(len(s.Params), len(args)))
	at := 0
	for i := range s.Params {
		p := &s.Params[i]
		if counts[i] == 0 {
			arg := undefined
			if at < len(args) {
				arg = args[at]
			}
			if p.Context {
				if strings.IndexByte(p.Accepts, symbol(input)) < 0 {
					panic(&fault.Fault{Code: "T0411", Index: at + 1, Value: r.shown(input)})
				}
				result = append(result, input)
				continue
			}
			result = append(result, arg)
			at++
			continue
		}
		for range counts[i] {
			arg := undefined // an optional argument before it has taken its place
			if at < len(args) {
				arg = args[at]
			}
			if p.Array {
				arg = r.arrayArg(p, arg, symbol(arg), at, counts[i])
			}
			result = append(result, arg)
			at++
		}
	}
	return result
}

// arrayArg returns an argument as an array with items of the right type.
func (r *run) arrayArg(p *signature.Param, arg any, sym byte, at, count int) any {
	if sym == signature.Missing {
		return undefined
	}
	ok := true
	items, isArray := itemsOf(arg)
	if p.Element != 0 {
		ok = r.elementsFit(p, items, isArray, sym, count)
	}
	if !ok {
		panic(&fault.Fault{Code: "T0412", Index: at + 1, Value: r.shown(arg), Value2: elements[p.Element]})
	}
	if !isArray {
		return array([]any{arg})
	}
	return arg
}

func (r *run) elementsFit(p *signature.Param, items []any, isArray bool, sym byte, count int) bool {
	if !isArray {
		return sym == p.Element && count == 1
	}
	r.step(len(items))
	for _, item := range items {
		if symbol(item) != p.Element {
			return false
		}
	}
	return true
}
