package asl_test

import (
	"testing"

	"clinical-risk-pipeline/asl"
)

func TestPass(t *testing.T) {
	for _, row := range []struct{ why, definition, input, output string }{
		{"passes its input on", one(`{"Type": "Pass", "End": true}`), `{"a": 1}`, `{"a": 1}`},
		{"Result is not a template", one(`{"Type": "Pass", "Result": {"x.$": "$.a"}, "ResultPath": "$.r", "End": true}`), `{"a": 1}`, `{"a": 1, "r": {"x.$": "$.a"}}`},
		{"Parameters are a template", one(`{"Type": "Pass", "Parameters": {"x.$": "$.a", "l": [{"y.$": "$.a"}, "$.a"]}, "End": true}`), `{"a": 1}`, `{"x": 1, "l": [{"y": 1}, "$.a"]}`},
		{"ResultPath creates missing objects", one(`{"Type": "Pass", "Result": 1, "ResultPath": "$.b.c", "End": true}`), `{"a": 1}`, `{"a": 1, "b": {"c": 1}}`},
		{"large integers stay exact", one(`{"Type": "Pass", "Parameters": {"x.$": "$.a"}, "End": true}`), `{"a": 9007199254740993}`, `{"x": 9007199254740993}`},
		{"JSONata Output", oneJSONata(`{"Type": "Pass", "Output": {"x": "{% $states.input.a + 1 %}", "y": " {% 1 %}"}, "End": true}`), `{"a": 1}`, `{"x": 2, "y": " {% 1 %}"}`},
		{"a state's own query language", one(`{"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.a + 1 %}", "End": true}`), `{"a": 1}`, `2`},
	} {
		t.Run(row.why, func(t *testing.T) { succeeds(t, execute(t, row.definition, row.input, asl.Options{}), row.output) })
	}
}
