package serve

import (
	"context"
	"slices"

	"clinical-risk-pipeline/asl/serve/api"
)

// maxAliases is the quota of aliases of a state machine.
const maxAliases = 100

type createStateMachineAliasInput struct {
	Description          *string `json:"description" api:"max=256,sensitive"`
	Name                 string  `json:"name" api:"required,pattern=alias,min=1,max=80"`
	RoutingConfiguration []route `json:"routingConfiguration" api:"required,min=1,max=2"`
}

type createStateMachineAliasOutput struct {
	StateMachineAliasARN string    `json:"stateMachineAliasArn"`
	CreationDate         *api.Time `json:"creationDate"`
}

func (s *Server) createStateMachineAlias(_ context.Context, in *createStateMachineAliasInput) (*createStateMachineAliasOutput, *api.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.checkRoutes(in.RoutingConfiguration, "")
	if err != nil {
		return nil, err
	}
	a := m.alias(in.Name)
	switch {
	case a != nil && (!sameRoutes(a.Routes, in.RoutingConfiguration) || text(a.Description) != text(in.Description)):
		return nil, api.Errorf("ConflictException",
			"Failed to create alias because an alias with the same name and a different routing configuration already exists.")
	case a == nil && len(m.Aliases) >= maxAliases:
		return nil, api.Errorf("ServiceQuotaExceededException", "The state machine has the maximum number of aliases: %d", maxAliases)
	case a == nil:
		now := s.now()
		a = &alias{Name: in.Name, Description: in.Description, Routes: in.RoutingConfiguration, Created: now, Updated: now}
		m.Aliases = append(m.Aliases, a)
		slices.SortFunc(m.Aliases, func(a, b *alias) int { return compare(a.Name, b.Name) })
	}
	return &createStateMachineAliasOutput{m.ARN + ":" + a.Name, api.TimeOf(a.Created)}, s.save(m)
}

type stateMachineAliasInput struct {
	StateMachineAliasARN string `json:"stateMachineAliasArn" api:"required,min=1,max=256"`
}

// findAlias returns an alias and its machine; both are nil if they do not exist. The caller holds the lock.
func (s *Server) findAlias(aliasARN string) (*machine, *alias, *api.Error) {
	arn, err := parseMachineARN(aliasARN)
	if err != nil {
		return nil, nil, err
	}
	if arn.qualifier == "" || arn.isVersion() || arn.label != "" {
		return nil, nil, invalidARN("Not a state machine alias ARN: %s", aliasARN)
	}
	m := s.machines[arn.machine]
	if m == nil {
		return nil, nil, nil
	}
	return m, m.alias(arn.qualifier), nil
}

// existingAlias is like findAlias. A missing alias is an error.
func (s *Server) existingAlias(aliasARN string) (*machine, *alias, *api.Error) {
	m, a, err := s.findAlias(aliasARN)
	if err == nil && a == nil {
		err = api.Errorf("ResourceNotFound", "Request references a resource that does not exist.")
	}
	return m, a, err
}

func notFound(arn string) *api.Error {
	return api.Errorf("ResourceNotFound", "Resource not found: '%s'", arn)
}

type describeStateMachineAliasOutput struct {
	StateMachineAliasARN string    `json:"stateMachineAliasArn"`
	Name                 string    `json:"name"`
	Description          *string   `json:"description,omitempty"`
	RoutingConfiguration []route   `json:"routingConfiguration"`
	CreationDate         *api.Time `json:"creationDate"`
	UpdateDate           *api.Time `json:"updateDate"`
}

func (s *Server) describeStateMachineAlias(_ context.Context, in *stateMachineAliasInput) (*describeStateMachineAliasOutput, *api.Error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, a, err := s.existingAlias(in.StateMachineAliasARN)
	if err != nil {
		return nil, err
	}
	return &describeStateMachineAliasOutput{in.StateMachineAliasARN, a.Name, a.Description, a.Routes, api.TimeOf(a.Created), api.TimeOf(a.Updated)}, nil
}

type updateStateMachineAliasInput struct {
	StateMachineAliasARN string  `json:"stateMachineAliasArn" api:"required,min=1,max=256"`
	Description          *string `json:"description" api:"max=256,sensitive"`
	RoutingConfiguration []route `json:"routingConfiguration" api:"min=1,max=2"`
}

type updateStateMachineAliasOutput struct {
	UpdateDate *api.Time `json:"updateDate"`
}

func (s *Server) updateStateMachineAlias(_ context.Context, in *updateStateMachineAliasInput) (*updateStateMachineAliasOutput, *api.Error) {
	if in.Description == nil && in.RoutingConfiguration == nil {
		return nil, api.Invalid("Either the description or the routing configuration must be specified").Because("MISSING_REQUIRED_PARAMETER")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, a, err := s.existingAlias(in.StateMachineAliasARN)
	if err != nil {
		return nil, err
	}
	if in.RoutingConfiguration != nil {
		if _, err := s.checkRoutes(in.RoutingConfiguration, m.ARN); err != nil {
			return nil, err
		}
		a.Routes = in.RoutingConfiguration
	}
	if in.Description != nil {
		a.Description = in.Description
	}
	a.Updated = s.now()
	return &updateStateMachineAliasOutput{api.TimeOf(a.Updated)}, s.save(m)
}

func (s *Server) deleteStateMachineAlias(_ context.Context, in *stateMachineAliasInput) (*empty, *api.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, a, err := s.findAlias(in.StateMachineAliasARN)
	if err != nil || a == nil {
		return &empty{}, err // Deleting again is no error.
	}
	m.Aliases = slices.DeleteFunc(m.Aliases, func(other *alias) bool { return other == a })
	return &empty{}, s.save(m)
}

type listStateMachineAliasesInput struct {
	StateMachineARN string  `json:"stateMachineArn" api:"required,min=1,max=256"`
	NextToken       *string `json:"nextToken" api:"min=1,max=1024"`
	MaxResults      *int64  `json:"maxResults" api:"min=0,max=1000"`
}

type listStateMachineAliasesOutput struct {
	StateMachineAliases []aliasItem `json:"stateMachineAliases"`
	NextToken           *string     `json:"nextToken,omitempty"`
}

type aliasItem struct {
	StateMachineAliasARN string    `json:"stateMachineAliasArn"`
	CreationDate         *api.Time `json:"creationDate"`
}

// listStateMachineAliases lists the aliases of a state machine, or those that refer to a version.
func (s *Server) listStateMachineAliases(_ context.Context, in *listStateMachineAliasesInput) (*listStateMachineAliasesOutput, *api.Error) {
	arn, err := parseMachineARN(in.StateMachineARN)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	m, err := s.find(arn)
	if err != nil {
		return nil, err
	}
	aliases := slices.Clone(m.Aliases)
	if arn.qualifier != "" {
		aliases = slices.DeleteFunc(aliases, func(a *alias) bool {
			return !slices.ContainsFunc(a.Routes, func(r route) bool { return r.StateMachineVersionARN == arn.arn })
		})
	}
	aliases, next, err := page(s, "ListStateMachineAliases "+arn.arn, aliases, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &listStateMachineAliasesOutput{StateMachineAliases: []aliasItem{}, NextToken: next}
	for _, a := range aliases {
		out.StateMachineAliases = append(out.StateMachineAliases, aliasItem{m.ARN + ":" + a.Name, api.TimeOf(a.Created)})
	}
	return out, nil
}
