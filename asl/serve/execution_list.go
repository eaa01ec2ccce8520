package serve

import (
	"context"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

type listExecutionsInput struct {
	StateMachineARN *string `json:"stateMachineArn" api:"min=1,max=256"`
	StatusFilter    string  `json:"statusFilter" api:"enum=SUCCEEDED|TIMED_OUT|PENDING_REDRIVE|ABORTED|FAILED|RUNNING"`
	MaxResults      *int64  `json:"maxResults" api:"min=0,max=1000"`
	NextToken       *string `json:"nextToken" api:"min=1,max=3096"`
	MapRunARN       *string `json:"mapRunArn" api:"min=1,max=2000"`
	RedriveFilter   string  `json:"redriveFilter" api:"enum=REDRIVEN|NOT_REDRIVEN"`
}

type listExecutionsOutput struct {
	Executions []executionItem `json:"executions"`
	NextToken  *string         `json:"nextToken,omitempty"`
}

type executionItem struct {
	ExecutionARN           string     `json:"executionArn"`
	StateMachineARN        string     `json:"stateMachineArn"`
	Name                   string     `json:"name"`
	Status                 asl.Status `json:"status"`
	StartDate              *api.Time  `json:"startDate"`
	StopDate               *api.Time  `json:"stopDate,omitempty"`
	MapRunARN              string     `json:"mapRunArn,omitempty"`
	ItemCount              *int       `json:"itemCount,omitempty"`
	StateMachineVersionARN string     `json:"stateMachineVersionArn,omitempty"`
	StateMachineAliasARN   string     `json:"stateMachineAliasArn,omitempty"`
	RedriveCount           int        `json:"redriveCount"`
	RedriveDate            *api.Time  `json:"redriveDate,omitempty"`
}

func (s *Server) listExecutions(_ context.Context, in *listExecutionsInput) (*listExecutionsOutput, *api.Error) {
	of, belongs, err := s.listed(in)
	if err != nil {
		return nil, err
	}
	all := s.executions.newest(func(x *execution) bool {
		if !belongs(x) {
			return false
		}
		if in.StatusFilter == "" && in.RedriveFilter == "" {
			return true
		}
		v := x.view()
		return (in.StatusFilter == "" || string(v.Status) == in.StatusFilter) && (in.RedriveFilter == "" || (v.RedriveCount > 0) == (in.RedriveFilter == "REDRIVEN"))
	})
	serial := func(i int) int { return int(all[i].Serial) }
	all, next, err := pageOfNewest(s, of+" "+in.StatusFilter+" "+in.RedriveFilter, all, serial, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &listExecutionsOutput{Executions: []executionItem{}, NextToken: next}
	for _, x := range all {
		out.Executions = append(out.Executions, x.item())
	}
	return out, nil
}

// item describes the execution in a list.
func (x *execution) item() executionItem {
	v := x.view()
	item := executionItem{ExecutionARN: x.ARN, StateMachineARN: x.MachineARN, Name: x.Name, Status: v.Status, StartDate: api.TimeOf(x.Start),
		StopDate: api.TimeOf(v.Stop), MapRunARN: x.MapRunARN, StateMachineVersionARN: x.VersionARN, StateMachineAliasARN: x.AliasARN,
		RedriveCount: v.RedriveCount, RedriveDate: api.TimeOf(v.Redriven)}
	if x.MapRunARN != "" {
		item.ItemCount = &x.Items
	}
	return item
}

// listed returns which executions a request lists, by state machine, version, alias or Map Run. of names the list.
func (s *Server) listed(in *listExecutionsInput) (of string, belongs func(*execution) bool, fault *api.Error) {
	if (in.StateMachineARN == nil) == (in.MapRunARN == nil) {
		return "", nil, api.Invalid("Must provide either a stateMachineArn or a mapRunArn").Because("MISSING_REQUIRED_PARAMETER")
	}
	if in.MapRunARN != nil {
		if _, err := s.findMapRun(*in.MapRunARN); err != nil {
			return "", nil, err
		}
		return *in.MapRunARN, func(x *execution) bool { return x.MapRunARN == *in.MapRunARN }, nil
	}
	arn, err := parseMachineARN(*in.StateMachineARN)
	if err != nil {
		return "", nil, err
	}
	s.mu.RLock()
	m, v, a, err := s.resolve(arn)
	s.mu.RUnlock()
	switch {
	case err != nil:
		return "", nil, err
	case m.Type == asl.Express:
		return "", nil, notSupported()
	case a != nil:
		alias := m.ARN + ":" + a.Name
		return alias, func(x *execution) bool { return x.AliasARN == alias }, nil
	case v != nil:
		version := m.versionARN(v.Number)
		return version, func(x *execution) bool { return x.VersionARN == version }, nil
	}
	return m.ARN, func(x *execution) bool { return x.MachineARN == m.ARN }, nil
}
