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
	case *Object:
		n := 2 + max(0, v.Len()-1) + v.Len()
		for i := range v.members {
			n += stringSize(v.members[i].Key) + Size(v.members[i].Value)
		}
		return n
	}
	return len(Append(nil, v))
}

func stringSize(s string) int {
	n := len(s) + 2
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == 0xed && SurrogateAt(s[i:]) != 0: // \ud83d for the three bytes
			n, i = n+len(`\u0000`)-3, i+2
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
	return len(AppendNumber(buffer[:0], f))
}
