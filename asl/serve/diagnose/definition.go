package diagnose

import (
	"errors"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// Severity is how bad a diagnostic is.
type Severity string

// The severities.
const (
	Error   Severity = "ERROR"   // CreateStateMachine refuses the definition
	Warning Severity = "WARNING" // an execution fails when it gets there
)

// Diagnostic is something wrong in a definition, as ValidateStateMachineDefinition reports it.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`
	Message  string   `json:"message"`
	Location string   `json:"location,omitempty"`
}

// Definition loads a definition for a workflow of the type. It returns no machine when a diagnostic is an Error.
func Definition(definition string, kind asl.Type) (*asl.Machine, []Diagnostic) {
	raw, diagnostic := object(definition)
	if diagnostic != nil {
		return nil, []Diagnostic{*diagnostic}
	}
	machine, err := asl.Load([]byte(definition), asl.As(kind))
	if err != nil {
		machine, _ = asl.Load([]byte(definition), asl.As(kind), asl.Lenient()) // The first error has these faults, too.
	}
	return machine, render(faultsOf(err), raw)
}

func notAnObject() *Diagnostic {
	return &Diagnostic{Severity: Error, Code: schema, Message: "Definition must be a valid JSON object"}
}

// faultsOf returns the faults that an error of Load joins.
func faultsOf(err error) []*asl.Fault {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var faults []*asl.Fault
		for _, inner := range joined.Unwrap() {
			faults = append(faults, faultsOf(inner)...)
		}
		return faults
	}
	if fault, ok := errors.AsType[*asl.Fault](err); ok {
		return []*asl.Fault{fault}
	}
	if err != nil {
		return []*asl.Fault{{Message: err.Error()}}
	}
	return nil
}

// render writes faults in AWS's words. AWS reports the missing fields of an object together.
func render(faults []*asl.Fault, definition *value.Object) []Diagnostic {
	at := locate(definition)
	all := []Diagnostic{}
	missing := map[string][]string{}
	for _, fault := range faults {
		d := at.render(fault)
		if field, ok := strings.CutPrefix(d.Message, missingField); ok {
			if missing[d.Location] == nil {
				all = append(all, d)
			}
			missing[d.Location] = append(missing[d.Location], field)
			continue
		}
		all = append(all, d)
	}
	for i := range all {
		if fields, ok := missing[all[i].Location]; ok && strings.HasPrefix(all[i].Message, missingField) {
			slices.SortFunc(fields, inAWSOrder)
			all[i].Message = "These fields are required: [" + strings.Join(fields, ", ") + "]"
		}
	}
	return all
}

// inAWSOrder sorts States before the others, as recorded.
func inAWSOrder(a, b string) int {
	if (a == "States") != (b == "States") {
		if a == "States" {
			return -1
		}
		return 1
	}
	return strings.Compare(a, b)
}

// Refusal returns what CreateStateMachine answers to diagnostics: "" when none is an Error.
func Refusal(diagnostics []Diagnostic) string {
	var all []string
	for _, d := range diagnostics {
		if d.Severity != Error {
			continue
		}
		text := d.Code + ": " + d.Message
		if d.Location != "" && d.Code != invalidJSON {
			text += " at " + d.Location
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}
