package intrinsic

import (
	"encoding/json"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// appendJSON appends the value as compact JSON, with the members of objects in the order of their names.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case string:
		return appendQuoted(b, v)
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, item)
		}
		return append(b, ']')
	case map[string]any:
		b = append(b, '{')
		for i, key := range sortedKeys(v) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendQuoted(b, key), ':')
			b = appendJSON(b, v[key])
		}
		return append(b, '}')
	}
	return append(b, number(v)...)
}

func sortedKeys(object map[string]any) []string {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// appendQuoted escapes what JSON demands and nothing else, as Jackson does: encoding/json would escape < and U+2028, too.
func appendQuoted(b []byte, s string) []byte {
	const short = "\"\"\\\\\bb\ff\nn\rr\tt"
	b = append(b, '"')
	for _, r := range s {
		if at := strings.IndexRune(short, r); at >= 0 && at%2 == 0 {
			b = append(b, '\\', short[at+1])
		} else if r < 0x20 {
			b = append(b, '\\', 'u', '0', '0', "0123456789ABCDEF"[r>>4], "0123456789ABCDEF"[r&15])
		} else {
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// number prints integers without an exponent, other numbers as Java's Double.toString: 0.1, 1.0E-5, 1.23456785E7.
func number(v any) string {
	if text, ok := v.(json.Number); ok {
		return text.String()
	}
	f, _ := v.(float64)
	abs := math.Abs(f)
	switch {
	case f == 0:
		return "0"
	case f == math.Trunc(f) && abs <= 1<<53:
		return strconv.FormatFloat(f, 'f', -1, 64)
	case abs >= 1e-3 && abs < 1e7:
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, 64), "E")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, _ := strconv.Atoi(exponent)
	return mantissa + "E" + strconv.Itoa(n)
}

// display prints a value as States.Format does, which is how Java prints lists and maps: [1, two], {Id=arn, Name=machine}.
func display(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = display(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		parts := make([]string, 0, len(v))
		for _, key := range sortedKeys(v) {
			parts = append(parts, key+"="+display(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return number(v)
}
