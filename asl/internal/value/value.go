// Package value handles JSON values: nil, bool, string, float64, []any, map[string]any, and json.Number for integers that a
// float64 would change.
package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
)

// maxExact is the largest integer up to which a float64 holds every integer.
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

// Numbers replaces each json.Number that a float64 holds exactly, in place, and returns the value.
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

// Number is the number's value: a float64, unless it is an integer that a float64 would change.
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

// Float is the value as a float64, if it is a number.
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

// TypeName is JSON's name for the type of the value.
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
