package serve

import (
	"context"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/serve/diagnose"
)

// define puts a definition into a revision, or refuses it.
func (s *Server) define(r *revision, definition string, kind asl.Type) *api.Error {
	machine, diagnostics := diagnose.Definition(definition, kind)
	if refusal := diagnose.Refusal(diagnostics); refusal != "" {
		return api.Errorf("InvalidDefinition", "Invalid State Machine Definition: '%s'", refusal)
	}
	r.Definition, r.machine, r.references = definition, machine, machine.VariableReferences()
	return nil
}

// jsonFault says in AWS's words why a text is not JSON.
func jsonFault(text string) string {
	if fault := diagnose.JSON(text); fault != nil {
		return fault.Message
	}
	return "Unexpected text after the value"
}

type validateStateMachineDefinitionInput struct {
	Definition string `json:"definition" api:"required,min=1,max=1048576,sensitive"`
	Type       string `json:"type" api:"enum=STANDARD|EXPRESS"`
	Severity   string `json:"severity" api:"enum=ERROR|WARNING"`
	MaxResults *int64 `json:"maxResults" api:"min=0,max=100"`
}

type validateStateMachineDefinitionOutput struct {
	Result      string                `json:"result"`
	Diagnostics []diagnose.Diagnostic `json:"diagnostics"`
	Truncated   bool                  `json:"truncated"`
}

// maxDiagnostics is the number of diagnostics when maxResults is 0 or absent.
const maxDiagnostics = 100

func (s *Server) validateStateMachineDefinition(_ context.Context, in *validateStateMachineDefinitionInput) (*validateStateMachineDefinitionOutput, *api.Error) {
	kind := asl.Standard
	if in.Type != "" {
		kind = asl.Type(in.Type)
	}
	_, diagnostics := diagnose.Definition(in.Definition, kind)
	out := &validateStateMachineDefinitionOutput{Result: "OK", Diagnostics: []diagnose.Diagnostic{}}
	for _, d := range diagnostics {
		if d.Severity == diagnose.Error {
			out.Result = "FAIL"
		} else if in.Severity != string(diagnose.Warning) {
			continue
		}
		out.Diagnostics = append(out.Diagnostics, d)
	}
	n := maxDiagnostics
	if in.MaxResults != nil && *in.MaxResults > 0 {
		n = int(*in.MaxResults)
	}
	if out.Truncated = len(out.Diagnostics) > n; out.Truncated {
		out.Diagnostics = out.Diagnostics[:n]
	}
	return out, nil
}
