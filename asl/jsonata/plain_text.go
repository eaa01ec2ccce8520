package jsonata

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl/intrinsic"
)

// textOf is JSONata's $string for scalars. Numbers have at most 15 significant digits, in JavaScript's notation.
func textOf(value any) (text string, ok bool) {
	switch v := value.(type) {
	case nil:
		return "null", true
	case bool:
		return strconv.FormatBool(v), true
	case string:
		return v, true
	case float64:
		rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
		if abs := math.Abs(rounded); err != nil || abs >= 1e21 || abs < 1e-6 && abs != 0 {
			return "", false
		}
		return strconv.FormatFloat(rounded+0, 'f', -1, 64), true
	}
	return "", false
}

// writer writes a value as JSON.stringify does. written is false for undefined.
type writer func(f *frame, text *strings.Builder) (written, ok bool)

// text compiles $string of an object constructor, whose members keep their order. Plain evaluation does not know the order of the
// members of any other object.
func (c *compiler) text(argument node) plain {
	write := c.writer(argument)
	if write == nil {
		return nil
	}
	return func(f *frame) (any, bool) {
		var text strings.Builder
		_, ok := write(f, &text)
		return text.String(), ok && f.spend(text.Len()>>6)
	}
}

func isObject(n node) bool {
	return n.kind() == "unary" && n.text("value") == "{" && n.hasOnly(plainKeys)
}

func (c *compiler) writer(n node) writer {
	if isObject(n) {
		return c.objectWriter(n)
	}
	value := c.compile(n)
	if value == nil {
		return nil
	}
	return func(f *frame, text *strings.Builder) (written, ok bool) {
		v, ok := value(f)
		if !ok {
			return false, false
		}
		switch v := v.(type) {
		case undefined:
			return false, true
		case string:
			quote(text, v)
			return true, true
		}
		scalar, ok := textOf(v)
		text.WriteString(scalar)
		return true, ok
	}
}

func (c *compiler) objectWriter(n node) writer {
	members, ok := c.members(n)
	if !ok {
		return nil
	}
	writers := make([]writer, len(members))
	for i, member := range members {
		if isIndex(member.key) {
			return nil
		}
		if writers[i] = c.writer(member.value); writers[i] == nil {
			return nil
		}
	}
	return func(f *frame, text *strings.Builder) (written, ok bool) {
		separator := "{"
		for i, write := range writers {
			var member strings.Builder
			written, ok := write(f, &member)
			if !ok {
				return false, false
			}
			if written {
				text.WriteString(separator)
				quote(text, members[i].key)
				text.WriteString(":" + member.String())
				separator = ","
			}
		}
		if separator == "{" {
			text.WriteString(separator)
		}
		text.WriteString("}")
		return true, true
	}
}

// isIndex reports whether a key may be an index, which JavaScript orders before all other keys.
func isIndex(key string) bool { return key != "" && key[0] >= '0' && key[0] <= '9' }

// quote writes a text as JSON.stringify does.
func quote(text *strings.Builder, s string) {
	text.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			text.WriteByte('\\')
			text.WriteByte(c)
		case c >= ' ':
			text.WriteByte(c)
		default:
			if short := strings.IndexByte("\b\f\n\r\t", c); short >= 0 {
				text.WriteByte('\\')
				text.WriteByte("bfnrt"[short])
			} else {
				text.WriteString(`\u00` + string("01"[c>>4]) + string("0123456789abcdef"[c&15]))
			}
		}
	}
	text.WriteByte('"')
}

// parseJSON is JSON.parse for texts that both decoders read the same way.
func parseJSON(text string) (value any, ok bool) {
	return value, json.Unmarshal([]byte(text), &value) == nil
}

// plainSubstring returns a part of a text, counted in code points. A negative start counts from the end.
func plainSubstring(_ *evaluation, arguments []any) (any, bool) {
	if _, isUndefined := arguments[0].(undefined); isUndefined && areWhole(arguments[1:]) {
		return undefined{}, true
	}
	text, isText := arguments[0].(string)
	if !isText || !areWhole(arguments[1:]) {
		return nil, false
	}
	points := []rune(text)
	start, end := int(arguments[1].(float64)), len(points)
	if start < 0 {
		start = max(0, start+len(points))
	}
	if len(arguments) == 3 {
		end = min(end, start+int(arguments[2].(float64)))
	}
	if start >= end {
		return "", true
	}
	return string(points[start:end]), true
}

// areWhole reports whether all values are 32-bit integers.
func areWhole(values []any) bool {
	for _, value := range values {
		number, isNumber := value.(float64)
		if !isNumber || number != math.Trunc(number) || math.Abs(number) > math.MaxInt32 {
			return false
		}
	}
	return true
}

// plainFormatInteger pads a number with zeros for a picture that has only zeros.
func plainFormatInteger(_ *evaluation, arguments []any) (any, bool) {
	picture, isText := arguments[1].(string)
	if !isText || !areWhole(arguments[:1]) || arguments[0].(float64) < 0 || picture == "" || strings.Trim(picture, "0") != "" {
		return nil, false
	}
	digits := strconv.Itoa(int(arguments[0].(float64)))
	return strings.Repeat("0", max(0, len(picture)-len(digits))) + digits, true
}

func plainHash(_ *evaluation, arguments []any) (any, bool) {
	text, isText := arguments[0].(string)
	algorithm, isName := arguments[1].(string)
	if !isText || !isName {
		return nil, false
	}
	return intrinsic.Digest(text, algorithm)
}
