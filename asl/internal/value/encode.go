package value

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"clinical-risk-pipeline/asl/value"
)

// Encode returns the value as JSON text with sorted keys, without spaces and with only the escapes that JSON requires.
func Encode(v any) string { return string(Append(nil, v)) }

// Append appends the value as JSON text.
func Append(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case string:
		return value.AppendString(b, v)
	case float64:
		return appendFloat(b, v)
	case json.Number:
		return append(b, v...)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = Append(b, e)
		}
		return append(b, ']')
	case map[string]any:
		return appendObject(b, v)
	}
	return appendOther(b, v)
}

func appendObject(b []byte, object map[string]any) []byte {
	keys := make([]string, 0, len(object))
	for k := range object {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = value.AppendString(b, k)
		b = append(b, ':')
		b = Append(b, object[k])
	}
	return append(b, '}')
}

// appendOther renders a value of another type, such as an int.
func appendOther(b []byte, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, text...)
}

func appendFloat(b []byte, f float64) []byte {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return append(b, "null"...)
	}
	if f == 0 { // without the sign of -0
		return append(b, '0')
	}
	if abs := math.Abs(f); abs < 1e-6 || abs >= 1e21 {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}
