package serve

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl/serve/api"
)

type publishStateMachineVersionInput struct {
	StateMachineARN string  `json:"stateMachineArn" api:"required,min=1,max=256"`
	RevisionID      *string `json:"revisionId"`
	Description     *string `json:"description" api:"max=256,sensitive"`
}

type publishStateMachineVersionOutput struct {
	CreationDate           *api.Time `json:"creationDate"`
	StateMachineVersionARN string    `json:"stateMachineVersionArn"`
}

func (s *Server) publishStateMachineVersion(_ context.Context, in *publishStateMachineVersionInput) (*publishStateMachineVersionOutput, *api.Error) {
	arn, err := parseMachineARN(in.StateMachineARN)
	if err == nil {
		err = arn.unqualified(in.StateMachineARN)
	}
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.find(arn)
	if err != nil {
		return nil, err
	}
	if in.RevisionID != nil && *in.RevisionID != m.current.ID {
		return nil, api.Errorf("ConflictException", "Failed to publish the State Machine version for revision %s. The current State Machine revision is %s.",
			*in.RevisionID, m.current.ID)
	}
	v := m.publish(text(in.Description), s.now())
	return &publishStateMachineVersionOutput{api.TimeOf(v.Created), m.versionARN(v.Number)}, s.save(m)
}

type deleteStateMachineVersionInput struct {
	StateMachineVersionARN string `json:"stateMachineVersionArn" api:"required,min=1,max=2000"`
}

func (s *Server) deleteStateMachineVersion(_ context.Context, in *deleteStateMachineVersionInput) (*empty, *api.Error) {
	arn, err := parseMachineARN(in.StateMachineVersionARN)
	if err != nil {
		return nil, err
	}
	if !arn.isVersion() {
		return nil, invalidARN("Not a state machine version ARN: %s", in.StateMachineVersionARN)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.machines[arn.machine]
	if m == nil || m.version(arn.qualifier) == nil {
		return &empty{}, nil // Deleting again is no error.
	}
	var used []string
	for _, a := range m.Aliases {
		if slices.ContainsFunc(a.Routes, func(r route) bool { return r.StateMachineVersionARN == arn.arn }) {
			used = append(used, a.Name)
		}
	}
	if used != nil {
		return nil, api.Errorf("ConflictException",
			"Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [%s]", strings.Join(used, ", "))
	}
	m.Versions = slices.DeleteFunc(m.Versions, func(v *version) bool { return strconv.Itoa(v.Number) == arn.qualifier })
	return &empty{}, s.save(m)
}

type listStateMachineVersionsInput struct {
	StateMachineARN string  `json:"stateMachineArn" api:"required,min=1,max=256"`
	NextToken       *string `json:"nextToken" api:"min=1,max=1024"`
	MaxResults      *int64  `json:"maxResults" api:"min=0,max=1000"`
}

type listStateMachineVersionsOutput struct {
	StateMachineVersions []versionItem `json:"stateMachineVersions"`
	NextToken            *string       `json:"nextToken,omitempty"`
}

type versionItem struct {
	StateMachineVersionARN string    `json:"stateMachineVersionArn"`
	CreationDate           *api.Time `json:"creationDate"`
}

func (s *Server) listStateMachineVersions(_ context.Context, in *listStateMachineVersionsInput) (*listStateMachineVersionsOutput, *api.Error) {
	arn, err := parseMachineARN(in.StateMachineARN)
	if err == nil {
		err = arn.unqualified(in.StateMachineARN)
	}
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := &listStateMachineVersionsOutput{StateMachineVersions: []versionItem{}}
	m := s.machines[arn.machine]
	if m == nil {
		return out, nil // AWS lists no versions of a state machine that does not exist.
	}
	versions, next, err := page(s, "ListStateMachineVersions "+m.ARN, m.Versions, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out.NextToken = next
	for _, v := range versions {
		out.StateMachineVersions = append(out.StateMachineVersions, versionItem{m.versionARN(v.Number), api.TimeOf(v.Created)})
	}
	return out, nil
}
