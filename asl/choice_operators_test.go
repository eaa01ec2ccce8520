package asl_test

import (
	"testing"

	"clinical-risk-pipeline/asl"
)

func TestChoiceOperators(t *testing.T) {
	const input = `{"one": 1, "two": 2, "big": 9007199254740993, "a": "a", "b": "b", "yes": true, "null": null, "early": "2026-01-01T00:00:00Z",
		"late": "2026-01-01T00:00:00.001Z", "sameInParis": "2026-01-01T01:00:00+01:00", "list": [1, 2]}`
	for _, row := range []struct {
		rule string
		want bool
		why  string
	}{
		{`{"Variable": "$.one", "NumericEquals": 1}`, true, "equal"},
		{`{"Variable": "$.one", "NumericLessThanPath": "$.two"}`, true, "by path"},
		{`{"Variable": "$.two", "NumericLessThanEquals": 2}`, true, "inclusive"},
		{`{"Variable": "$.two", "NumericGreaterThan": 2}`, false, "exclusive"},
		{`{"Variable": "$.two", "NumericGreaterThanEquals": 2.5}`, false, "less"},
		{`{"Variable": "$.big", "NumericGreaterThan": 9007199254740992}`, true, "integers compare exactly"},
		{`{"Variable": "$.a", "NumericEquals": 1}`, false, "another type never matches"},
		{`{"Variable": "$.one", "NumericEqualsPath": "$.a"}`, false, "an operand of another type never matches"},
		{`{"Variable": "$.one", "NumericGreaterThanPath": "$.a"}`, false, "values of different types have no order"},
		{`{"Variable": "$.a", "StringGreaterThanPath": "$.one"}`, false, "a number is not a string"},
		{`{"Variable": "$.early", "TimestampGreaterThanPath": "$.a"}`, false, "text is not a timestamp"},
		{`{"Variable": "$.a", "StringLessThanPath": "$.b"}`, true, "strings have an order"},
		{`{"Variable": "$.a", "StringEquals": "A"}`, false, "strings are case-sensitive"},
		{`{"Variable": "$.yes", "BooleanEquals": true}`, true, "booleans"},
		{`{"Variable": "$.null", "BooleanEquals": false}`, false, "null is not a boolean"},
		{`{"Variable": "$.early", "TimestampLessThanPath": "$.late"}`, true, "fractions of a second count"},
		{`{"Variable": "$.early", "TimestampEqualsPath": "$.sameInParis"}`, true, "offsets count"},
		{`{"Variable": "$.a", "TimestampEquals": "2026-01-01T00:00:00Z"}`, false, "text is not a timestamp"},
		{`{"Variable": "$.none", "IsPresent": false}`, true, "absent"},
		{`{"Variable": "$.null", "IsPresent": true}`, true, "null is present"},
		{`{"Variable": "$.null", "IsNull": true}`, true, "null"},
		{`{"Variable": "$.one", "IsNumeric": true}`, true, "number"},
		{`{"Variable": "$.one", "IsString": false}`, true, "a number is not a string"},
		{`{"Variable": "$.yes", "IsBoolean": true}`, true, "boolean"},
		{`{"Variable": "$.early", "IsTimestamp": true}`, true, "timestamp"},
		{`{"Variable": "$.a", "IsTimestamp": true}`, false, "text is not a timestamp"},
		{`{"Variable": "$.list[1]", "NumericEquals": 2}`, true, "an element"},
		{`{"And": [{"Variable": "$.one", "IsNumeric": true}, {"Variable": "$.a", "IsString": true}]}`, true, "both"},
		{`{"And": [{"Variable": "$.none", "IsPresent": true}, {"Variable": "$.none", "NumericEquals": 1}]}`, false, "And stops at the first that does not match"},
		{`{"Or": [{"Variable": "$.one", "NumericEquals": 1}, {"Variable": "$.none", "NumericEquals": 1}]}`, true, "Or stops at the first that matches"},
		{`{"Not": {"Or": [{"Variable": "$.one", "NumericEquals": 2}, {"Variable": "$.one", "NumericEquals": 3}]}}`, true, "nested"},
	} {
		if x := execute(t, chooses(row.rule), input, asl.Options{}); x.Output != row.want {
			t.Errorf("%s: %v %s, want %v: %s", row.rule, x.Output, x.Cause, row.want, row.why)
		}
	}
}

func TestStringMatches(t *testing.T) {
	for _, row := range []struct {
		text, pattern string
		want          bool
	}{
		{"zebra.log", "*.log", true},
		{"zebra.log", "*.lo", false},
		{"zebra.log", "zebra*", true},
		{"zebra.log", "z*a*g", true},
		{"zebra.log", "z*b*b*", false},
		{"aba", "aba*aba", false},
		{"", "*", true},
		{"a*b", `a\\*b`, true},
		{"axb", `a\\*b`, false},
		{`a\\b`, `a\\\\b`, true},
		{"Zebra", "z*", false},
	} {
		x := execute(t, chooses(`{"Variable": "$.t", "StringMatches": "`+row.pattern+`"}`), `{"t": "`+row.text+`"}`, asl.Options{})
		if x.Output != row.want {
			t.Errorf("%q matches %q: %v, want %v", row.text, row.pattern, x.Output, row.want)
		}
	}
}
