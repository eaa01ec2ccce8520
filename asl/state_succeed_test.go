package asl_test

import (
	"testing"

	"clinical-risk-pipeline/asl"
)

func TestSucceed(t *testing.T) {
	succeeds(t, execute(t, one(`{"Type": "Succeed", "InputPath": "$.a", "OutputPath": "$.b"}`), `{"a": {"b": 1}}`, asl.Options{}), `1`)
	succeeds(t, execute(t, oneJSONata(`{"Type": "Succeed", "Output": "{% $states.input.a %}"}`), `{"a": 1}`, asl.Options{}), `1`)
}
