// Package value handles JSON values: nil, bool, string, float64, []any, map[string]any, and json.Number for integers that a
// float64 cannot hold exactly.
package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
)

// maxExact is the largest n such that a float64 can hold every integer from 0 to n exactly.
const maxExact = 1 << 53

// Decode reads one JSON value.
func Decode(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the text is empty")
		}
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the JSON value")
	}
	return Numbers(v), nil
}

// Numbers replaces, in place, each json.Number that a float64 can hold exactly. It returns the value.
func Numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		return Number(v)
	case []any:
		for i := range v {
			v[i] = Numbers(v[i])
		}
	case map[string]any:
		for k, e := range v {
			switch e.(type) {
			case json.Number, []any, map[string]any:
				v[k] = Numbers(e)
			}
		}
	}
	return v
}

// Number returns the number as a float64, or unchanged if it is an integer that a float64 cannot hold exactly.
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
	case map[string]any:
		return "object"
	}
	return "number"
}

// ParseFloat reads a number in a string.
func ParseFloat(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}
