package intrinsic

import (
	"clinical-risk-pipeline/asl/value"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// display prints a value as States.Format does, like Java prints lists and maps: [1, two], {Id=arn, Name=machine}.
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
	case *value.Object:
		parts := make([]string, 0, v.Len())
		for _, m := range v.Members() {
			parts = append(parts, m.Key+"="+display(m.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return number(v)
}

// number prints integers without an exponent, and other numbers as Java's Double.toString does: 0.1, 1.0E-5, 1.23456785E7.
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
