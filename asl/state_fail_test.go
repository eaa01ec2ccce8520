package asl_test

import (
	"testing"

	"clinical-risk-pipeline/asl"
)

func TestFail(t *testing.T) {
	for _, row := range []struct{ why, definition, name, cause string }{
		{"constant", one(`{"Type": "Fail", "Error": "E", "Cause": "C"}`), "E", "C"},
		{"no fields", one(`{"Type": "Fail"}`), "", ""},
		{"by path and intrinsic function", one(`{"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.c)"}`), "name", "why!"},
		{"by expression", oneJSONata(`{"Type": "Fail", "Error": "{% $states.input.e %}", "Cause": "{% $states.input.c & '!' %}"}`), "name", "why!"},
		{"not a string", one(`{"Type": "Fail", "ErrorPath": "$.n"}`), asl.ErrRuntime,
			"An error occurred while executing the state 'S' (entered at the event id #2). The ErrorPath parameter does not reference a string value: 1"},
		{"a path without a value", one(`{"Type": "Fail", "CausePath": "$.x"}`), asl.ErrRuntime,
			"An error occurred while executing the state 'S' (entered at the event id #2). The JSONPath '$.x' specified for the field 'CausePath' could not be found in the input '{\"e\":\"name\",\"c\":\"why\",\"n\":1}'"},
	} {
		t.Run(row.why, func(t *testing.T) {
			fails(t, execute(t, row.definition, `{"e": "name", "c": "why", "n": 1}`, asl.Options{}), row.name, row.cause)
		})
	}
}
