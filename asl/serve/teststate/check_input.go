package teststate

import (
	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/serve/diagnose"
	"clinical-risk-pipeline/asl/value"
)

// readInput reads the input and the variables, and makes the context object of a request that has none.
func (t *test) readInput() *api.Error {
	source := "{}"
	if t.in.Input != nil {
		source = *t.in.Input
	}
	var fault string
	if t.input, fault = decode(source); fault != "" {
		return api.Errorf("InvalidExecutionInput", "Invalid State Machine Execution Input: '%s'", fault)
	}
	if t.in.Variables != nil {
		t.variables, fault = decode(*t.in.Variables)
		if _, isObject := t.variables.(*value.Object); fault == "" && !isObject {
			fault = "variables must be an object"
		}
		if fault != "" {
			return api.Invalid("Invalid variables provided: %s", fault)
		}
	}
	if t.context == nil {
		if t.context, fault = decode(t.ownContext(source)); fault != "" {
			panic("teststate: the context object cannot be read: " + fault) // Every call without a context fails, in tests, too.
		}
	}
	return nil
}

// decode reads JSON. It returns what is wrong in the words of AWS.
func decode(text string) (v any, fault string) {
	if f := diagnose.JSON(text); f != nil {
		return nil, f.Message
	}
	v, err := value.DecodeString(text)
	if err != nil {
		return nil, err.Error()
	}
	return v, ""
}
