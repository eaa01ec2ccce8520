package diagnose

import (
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// State loads the definition of a single state under a name, as TestState does. It returns no machine when a diagnostic is an Error.
func State(definition, name string) (*asl.Machine, []Diagnostic) {
	raw, diagnostic := object(definition)
	if diagnostic != nil {
		return nil, []Diagnostic{*diagnostic}
	}
	machine, err := asl.LoadState([]byte(definition), name)
	if err != nil {
		machine, _ = asl.LoadState([]byte(definition), name, asl.Lenient()) // The first error has these faults, too.
	}
	return machine, render(faultsOf(err), value.NewObject(1).With("States", value.NewObject(1).With(name, raw)))
}

// object reads a definition, or says why it is no object.
func object(definition string) (*value.Object, *Diagnostic) {
	if strings.TrimSpace(definition) == "" {
		return nil, notAnObject()
	}
	if fault := JSON(definition); fault != nil {
		return nil, &Diagnostic{Error, invalidJSON, fault.Message + "\n at " + fault.Source, fault.Source}
	}
	v, _ := value.DecodeString(definition)
	raw, ok := v.(*value.Object)
	if !ok {
		return nil, notAnObject()
	}
	return raw, nil
}
