package jsonata

import (
	"math"
	"strings"
	"unicode/utf8"
)

// plainFunction implements the simple cases of a function of the library or AWS.
type plainFunction struct {
	least, most int // numbers of arguments
	apply       func(e *evaluation, arguments []any) (value any, ok bool)
}

// one makes a plainFunction with one argument that returns undefined for undefined.
func one(apply func(argument any) (any, bool)) plainFunction {
	return plainFunction{1, 1, func(_ *evaluation, arguments []any) (any, bool) {
		if _, isUndefined := arguments[0].(undefined); isUndefined {
			return undefined{}, true
		}
		return apply(arguments[0])
	}}
}

var plainFunctions = map[string]plainFunction{
	"boolean": one(func(v any) (any, bool) { return truthOf(v) }),
	"not": one(func(v any) (any, bool) {
		truth, ok := truthOf(v)
		return !truth, ok
	}),
	"string": one(func(v any) (any, bool) { return textOf(v) }),
	"parse":  one(plainParse),
	"type":   one(plainType),
	"merge":  one(plainMerge),
	"sum":    one(plainSum),
	"exists": {1, 1, func(_ *evaluation, arguments []any) (any, bool) {
		_, isUndefined := arguments[0].(undefined)
		return !isUndefined, true
	}},
	"count": {1, 1, func(_ *evaluation, arguments []any) (any, bool) {
		switch v := arguments[0].(type) {
		case undefined:
			return 0.0, true
		case []any:
			return float64(len(v)), true
		}
		return 1.0, true
	}},
	"append":   {2, 2, plainAppend},
	"join":     {2, 2, plainJoin},
	"contains": {2, 2, plainContains},
	"split":    {2, 2, plainSplit},
	"zip":      {1, 100, plainZip},
	"keys":     one(plainKeysOf),

	"substring":     {2, 3, plainSubstring},
	"formatInteger": {2, 2, plainFormatInteger},
	"hash":          {2, 2, plainHash},

	"now":        {0, 0, plainNow},
	"millis":     {0, 0, func(e *evaluation, _ []any) (any, bool) { return float64(e.runtime.now().UnixMilli()), true }},
	"toMillis":   one(plainToMillis),
	"fromMillis": one(plainFromMillis),

	"length":    ofText(func(text string) (any, bool) { return float64(utf8.RuneCountInString(text)), true }),
	"uppercase": ofText(func(text string) (any, bool) { return strings.ToUpper(text), isASCII(text) }),
	"lowercase": ofText(func(text string) (any, bool) { return strings.ToLower(text), isASCII(text) }),
	"floor":     ofNumber(math.Floor),
	"ceil":      ofNumber(math.Ceil),
	"abs":       ofNumber(math.Abs),
}

func ofText(apply func(text string) (any, bool)) plainFunction {
	return one(func(v any) (any, bool) {
		text, ok := v.(string)
		if !ok {
			return nil, false
		}
		return apply(text)
	})
}

func ofNumber(apply func(float64) float64) plainFunction {
	return one(func(v any) (any, bool) {
		number, ok := v.(float64)
		return apply(number) + 0, ok
	})
}

func plainParse(v any) (any, bool) {
	text, ok := v.(string)
	if !ok || strings.Contains(text, "-0") {
		return nil, false
	}
	return parseJSON(text)
}

func plainType(v any) (any, bool) {
	switch v.(type) {
	case nil:
		return "null", true
	case bool:
		return "boolean", true
	case string:
		return "string", true
	case float64:
		return "number", true
	case []any:
		return "array", true
	case map[string]any:
		return "object", true
	}
	return nil, false
}

func plainMerge(v any) (any, bool) {
	items, isArray := v.([]any)
	if !isArray {
		items = []any{v}
	}
	merged := map[string]any{}
	for _, item := range items {
		object, ok := item.(map[string]any)
		if _, special := object["__proto__"]; !ok || special {
			return nil, false
		}
		for key, value := range object {
			merged[key] = value
		}
	}
	return merged, true
}

func plainSum(v any) (any, bool) {
	items, isArray := v.([]any)
	if !isArray {
		items = []any{v}
	}
	total := 0.0
	for _, item := range items {
		number, ok := item.(float64)
		if !ok {
			return nil, false
		}
		total += number
	}
	return total, true
}

func plainAppend(e *evaluation, arguments []any) (any, bool) {
	joined := []any{}
	for i, argument := range arguments {
		switch v := argument.(type) {
		case undefined:
			return arguments[1-i], true
		case []any:
			joined = append(joined, v...)
		default:
			joined = append(joined, v)
		}
	}
	return joined, e.spend(len(joined))
}

func plainJoin(e *evaluation, arguments []any) (any, bool) {
	items, isArray := arguments[0].([]any)
	separator, isText := arguments[1].(string)
	if !isArray || !isText {
		return nil, false
	}
	parts := make([]string, len(items))
	for i, item := range items {
		if parts[i], isText = item.(string); !isText {
			return nil, false
		}
	}
	text := strings.Join(parts, separator)
	return text, e.spend(len(text) >> 6)
}

func plainContains(_ *evaluation, arguments []any) (any, bool) {
	text, isText := arguments[0].(string)
	part, isPart := arguments[1].(string)
	return strings.Contains(text, part), isText && isPart
}

// plainSplit divides a text. The library divides it by characters if the separator is empty.
func plainSplit(e *evaluation, arguments []any) (any, bool) {
	text, isText := arguments[0].(string)
	separator, isSeparator := arguments[1].(string)
	if !isText || !isSeparator || separator == "" {
		return nil, false
	}
	parts := strings.Split(text, separator)
	items := make([]any, len(parts))
	for i, part := range parts {
		items[i] = part
	}
	return items, e.spend(len(parts) + len(text)>>6)
}

// plainKeysOf returns the key of an object with one member, and undefined for an empty object. Plain evaluation does not know the order
// of several keys.
func plainKeysOf(v any) (any, bool) {
	object, ok := v.(map[string]any)
	if !ok || len(object) > 1 || isTupleStream(v) {
		return nil, false
	}
	for key := range object {
		return key, !inherited[key]
	}
	return undefined{}, true
}

// plainZip pairs the items of arrays up to the end of the shortest array.
func plainZip(_ *evaluation, arguments []any) (any, bool) {
	shortest := math.MaxInt
	for _, argument := range arguments {
		items, isArray := argument.([]any)
		if !isArray {
			return nil, false
		}
		shortest = min(shortest, len(items))
	}
	zipped := make([]any, shortest)
	for i := range zipped {
		tuple := make([]any, len(arguments))
		for j, argument := range arguments {
			tuple[j] = argument.([]any)[i]
		}
		zipped[i] = tuple
	}
	return zipped, true
}
