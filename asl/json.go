package asl

import "clinical-risk-pipeline/asl/value"

// Decode reads one JSON value. Numbers become float64, except integers beyond ±2^53, which become json.Number.
func Decode(data []byte) (any, error) { return value.Decode(data) }

// Encode returns the value as compact JSON text, with the members of objects in their order.
func Encode(v any) string { return value.Encode(v) }
