package value

import (
	"encoding/json"
	"math"
	"strconv"
)

// Number returns the number as a float64, or unchanged if it is a 64-bit integer that a float64 cannot hold exactly, or too large for a
// float64. Java reads larger integers as doubles, too.
func Number(n json.Number) any {
	f, err := n.Float64()
	if err != nil {
		return n
	}
	if math.Abs(f) >= maxExact {
		if _, err := strconv.ParseInt(string(n), 10, 64); err == nil {
			return n
		}
	}
	return f
}

// Float returns the value as a float64 if it is a number.
func Float(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}

// TypeName returns JSON's name for the type of the value.
func TypeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case *Object:
		return "object"
	}
	return "number"
}

// ParseFloat reads a number in a string.
func ParseFloat(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}
