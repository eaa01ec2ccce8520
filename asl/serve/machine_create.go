package serve

import (
	"context"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

// maxMachines is the quota of state machines.
const maxMachines = 100_000

type createStateMachineInput struct {
	Name                    string                   `json:"name" api:"required,min=1,max=80"`
	Definition              string                   `json:"definition" api:"required,min=1,max=1048576,sensitive"`
	RoleARN                 string                   `json:"roleArn" api:"required,min=1,max=256"`
	Type                    string                   `json:"type" api:"enum=STANDARD|EXPRESS"`
	LoggingConfiguration    *loggingConfiguration    `json:"loggingConfiguration"`
	Tags                    []tag                    `json:"tags"`
	TracingConfiguration    *tracingConfiguration    `json:"tracingConfiguration"`
	Publish                 bool                     `json:"publish"`
	VersionDescription      *string                  `json:"versionDescription" api:"max=256,sensitive"`
	EncryptionConfiguration *encryptionConfiguration `json:"encryptionConfiguration"`
}

type createStateMachineOutput struct {
	StateMachineARN        string    `json:"stateMachineArn"`
	CreationDate           *api.Time `json:"creationDate"`
	StateMachineVersionARN string    `json:"stateMachineVersionArn,omitempty"`
}

func (s *Server) createStateMachine(_ context.Context, in *createStateMachineInput) (*createStateMachineOutput, *api.Error) {
	if err := checkName(in.Name); err != nil {
		return nil, err
	}
	if err := checkRole(in.RoleARN); err != nil {
		return nil, err
	}
	if in.VersionDescription != nil && !in.Publish {
		return nil, api.Invalid("Version description can only be set when publish is true")
	}
	m := &machine{ARN: s.config.arn("stateMachine:" + in.Name), Name: in.Name, Type: asl.Standard, Created: s.now(),
		Published: in.Publish, Description: text(in.VersionDescription)}
	if in.Type != "" {
		m.Type = asl.Type(in.Type)
	}
	var err *api.Error
	if m.Tags, err = withTags(nil, in.Tags); err != nil {
		return nil, err
	}
	r := newRevision()
	r.RoleARN, r.Updated = in.RoleARN, m.Created
	if err := s.define(r, in.Definition, m.Type); err != nil {
		return nil, err
	}
	if err := (settings{in.LoggingConfiguration, in.TracingConfiguration, in.EncryptionConfiguration}).apply(r); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if existing := s.machines[m.ARN]; existing != nil {
		return existing.createdAgain(m, r)
	}
	return s.add(m, r)
}

// add adds a state machine. The caller holds the lock.
func (s *Server) add(m *machine, r *revision) (*createStateMachineOutput, *api.Error) {
	if len(s.machines) >= maxMachines {
		return nil, api.Errorf("StateMachineLimitExceeded", "State machine limit exceeded: %d", maxMachines)
	}
	if err := s.setRevision(m, r); err != nil {
		return nil, err
	}
	if m.Published {
		m.publish(m.Description, m.Created)
	}
	if err := s.save(m); err != nil {
		return nil, err
	}
	s.machines[m.ARN] = m
	return m.created(), nil
}

// created is the answer for a machine that was created.
func (m *machine) created() *createStateMachineOutput {
	out := &createStateMachineOutput{StateMachineARN: m.ARN, CreationDate: api.TimeOf(m.Created)}
	if m.Published {
		out.StateMachineVersionARN = m.versionARN(1)
	}
	return out
}

// createdAgain answers a request for a name that exists: as the first time if the request is the same, except for the role and the tags.
func (m *machine) createdAgain(asked *machine, r *revision) (*createStateMachineOutput, *api.Error) {
	if m.Type != asked.Type || m.current.Definition != r.Definition || !sameSettings(m.current, r) ||
		m.Published != asked.Published || m.Description != asked.Description {
		return nil, api.Errorf("StateMachineAlreadyExists", "State Machine Already Exists: '%s'", m.ARN)
	}
	return m.created(), nil
}

// text returns the text, or "" for nil.
func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
