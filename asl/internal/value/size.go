package value

import (
	"encoding/json"
	"math"
)

// Size returns the length of the value as JSON text in bytes.
func Size(v any) int {
	switch v := v.(type) {
	case nil:
		return len("null")
	case bool:
		if v {
			return len("true")
		}
		return len("false")
	case string:
		return stringSize(v)
	case float64:
		return floatSize(v)
	case json.Number:
		return len(v)
	case []any:
		n := 2 + max(0, len(v)-1)
		for _, e := range v {
			n += Size(e)
		}
		return n
	case map[string]any:
		n := 2 + max(0, len(v)-1) + len(v)
		for k, e := range v {
			n += stringSize(k) + Size(e)
		}
		return n
	}
	return len(appendOther(nil, v))
}

func stringSize(s string) int {
	n := len(s) + 2
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= ' ' && c != '"' && c != '\\':
		case c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f':
			n++
		default:
			n += len(`\u0000`) - 1
		}
	}
	return n
}

func floatSize(f float64) int {
	if f == math.Trunc(f) && math.Abs(f) < 1e6 { // the common case, without formatting
		n := 1
		if f < 0 {
			n, f = 2, -f
		}
		for ; f >= 10; f /= 10 {
			n++
		}
		return n
	}
	var buffer [32]byte
	return len(appendFloat(buffer[:0], f))
}
