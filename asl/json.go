package asl

import "clinical-risk-pipeline/asl/internal/value"

// Decode reads one JSON value the way this package holds values: numbers as float64, except integers beyond ±2^53, which stay a json.Number.
func Decode(data []byte) (any, error) { return value.Decode(data) }

// Encode is the value as compact JSON text with sorted keys.
func Encode(v any) string { return value.Encode(v) }
