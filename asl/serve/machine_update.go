package serve

import (
	"context"
	"slices"
	"time"

	"clinical-risk-pipeline/asl/serve/api"
)

type updateStateMachineInput struct {
	StateMachineARN         string                   `json:"stateMachineArn" api:"required,min=1,max=256"`
	Definition              *string                  `json:"definition" api:"min=1,max=1048576,sensitive"`
	RoleARN                 *string                  `json:"roleArn" api:"min=1,max=256"`
	LoggingConfiguration    *loggingConfiguration    `json:"loggingConfiguration"`
	TracingConfiguration    *tracingConfiguration    `json:"tracingConfiguration"`
	Publish                 bool                     `json:"publish"`
	VersionDescription      *string                  `json:"versionDescription" api:"max=256,sensitive"`
	EncryptionConfiguration *encryptionConfiguration `json:"encryptionConfiguration"`
}

type updateStateMachineOutput struct {
	UpdateDate             *api.Time `json:"updateDate"`
	RevisionID             string    `json:"revisionId,omitempty"`
	StateMachineVersionARN string    `json:"stateMachineVersionArn,omitempty"`
}

func (s *Server) updateStateMachine(_ context.Context, in *updateStateMachineInput) (*updateStateMachineOutput, *api.Error) {
	arn, err := parseMachineARN(in.StateMachineARN)
	if err == nil {
		err = arn.unqualified(in.StateMachineARN)
	}
	if err != nil {
		return nil, err
	}
	if in.Definition == nil && in.RoleARN == nil && in.LoggingConfiguration == nil && in.TracingConfiguration == nil && in.EncryptionConfiguration == nil {
		return nil, api.Errorf("MissingRequiredParameter",
			"Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified")
	}
	if in.VersionDescription != nil && !in.Publish {
		return nil, api.Invalid("Version description can only be set when publish is true")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.find(arn)
	if err != nil {
		return nil, err
	}
	if err := s.update(m, in); err != nil {
		return nil, err
	}
	out := &updateStateMachineOutput{UpdateDate: api.TimeOf(s.now()), RevisionID: m.current.ID}
	if in.Publish {
		out.StateMachineVersionARN = m.versionARN(m.publish(text(in.VersionDescription), s.now()).Number)
	}
	return out, s.save(m)
}

// update makes a new revision, unless nothing changes. The caller holds the lock.
func (s *Server) update(m *machine, in *updateStateMachineInput) *api.Error {
	r := *m.current
	if in.RoleARN != nil {
		if err := checkRole(*in.RoleARN); err != nil {
			return err
		}
		r.RoleARN = *in.RoleARN
	}
	if in.Definition != nil {
		if err := s.define(&r, *in.Definition, m.Type); err != nil {
			return err
		}
	}
	if err := (settings{in.LoggingConfiguration, in.TracingConfiguration, in.EncryptionConfiguration}).apply(&r); err != nil {
		return err
	}
	if r.Definition == m.current.Definition && r.RoleARN == m.current.RoleARN && sameSettings(&r, m.current) {
		return nil
	}
	r.Key, r.ID, r.Updated = newUUID(), newUUID(), s.now()
	return s.setRevision(m, &r)
}

// publish returns the version of the current revision. It makes one if there is none.
func (m *machine) publish(description string, now time.Time) *version {
	for _, v := range m.Versions {
		if v.revision == m.current {
			return v
		}
	}
	m.LastVersion++
	v := &version{Number: m.LastVersion, Description: description, Created: now, Revision: m.Revision, revision: m.current}
	m.Versions = slices.Insert(m.Versions, 0, v) // The newest comes first.
	return v
}
