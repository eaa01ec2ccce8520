package eval

import (
	"math"

	"clinical-risk-pipeline/asl/jsonata/fault"
	"clinical-risk-pipeline/asl/jsonata/syntax"
)

// binary evaluates an operator with two operands.
func (r *run) binary(n *syntax.Node, input any, env *frame) any {
	left := r.eval(n.Left, input, env)
	switch n.Text {
	case "and":
		return r.truth(left) && r.truth(r.eval(n.Right, input, env))
	case "or":
		return r.truth(left) || r.truth(r.eval(n.Right, input, env))
	}
	right := r.eval(n.Right, input, env)
	switch n.Text {
	case "+", "-", "*", "/", "%":
		return r.arithmetic(n, left, right)
	case "=":
		return !isUndefined(left) && !isUndefined(right) && r.equal(left, right)
	case "!=":
		return !isUndefined(left) && !isUndefined(right) && !r.equal(left, right)
	case "<", "<=", ">", ">=":
		return r.comparison(n, left, right)
	case "&":
		return r.concatenation(left, right)
	case "in":
		return r.in(left, right)
	}
	return r.rangeOf(n, left, right)
}

// operand returns an operand of an arithmetic operator. code is that of the fault when it is no number.
func (r *run) operand(n *syntax.Node, v any, code string) float64 {
	f, ok := number(v)
	if !ok || math.IsNaN(f) {
		r.fail(n, code, v)
	}
	if math.IsInf(f, 0) {
		r.fail(n, "D1001", f)
	}
	return f
}

func (r *run) arithmetic(n *syntax.Node, left, right any) any {
	var a, b float64
	if !isUndefined(left) {
		a = r.operand(n, left, "T2001")
	}
	if !isUndefined(right) {
		b = r.operand(n, right, "T2002")
	}
	if isUndefined(left) || isUndefined(right) {
		return undefined
	}
	switch n.Text {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	}
	return math.Mod(a, b)
}

func (r *run) comparison(n *syntax.Node, left, right any) any {
	a, aIsNumber := number(left)
	b, bIsNumber := number(right)
	s, sIsText := left.(string)
	t, tIsText := right.(string)
	missing := isUndefined(left) || isUndefined(right)
	switch {
	case !aIsNumber && !sIsText && !isUndefined(left), !bIsNumber && !tIsText && !isUndefined(right):
		r.fail(n, "T2010", left)
	case missing:
		return undefined
	case aIsNumber != bIsNumber:
		panic(&fault.Fault{Code: "T2009", Position: n.Position, Token: n.Text, Value: r.shown(left), Value2: r.shown(right)})
	case sIsText:
		order := compareTexts(s, t)
		a, b = float64(order), 0
	}
	switch n.Text {
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}

// compareTexts orders texts by their UTF-16 units, as JavaScript does.
func compareTexts(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x >= 0xee && y >= 0xee && (x >= 0xf0) != (y >= 0xf0) { // a surrogate comes before U+E000 to U+FFFF
			x, y = y, x
		}
		if x < y {
			return -1
		}
		return 1
	}
	return len(a) - len(b)
}

func (r *run) concatenation(left, right any) any {
	a, b := "", ""
	if !isUndefined(left) {
		a = r.text(left)
	}
	if !isUndefined(right) {
		b = r.text(right)
	}
	r.grow(len(a) + len(b))
	return a + b
}

// in tells whether an array has a value. Objects and arrays are never equal here.
func (r *run) in(left, right any) any {
	if isUndefined(left) || isUndefined(right) {
		return false
	}
	items := itemsOrOne(right)
	r.step(len(items))
	for _, item := range items {
		switch left.(type) {
		case string, bool, nil, float64:
			if r.equal(left, item) {
				return true
			}
		default:
			if same(left, item) {
				return true
			}
		}
	}
	return false
}

// same tells whether two values are the same array, object or function.
func same(a, b any) bool {
	if x, ok := a.([]any); ok {
		y, ok := b.([]any)
		return ok && len(x) == len(y) && (len(x) == 0 || &x[0] == &y[0])
	}
	if _, ok := b.([]any); ok {
		return false
	}
	return a == b
}

// maxRange is the largest number of items of a range.
const maxRange = 10_000_000

// rangeBytes returns what a range counts for the limits: 24 bytes a number, which it needs, but 8 above a million, so that the largest
// range is possible.
func rangeBytes(size int) int {
	const million = 1_000_000
	return 24*min(size, million) + 8*max(0, size-million)
}

func (r *run) rangeOf(n *syntax.Node, left, right any) any {
	from, ok := number(left)
	if !isUndefined(left) && (!ok || from != math.Trunc(from)) {
		r.fail(n, "T2003", left)
	}
	to, ok := number(right)
	if !isUndefined(right) && (!ok || to != math.Trunc(to)) {
		r.fail(n, "T2004", right)
	}
	if isUndefined(left) || isUndefined(right) || from > to {
		return undefined
	}
	size := to - from + 1
	if size > maxRange {
		r.fail(n, "D2014", size)
	}
	r.grow(rangeBytes(int(size)))
	items := make([]any, int(size))
	for i := range items {
		items[i] = from + float64(i)
	}
	return &list{items: items, sequence: true}
}

// text converts a value into a text, as $string does.
func (r *run) text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return r.stringify(v, false)
}
