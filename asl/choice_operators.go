package asl

import (
	"strings"

	"clinical-risk-pipeline/asl/value"
)

// operator is a comparison operator of a choice rule.
type operator struct {
	kind     string         // the kind of operand, for messages
	accepts  func(any) bool // reports whether a constant can be the operand
	compare  func(v, with any) bool
	presence bool // IsPresent
}

// operators lists the operators by name. All of them except Is… and StringMatches also exist with the suffix Path.
var operators = map[string]operator{
	"IsPresent":     {kind: boolean, accepts: isBoolean, presence: true},
	"IsNull":        typeTest(func(v any) bool { return v == nil }),
	"IsString":      typeTest(func(v any) bool { _, ok := v.(string); return ok }),
	"IsNumeric":     typeTest(func(v any) bool { _, ok := value.Float(v); return ok }),
	"IsBoolean":     typeTest(isBoolean),
	"IsTimestamp":   typeTest(isTimestamp),
	"BooleanEquals": {kind: boolean, accepts: isBoolean, compare: func(v, with any) bool { return isBoolean(v) && v == with }},
	"StringMatches": {kind: "a string", accepts: isString, compare: matchesPattern},
}

const boolean = "true or false"

func init() {
	for suffix, holds := range map[string]func(order int) bool{
		"Equals":            func(order int) bool { return order == 0 },
		"LessThan":          func(order int) bool { return order < 0 },
		"LessThanEquals":    func(order int) bool { return order <= 0 },
		"GreaterThan":       func(order int) bool { return order > 0 },
		"GreaterThanEquals": func(order int) bool { return order >= 0 },
	} {
		operators["String"+suffix] = ordering("a string", isString, compareStrings, holds)
		operators["Numeric"+suffix] = ordering("a number", isNumber, compareNumbers, holds)
		operators["Timestamp"+suffix] = ordering("a timestamp such as 2026-01-31T12:00:00Z", isTimestamp, compareTimestamps, holds)
	}
}

func typeTest(test func(any) bool) operator {
	return operator{kind: boolean, accepts: isBoolean, compare: func(v, with any) bool { return test(v) == with }}
}

// ordering returns an operator that compares two values of one type. Values of another type never match.
func ordering(kind string, accepts func(any) bool, order func(a, b any) int, holds func(int) bool) operator {
	return operator{kind: kind, accepts: accepts, compare: func(v, with any) bool {
		return accepts(v) && accepts(with) && holds(order(v, with))
	}}
}

func isBoolean(v any) bool { _, ok := v.(bool); return ok }

func isString(v any) bool { _, ok := v.(string); return ok }

func isNumber(v any) bool { _, ok := value.Float(v); return ok }

func isTimestamp(v any) bool {
	text, ok := v.(string)
	if !ok {
		return false
	}
	_, valid := parseTimestamp(text)
	return valid
}

func compareStrings(a, b any) int { return strings.Compare(a.(string), b.(string)) }

func compareNumbers(a, b any) int { return value.Compare(a, b) }

func compareTimestamps(a, b any) int {
	at, _ := parseTimestamp(a.(string))
	bt, _ := parseTimestamp(b.(string))
	return at.Compare(bt)
}

// matchesPattern reports whether a string matches a pattern. In the pattern, * matches any text, \* matches * and \\ matches \.
func matchesPattern(v, pattern any) bool {
	text, ok := v.(string)
	p, isText := pattern.(string)
	if !ok || !isText {
		return false
	}
	parts := patternParts(p)
	if len(parts) == 1 {
		return text == parts[0]
	}
	text, ok = strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return strings.HasSuffix(text, parts[last])
}

// patternParts returns the texts between the wildcards of a pattern.
func patternParts(pattern string) []string {
	parts := []string{""}
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		last := len(parts) - 1
		switch {
		case c == '*':
			parts = append(parts, "")
		case c == '\\' && i+1 < len(pattern):
			i++
			parts[last] += pattern[i : i+1]
		default:
			parts[last] += pattern[i : i+1]
		}
	}
	return parts
}
