package asl_test

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

// The causes are those that others measured on AWS (floci-io/floci#2737) or recorded (LocalStack's snapshots of evaluate_jsonata).
func TestExpressionsThatStop(t *testing.T) {
	for _, row := range []struct{ why, expression, cause string }{
		{"a depth over 100", "1" + strings.Repeat("+1", 150),
			"threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"},
		{"endless recursion", "($f := function($x) { $f($x) + 1 }; $f(1))",
			"threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"},
		{"too much memory", "$sum([1..900000])", "threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage"},
		{"an endless loop", "($f := function($x) { $f($x) }; $f(1))", "threw an error during evaluation: Expression evaluation timeout: Check for infinite loop"},
		{"a function as the result", "$f := function($x) { $x }", "returned an unsupported result type."},
		{"a function inside the result", "[function($x) { $x }]", "returned an unsupported result type."},
		{"a fault of the language", "$states.input + 1", `threw an error during evaluation. T2001: The left side of the "+" operator must evaluate to a number`},
		{"nothing", "$states.input.nothing", "returned nothing (undefined)."},
	} {
		x := execute(t, oneJSONata(`{"Type": "Pass", "Output": "{% `+row.expression+` %}", "End": true}`), `{}`, asl.Options{})
		want := "The JSONata expression '" + row.expression + "' specified for the field 'Output' " + row.cause
		if x.Status != asl.Failed || x.Error != "States.QueryEvaluationError" || !strings.HasSuffix(x.Cause, want) {
			t.Errorf("%s: %s %s: %s\nwant %s", row.why, x.Status, x.Error, x.Cause, want)
		}
	}
}

func TestNumbersThatAreNotFinite(t *testing.T) {
	for _, expression := range []string{"1/0", "-1/0", "1e308*10", "$parseInteger('foo', '0')"} {
		x := execute(t, oneJSONata(`{"Type": "Pass", "Output": "{% [`+expression+`] %}", "End": true}`), `{}`, asl.Options{})
		if x.Status != asl.Succeeded || asl.Encode(x.Output) != "[null]" {
			t.Errorf("%s: %s %s %s", expression, x.Status, asl.Encode(x.Output), x.Cause)
		}
	}
}
