package teststate

import (
	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/value"
)

// readInput reads the input and the variables, and makes the context object of a request that has none.
func (t *test) readInput() *api.Error {
	source := "{}"
	if t.in.Input != nil {
		source = *t.in.Input
	}
	var err error
	if t.input, err = asl.Decode([]byte(source)); err != nil {
		return api.Errorf("InvalidExecutionInput", "Invalid State Machine Execution Input: '%v'", err)
	}
	if t.in.Variables != nil {
		v, err := value.DecodeString(*t.in.Variables)
		if err != nil {
			return api.Invalid("Invalid variables provided: %v", err)
		}
		if _, isObject := v.(*value.Object); !isObject {
			return api.Invalid("Invalid variables provided: variables must be an object")
		}
		t.variables, _ = asl.Decode([]byte(*t.in.Variables))
	}
	if t.context == nil {
		t.context, _ = asl.Decode([]byte(t.ownContext(source)))
	}
	return nil
}
