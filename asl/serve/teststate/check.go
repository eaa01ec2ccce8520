package teststate

import (
	"slices"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/serve/diagnose"
	"clinical-risk-pipeline/asl/value"
)

// defaultName is the name that AWS gives a state whose definition stands alone.
const defaultName = "StateName"

// load loads the definition and finds the state.
func (t *test) load() *api.Error {
	name := defaultName
	var diagnostics []diagnose.Diagnostic
	if t.in.StateName == nil {
		t.machine, diagnostics = diagnose.State(t.in.Definition, name)
	} else {
		name = *t.in.StateName
		t.machine, diagnostics = diagnose.Definition(t.in.Definition, asl.Standard)
	}
	if refusal := diagnose.Refusal(diagnostics); refusal != "" {
		return api.Errorf("InvalidDefinition", "Invalid State Machine Definition: '%s'", refusal)
	}
	var found bool
	if t.state, found = t.machine.State(name); !found {
		return api.Invalid("State '%s' does not exist in the definition", name)
	}
	return nil
}

// checkMock checks whether the state can have the mock, or needs one.
func (t *test) checkMock() *api.Error {
	mock, kind := t.in.Mock, t.state.Type
	works := kind == "Task" || kind == "Map" || kind == "Parallel"
	switch {
	case mock == nil && works && kind != "Task":
		return api.Errorf("InvalidDefinition", "TestState API does not support Map or Parallel states. "+
			"Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]")
	case mock == nil && t.state.Token:
		return api.Invalid("TestState does not support Resource '%s' when a mock is not specified.", t.state.Resource)
	case mock == nil && kind == "Task" && t.in.RoleARN == nil:
		return api.Invalid("RoleArn must be specified when testing a Task state")
	case mock == nil:
		return nil
	case !works:
		return api.Invalid("State type '%s' is not supported when a mock is specified", kind)
	case t.in.RevealSecrets != nil && *t.in.RevealSecrets:
		return api.Invalid("TestState does not support RevealSecrets when a mock is specified.")
	case (mock.Result == nil) == (mock.ErrorOutput == nil):
		return api.Invalid("A test mock should have only one of the following fields: [result, errorOutput].")
	case mock.ErrorOutput != nil && mock.ErrorOutput.Error == nil:
		return api.Invalid("Error must be specified when an ErrorOutput is mocked.")
	}
	return nil
}

// checkConfiguration checks whether the state can have the configuration.
func (t *test) checkConfiguration() *api.Error {
	c := t.configuration()
	isMap := t.state.Type == "Map"
	for _, field := range []struct {
		name  string
		given bool
		fits  bool
		where string
	}{
		{"RetrierRetryCount", c.RetrierRetryCount != nil, true, ""},
		{"ErrorCausedByState", c.ErrorCausedByState != nil, isMap || t.state.Type == "Parallel", "Map and Parallel states"},
		{"MapIterationFailureCount", c.MapIterationFailureCount != nil, isMap, "Map states"},
		{"MapItemReaderData", c.MapItemReaderData != nil, isMap, "Map states"},
		{"Context", t.in.Context != nil, true, ""},
	} {
		switch {
		case field.given && t.in.Mock == nil:
			return api.Invalid("TestState does not support %s when a mock is not specified.", field.name)
		case field.given && !field.fits:
			return api.Invalid("TestState supports %s for %s only.", field.name, field.where)
		}
	}
	if c.ErrorCausedByState != nil && !slices.Contains(t.state.Inner, *c.ErrorCausedByState) {
		return api.Invalid("ErrorCausedByState '%s' does not exist inside the state '%s'", *c.ErrorCausedByState, t.state.Name)
	}
	return nil
}

// checkResult checks a mocked result.
func (t *test) checkResult() *api.Error {
	mock := t.in.Mock
	if mock == nil || mock.Result == nil {
		return nil
	}
	var fault string
	if t.result, fault = decode(*mock.Result); fault != "" {
		return api.Invalid("Mocked result must be valid JSON: %s", fault)
	}
	_, isArray := t.result.([]any)
	_, isObject := t.result.(*value.Object)
	switch {
	case t.state.Type == "Task":
		return t.checkResponse()
	case t.state.Exports && !isObject:
		return api.Invalid("Mocked result must be an object.")
	case !t.state.Exports && !isArray:
		return api.Invalid("Mocked result must be an array.")
	}
	return nil
}

// checkResponse compares the mocked result of a task with the API of the service.
func (t *test) checkResponse() *api.Error {
	mode := t.in.Mock.FieldValidationMode
	if mode == modeNone {
		return nil
	}
	expected := resultOf(t.state.Resource)
	if expected == nil {
		return nil
	}
	if fault := expected.check(t.result, mode != modePresent); fault != "" {
		return api.Invalid("%s", fault)
	}
	return nil
}
