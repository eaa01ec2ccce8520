package serve

import (
	"context"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/serve/store"
)

// metadataOnly is the value of includedData that leaves payloads and definitions out.
const metadataOnly = "METADATA_ONLY"

type describeStateMachineInput struct {
	StateMachineARN string `json:"stateMachineArn" api:"required,min=1,max=256"`
	IncludedData    string `json:"includedData" api:"enum=ALL_DATA|METADATA_ONLY"`
}

type describeStateMachineOutput struct {
	StateMachineARN         string                  `json:"stateMachineArn"`
	Name                    string                  `json:"name"`
	Status                  string                  `json:"status"`
	Definition              string                  `json:"definition"`
	RoleARN                 string                  `json:"roleArn"`
	Type                    asl.Type                `json:"type"`
	CreationDate            *api.Time               `json:"creationDate"`
	LoggingConfiguration    loggingConfiguration    `json:"loggingConfiguration"`
	TracingConfiguration    tracingConfiguration    `json:"tracingConfiguration"`
	Label                   string                  `json:"label,omitempty"`
	RevisionID              string                  `json:"revisionId,omitempty"`
	Description             string                  `json:"description,omitempty"`
	EncryptionConfiguration encryptionConfiguration `json:"encryptionConfiguration"`
	VariableReferences      map[string][]string     `json:"variableReferences,omitempty"`
}

func (s *Server) describeStateMachine(_ context.Context, in *describeStateMachineInput) (*describeStateMachineOutput, *api.Error) {
	arn, err := parseMachineARN(in.StateMachineARN)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	m, v, _, err := s.resolve(arn)
	if err != nil {
		return nil, err
	}
	r := m.current
	out := &describeStateMachineOutput{StateMachineARN: arn.arn, Name: m.Name, Status: "ACTIVE", Type: m.Type, CreationDate: api.TimeOf(m.Created), Label: arn.label}
	if v != nil {
		r = v.revision
		out.Description, out.CreationDate, out.StateMachineARN = v.Description, api.TimeOf(v.Created), m.versionARN(v.Number)
	}
	out.Definition, out.RoleARN, out.RevisionID, out.VariableReferences = r.Definition, r.RoleARN, r.ID, r.references
	out.LoggingConfiguration, out.TracingConfiguration, out.EncryptionConfiguration = r.Logging, r.Tracing, r.Encryption
	if in.IncludedData == metadataOnly {
		out.Definition, out.VariableReferences = "{}", nil
	}
	return out, nil
}

// resolve returns what an ARN names: a state machine, and its version and alias if the ARN has them. An alias chooses the version by
// weight. The caller holds the lock.
func (s *Server) resolve(arn machineARN) (*machine, *version, *alias, *api.Error) {
	m, err := s.find(arn)
	if err != nil || arn.qualifier == "" {
		return m, nil, nil, err
	}
	if v := m.version(arn.qualifier); v != nil {
		return m, v, nil, nil
	}
	if a := m.alias(arn.qualifier); a != nil {
		return m, m.route(a), a, nil
	}
	return nil, nil, nil, noMachine(arn.arn)
}

type deleteStateMachineInput struct {
	StateMachineARN string `json:"stateMachineArn" api:"required,min=1,max=256"`
}

// empty is an answer without members.
type empty struct{}

// deleteStateMachine deletes at once. Executions that run go on.
func (s *Server) deleteStateMachine(_ context.Context, in *deleteStateMachineInput) (*empty, *api.Error) {
	arn, err := parseMachineARN(in.StateMachineARN)
	if err == nil {
		err = arn.unqualified(in.StateMachineARN)
	}
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.machines, arn.machine)
	if err := s.store.Delete(store.Machines, arn.machine); err != nil {
		return nil, storageFault(err)
	}
	return &empty{}, nil
}

type listStateMachinesInput struct {
	MaxResults *int64  `json:"maxResults" api:"min=0,max=1000"`
	NextToken  *string `json:"nextToken" api:"min=1,max=1024"`
}

type listStateMachinesOutput struct {
	StateMachines []stateMachineItem `json:"stateMachines"`
	NextToken     *string            `json:"nextToken,omitempty"`
}

type stateMachineItem struct {
	StateMachineARN string    `json:"stateMachineArn"`
	Name            string    `json:"name"`
	Type            asl.Type  `json:"type"`
	CreationDate    *api.Time `json:"creationDate"`
}

func (s *Server) listStateMachines(_ context.Context, in *listStateMachinesInput) (*listStateMachinesOutput, *api.Error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	machines, next, err := page(s, "ListStateMachines", s.sorted(), in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &listStateMachinesOutput{StateMachines: []stateMachineItem{}, NextToken: next}
	for _, m := range machines {
		out.StateMachines = append(out.StateMachines, stateMachineItem{m.ARN, m.Name, m.Type, api.TimeOf(m.Created)})
	}
	return out, nil
}
