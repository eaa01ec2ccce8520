package serve

import (
	"context"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

type describeExecutionInput struct {
	ExecutionARN string `json:"executionArn" api:"required,min=1,max=256"`
	IncludedData string `json:"includedData" api:"enum=ALL_DATA|METADATA_ONLY"`
}

type describeExecutionOutput struct {
	ExecutionARN           string     `json:"executionArn"`
	StateMachineARN        string     `json:"stateMachineArn"`
	Name                   string     `json:"name"`
	Status                 asl.Status `json:"status"`
	StartDate              *api.Time  `json:"startDate"`
	StopDate               *api.Time  `json:"stopDate,omitempty"`
	Input                  *string    `json:"input,omitempty"`
	InputDetails           *included  `json:"inputDetails"`
	Output                 *string    `json:"output,omitempty"`
	OutputDetails          *included  `json:"outputDetails,omitempty"`
	TraceHeader            string     `json:"traceHeader,omitempty"`
	MapRunARN              string     `json:"mapRunArn,omitempty"`
	Error                  *string    `json:"error,omitempty"`
	Cause                  *string    `json:"cause,omitempty"`
	StateMachineVersionARN string     `json:"stateMachineVersionArn,omitempty"`
	StateMachineAliasARN   string     `json:"stateMachineAliasArn,omitempty"`
	RedriveCount           int        `json:"redriveCount"`
	RedriveDate            *api.Time  `json:"redriveDate,omitempty"`
	RedriveStatus          string     `json:"redriveStatus"`
	RedriveStatusReason    string     `json:"redriveStatusReason,omitempty"`
}

func (s *Server) describeExecution(_ context.Context, in *describeExecutionInput) (*describeExecutionOutput, *api.Error) {
	x, err := s.executions.find(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	v := x.view()
	out := &describeExecutionOutput{ExecutionARN: x.ARN, StateMachineARN: x.MachineARN, Name: x.Name, Status: v.Status, StartDate: api.TimeOf(x.Start),
		StopDate: api.TimeOf(v.Stop), Input: &x.Input, InputDetails: &included{true}, Output: v.Output, TraceHeader: x.TraceHeader, MapRunARN: x.MapRunARN,
		Error: v.Error, Cause: v.Cause, StateMachineVersionARN: x.VersionARN, StateMachineAliasARN: x.AliasARN,
		RedriveCount: v.RedriveCount, RedriveDate: api.TimeOf(v.Redriven)}
	out.RedriveStatus, out.RedriveStatusReason = x.redrivable(v, s.now())
	if v.Output != nil {
		out.OutputDetails = &included{true}
	}
	if in.IncludedData == metadataOnly {
		out.Input, out.InputDetails = nil, &included{false}
		if out.Output != nil {
			out.Output, out.OutputDetails = nil, &included{false}
		}
	}
	return out, nil
}

type describeStateMachineForExecutionOutput struct {
	StateMachineARN         string                  `json:"stateMachineArn"`
	Name                    string                  `json:"name"`
	Definition              string                  `json:"definition"`
	RoleARN                 string                  `json:"roleArn"`
	UpdateDate              *api.Time               `json:"updateDate"`
	LoggingConfiguration    loggingConfiguration    `json:"loggingConfiguration"`
	TracingConfiguration    tracingConfiguration    `json:"tracingConfiguration"`
	MapRunARN               string                  `json:"mapRunArn,omitempty"`
	Label                   string                  `json:"label,omitempty"`
	RevisionID              string                  `json:"revisionId,omitempty"`
	EncryptionConfiguration encryptionConfiguration `json:"encryptionConfiguration"`
	VariableReferences      map[string][]string     `json:"variableReferences,omitempty"`
}

func (s *Server) describeStateMachineForExecution(_ context.Context, in *describeExecutionInput) (*describeStateMachineForExecutionOutput, *api.Error) {
	x, err := s.executions.find(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	r := x.revision
	_, label, _ := strings.Cut(x.machineName(), "/")
	out := &describeStateMachineForExecutionOutput{StateMachineARN: x.MachineARN, Name: x.machineName(), Definition: r.Definition, RoleARN: r.RoleARN,
		UpdateDate: api.TimeOf(r.Updated), LoggingConfiguration: r.Logging, TracingConfiguration: r.Tracing, MapRunARN: x.MapRunARN, Label: label,
		RevisionID: r.ID, EncryptionConfiguration: r.Encryption, VariableReferences: r.references}
	if in.IncludedData == metadataOnly {
		out.Definition, out.VariableReferences = "{}", nil
	}
	return out, nil
}

// machineName returns the name of the state machine; of a child execution, with the label of the Map.
func (x *execution) machineName() string {
	return x.MachineARN[strings.LastIndex(x.MachineARN, ":")+1:]
}
