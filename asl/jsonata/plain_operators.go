package jsonata

import (
	"cmp"
	"math"
)

// operator applies a binary operator to two defined values.
type operator func(left, right any) (value any, ok bool)

var operators = map[string]operator{
	"+":  arithmetic(func(a, b float64) float64 { return a + b }),
	"-":  arithmetic(func(a, b float64) float64 { return a - b }),
	"*":  arithmetic(func(a, b float64) float64 { return a * b }),
	"/":  arithmetic(func(a, b float64) float64 { return a / b }),
	"%":  arithmetic(math.Mod),
	"<":  comparison(func(order int) bool { return order < 0 }),
	">":  comparison(func(order int) bool { return order > 0 }),
	"<=": comparison(func(order int) bool { return order <= 0 }),
	">=": comparison(func(order int) bool { return order >= 0 }),
	"=":  equality(true),
	"!=": equality(false),
	"in": membership,
}

func (c *compiler) binary(n node) plain {
	left, right := c.compile(n.child("lhs")), c.compile(n.child("rhs"))
	if left == nil || right == nil {
		return nil
	}
	switch name := n.text("value"); name {
	case "and":
		return plainLogic(left, right, false)
	case "or":
		return plainLogic(left, right, true)
	case "&":
		return plainConcat(left, right)
	default:
		apply := operators[name]
		if apply == nil {
			return nil
		}
		absent := any(undefined{})
		if name == "=" || name == "!=" || name == "in" {
			absent = false
		}
		return plainOperator(left, right, apply, absent)
	}
}

// plainOperator evaluates both sides. When one is undefined, the result is absent, unless the other has an invalid type.
func plainOperator(left, right plain, apply operator, absent any) plain {
	return func(f *frame) (any, bool) {
		a, ok := left(f)
		if !ok {
			return nil, false
		}
		b, ok := right(f)
		if !ok {
			return nil, false
		}
		if a == any(undefined{}) || b == any(undefined{}) {
			return absent, absent == false
		}
		return apply(a, b)
	}
}

// arithmetic gives up when the result is not finite.
func arithmetic(apply func(a, b float64) float64) operator {
	return func(left, right any) (any, bool) {
		a, isA := left.(float64)
		b, isB := right.(float64)
		if !isA || !isB {
			return nil, false
		}
		result := apply(a, b) + 0 // -0 becomes 0
		return result, !math.IsNaN(result) && !math.IsInf(result, 0)
	}
}

func comparison(holds func(order int) bool) operator {
	return func(left, right any) (any, bool) {
		switch a := left.(type) {
		case float64:
			b, ok := right.(float64)
			return holds(cmp.Compare(a, b)), ok
		case string:
			b, ok := right.(string)
			return holds(cmp.Compare(a, b)), ok && isASCII(a) && isASCII(b)
		}
		return nil, false
	}
}

// isASCII reports whether Go and JavaScript order a text the same way. The orders of bytes and UTF-16 units differ beyond ASCII.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

func equality(want bool) operator {
	return func(left, right any) (any, bool) {
		if !isScalar(left) || !isScalar(right) {
			return nil, false
		}
		return (left == right) == want, true
	}
}

func isScalar(value any) bool {
	switch value.(type) {
	case nil, bool, string, float64:
		return true
	}
	return false
}

func membership(left, right any) (any, bool) {
	items, isArray := right.([]any)
	if !isArray {
		items = []any{right}
	}
	if !isScalar(left) {
		return nil, false
	}
	for _, item := range items {
		switch item.(type) {
		case nil, bool, string, float64:
			if item == left {
				return true, true
			}
		case []any, map[string]any:
		default:
			return nil, false
		}
	}
	return false, true
}

// plainLogic evaluates the right side only when the left side does not decide the result.
func plainLogic(left, right plain, decisive bool) plain {
	return func(f *frame) (any, bool) {
		for _, side := range []plain{left, right} {
			value, ok := side(f)
			if !ok {
				return nil, false
			}
			truth, ok := truthOf(value)
			if !ok {
				return nil, false
			}
			if truth == decisive {
				return decisive, true
			}
		}
		return !decisive, true
	}
}

func plainConcat(left, right plain) plain {
	return func(f *frame) (any, bool) {
		text := ""
		for _, side := range []plain{left, right} {
			value, ok := side(f)
			if !ok {
				return nil, false
			}
			if _, isUndefined := value.(undefined); isUndefined {
				continue
			}
			part, ok := textOf(value)
			if !ok {
				return nil, false
			}
			text += part
		}
		return text, f.spend(len(text) >> 6)
	}
}
