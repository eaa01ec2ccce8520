package jsonpath

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"clinical-risk-pipeline/asl/value"
)

// comparisons holds the operators of filters. They treat values of different types as Jayway does.
var comparisons = map[string]func(left, right any) bool{
	"==":  equal,
	"!=":  func(left, right any) bool { return !equal(left, right) },
	"===": func(left, right any) bool { return value.TypeName(left) == value.TypeName(right) && equal(left, right) },
	"!==": func(left, right any) bool {
		return value.TypeName(left) != value.TypeName(right) || !equal(left, right)
	},
	"<":   ordered(func(order int) bool { return order < 0 }),
	"<=":  ordered(func(order int) bool { return order <= 0 }),
	">":   ordered(func(order int) bool { return order > 0 }),
	">=":  ordered(func(order int) bool { return order >= 0 }),
	"=~":  matches,
	"in":  in,
	"nin": func(left, right any) bool { return !in(left, right) },
	"contains": func(left, right any) bool {
		text, isText := left.(string)
		part, isPart := right.(string)
		return isText && isPart && strings.Contains(text, part) || in(right, left)
	},
	"all":      all,
	"size":     size,
	"empty":    empty,
	"subsetof": sets(func(shared, left, _ int) bool { return shared == left }),
	"anyof":    sets(func(shared, _, _ int) bool { return shared > 0 }),
	"noneof":   sets(func(shared, _, _ int) bool { return shared == 0 }),
}

// equal compares by value. A text equals the number or boolean that it spells, and a missing value equals no value.
func equal(left, right any) bool {
	if a, ok := value.Float(left); ok {
		b, ok := value.Float(right)
		if text, isText := right.(string); isText {
			parsed, err := strconv.ParseFloat(text, 64)
			b, ok = parsed, err == nil
		}
		return ok && a == b
	}
	switch a := left.(type) {
	case nil:
		return right == nil
	case bool:
		text, isText := right.(string)
		return a == right || isText && text == strconv.FormatBool(a)
	case string:
		switch b := right.(type) {
		case string:
			return a == b
		case bool:
			return a == strconv.FormatBool(b)
		}
		b, ok := value.Float(right)
		return ok && a == strconv.FormatFloat(b, 'f', -1, 64)
	case []any, *value.Object:
		return value.Equal(left, right)
	}
	return false
}

// ordered compares two numbers or two texts. Values of other types have no order.
func ordered(holds func(order int) bool) func(left, right any) bool {
	return func(left, right any) bool {
		if a, ok := value.Float(left); ok {
			b, ok := value.Float(right)
			return ok && holds(cmp.Compare(a, b))
		}
		a, isA := left.(string)
		b, isB := right.(string)
		return isA && isB && holds(cmp.Compare(a, b))
	}
}

// matches applies the regular expression on one side to the text, or to each of the texts, on the other side.
func matches(left, right any) bool {
	pattern, ok := right.(*regexp.Regexp)
	if !ok {
		if pattern, ok = left.(*regexp.Regexp); !ok {
			return false
		}
		left = right
	}
	items, isArray := left.([]any)
	if !isArray {
		items = []any{left}
	}
	for _, item := range items {
		text := ""
		switch v := item.(type) {
		case string:
			text = v
		case bool:
			text = strconv.FormatBool(v)
		case float64:
			text = strconv.FormatFloat(v, 'f', -1, 64)
		}
		if pattern.MatchString(text) {
			return true
		}
	}
	return false
}

func in(wanted, list any) bool {
	items, _ := list.([]any)
	for _, item := range items {
		if equal(wanted, item) {
			return true
		}
	}
	return false
}

// all reports whether the left list contains every item of the right list.
func all(left, right any) bool {
	required, isList := right.([]any)
	if _, ok := left.([]any); !ok || !isList {
		return false
	}
	for _, item := range required {
		if !in(item, left) {
			return false
		}
	}
	return true
}

func size(left, right any) bool {
	want, ok := value.Float(right)
	switch v := left.(type) {
	case string:
		return ok && float64(utf8.RuneCountInString(v)) == want
	case []any:
		return ok && float64(len(v)) == want
	}
	return false
}

func empty(left, right any) bool {
	want, ok := right.(bool)
	switch v := left.(type) {
	case string:
		return ok && (v == "") == want
	case []any:
		return ok && (len(v) == 0) == want
	case *value.Object:
		return ok && (v.Len() == 0) == want
	}
	return false
}

// sets compares two lists by the number of items of the left list that are in the right list.
func sets(holds func(shared, left, right int) bool) func(left, right any) bool {
	return func(left, right any) bool {
		a, isA := left.([]any)
		b, isB := right.([]any)
		if !isA || !isB {
			return false
		}
		shared := 0
		for _, item := range a {
			if in(item, b) {
				shared++
			}
		}
		return holds(shared, len(a), len(b))
	}
}
