package serve

import (
	"context"
	"slices"
	"strings"
	"sync"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/serve/store"
)

// mapRun is a run of a Distributed Map.
type mapRun struct {
	ExecutionARN string // the parent
	MachineARN   string // of the children
	Run          asl.MapRun
	Changed      mapRunLimits // by UpdateMapRun
}

// mapRunLimits are what UpdateMapRun changes; nil: as the definition says.
type mapRunLimits struct {
	MaxConcurrency             *int64
	ToleratedFailurePercentage *float64
	ToleratedFailureCount      *int64
}

// mapRuns are the Map Runs of the executions that the server remembers.
type mapRuns struct {
	mu    sync.Mutex
	byARN map[string]*mapRun
}

// mapRunChanged notes how a Map Run is.
func (s *Server) mapRunChanged(x *execution, run asl.MapRun) {
	s.mapRuns.mu.Lock()
	defer s.mapRuns.mu.Unlock()
	r := s.mapRuns.byARN[run.ARN]
	if r == nil {
		r = &mapRun{ExecutionARN: x.ARN, MachineARN: x.MachineARN + "/" + run.Label}
		s.mapRuns.byARN[run.ARN] = r
	}
	r.Run = run
	if run.Status != asl.Running && s.stored(x) {
		if err := s.put(store.MapRuns, run.ARN, r); err != nil {
			s.config.Log("a Map Run could not be stored: " + err.Message)
		}
	}
}

// childEnded remembers a child execution.
func (s *Server) childEnded(parent *execution, child *asl.Execution) {
	if !s.stored(parent) {
		return
	}
	machine := strings.Replace(child.ARN[:strings.LastIndex(child.ARN, ":")], ":execution:", ":stateMachine:", 1)
	x := &execution{ARN: child.ARN, Name: child.Name, MachineARN: machine, MapRunARN: child.MapRunARN, Items: child.Items,
		Input: asl.Encode(child.Input), Start: child.Start, Revision: parent.Revision, revision: parent.revision,
		Status: asl.Running, history: &history{}, done: make(chan struct{})}
	for i := range child.History {
		x.history.add(&child.History[i])
	}
	if s.executions.add(x) == nil {
		s.finish(x, child)
	}
}

// forget forgets an execution and its Map Runs.
func (s *Server) forget(x *execution) {
	s.mapRuns.mu.Lock()
	var runs []string
	for runARN, r := range s.mapRuns.byARN {
		if r.ExecutionARN == x.ARN {
			runs = append(runs, runARN)
			delete(s.mapRuns.byARN, runARN)
		}
	}
	s.mapRuns.mu.Unlock()
	err := s.store.Delete(store.Executions, x.key())
	if err == nil && runs != nil {
		err = s.store.Delete(store.MapRuns, runs...)
	}
	if err != nil {
		s.config.Log("an old execution could not be deleted: " + err.Error())
	}
}

// findMapRun returns a copy of a Map Run.
func (s *Server) findMapRun(arn string) (mapRun, *api.Error) {
	if _, err := parseARN(arn, "mapRun"); err != nil {
		return mapRun{}, err
	}
	s.mapRuns.mu.Lock()
	defer s.mapRuns.mu.Unlock()
	if r := s.mapRuns.byARN[arn]; r != nil {
		return *r, nil
	}
	return mapRun{}, notFound(arn)
}

type mapRunInput struct {
	MapRunARN string `json:"mapRunArn" api:"required,min=1,max=2000"`
}

type describeMapRunOutput struct {
	MapRunARN                  string     `json:"mapRunArn"`
	ExecutionARN               string     `json:"executionArn"`
	Status                     asl.Status `json:"status"`
	StartDate                  *api.Time  `json:"startDate"`
	StopDate                   *api.Time  `json:"stopDate,omitempty"`
	MaxConcurrency             int64      `json:"maxConcurrency"`
	ToleratedFailurePercentage float64    `json:"toleratedFailurePercentage"`
	ToleratedFailureCount      int64      `json:"toleratedFailureCount"`
	ItemCounts                 counts     `json:"itemCounts"`
	ExecutionCounts            counts     `json:"executionCounts"`
	RedriveCount               int        `json:"redriveCount"`
}

// counts are MapRunItemCounts and MapRunExecutionCounts.
type counts struct {
	Pending               int `json:"pending"`
	Running               int `json:"running"`
	Succeeded             int `json:"succeeded"`
	Failed                int `json:"failed"`
	TimedOut              int `json:"timedOut"`
	Aborted               int `json:"aborted"`
	Total                 int `json:"total"`
	ResultsWritten        int `json:"resultsWritten"`
	FailuresNotRedrivable int `json:"failuresNotRedrivable"`
	PendingRedrive        int `json:"pendingRedrive"`
}

func countsOf(c asl.MapRunCounts) counts {
	return counts{Running: c.Running, Succeeded: c.Succeeded, Failed: c.Failed, TimedOut: c.TimedOut, Aborted: c.Aborted,
		Total: c.Total(), ResultsWritten: c.ResultsWritten}
}

func (s *Server) describeMapRun(_ context.Context, in *mapRunInput) (*describeMapRunOutput, *api.Error) {
	r, err := s.findMapRun(in.MapRunARN)
	if err != nil {
		return nil, err
	}
	out := &describeMapRunOutput{MapRunARN: r.Run.ARN, ExecutionARN: r.ExecutionARN, Status: r.Run.Status, StartDate: api.TimeOf(r.Run.Start),
		StopDate: api.TimeOf(r.Run.Stop), MaxConcurrency: int64(r.Run.MaxConcurrency), ToleratedFailurePercentage: r.Run.ToleratedFailurePercentage,
		ToleratedFailureCount: int64(r.Run.ToleratedFailureCount), ItemCounts: countsOf(r.Run.Items), ExecutionCounts: countsOf(r.Run.Executions)}
	if r.Changed.MaxConcurrency != nil {
		out.MaxConcurrency = *r.Changed.MaxConcurrency
	}
	if r.Changed.ToleratedFailurePercentage != nil {
		out.ToleratedFailurePercentage = *r.Changed.ToleratedFailurePercentage
	}
	if r.Changed.ToleratedFailureCount != nil {
		out.ToleratedFailureCount = *r.Changed.ToleratedFailureCount
	}
	return out, nil
}

type updateMapRunInput struct {
	MapRunARN                  string   `json:"mapRunArn" api:"required,min=1,max=2000"`
	MaxConcurrency             *int64   `json:"maxConcurrency" api:"min=0"`
	ToleratedFailurePercentage *float64 `json:"toleratedFailurePercentage" api:"min=0,max=100"`
	ToleratedFailureCount      *int64   `json:"toleratedFailureCount" api:"min=0"`
}

// updateMapRun changes the limits of a Map Run that runs.
func (s *Server) updateMapRun(_ context.Context, in *updateMapRunInput) (*empty, *api.Error) {
	if in.MaxConcurrency == nil && in.ToleratedFailurePercentage == nil && in.ToleratedFailureCount == nil {
		return nil, api.Invalid("At least one of maxConcurrency, toleratedFailurePercentage and toleratedFailureCount must be specified").
			Because("MISSING_REQUIRED_PARAMETER")
	}
	if _, err := s.findMapRun(in.MapRunARN); err != nil {
		return nil, err
	}
	s.mapRuns.mu.Lock()
	defer s.mapRuns.mu.Unlock()
	r := s.mapRuns.byARN[in.MapRunARN]
	if r == nil || r.Run.Status != asl.Running {
		return nil, api.Invalid("Map Run has completed and cannot be updated: %s", in.MapRunARN).Because("CANNOT_UPDATE_COMPLETED_MAP_RUN")
	}
	r.change(in)
	r.Run.Limit(r.Changed.MaxConcurrency, r.Changed.ToleratedFailurePercentage, r.Changed.ToleratedFailureCount)
	return &empty{}, nil
}

func (r *mapRun) change(in *updateMapRunInput) {
	if in.MaxConcurrency != nil {
		r.Changed.MaxConcurrency = in.MaxConcurrency
	}
	if in.ToleratedFailurePercentage != nil {
		r.Changed.ToleratedFailurePercentage = in.ToleratedFailurePercentage
	}
	if in.ToleratedFailureCount != nil {
		r.Changed.ToleratedFailureCount = in.ToleratedFailureCount
	}
}

type listMapRunsInput struct {
	ExecutionARN string  `json:"executionArn" api:"required,min=1,max=256"`
	MaxResults   *int64  `json:"maxResults" api:"min=0,max=1000"`
	NextToken    *string `json:"nextToken" api:"min=1,max=1024"`
}

type listMapRunsOutput struct {
	MapRuns   []mapRunItem `json:"mapRuns"`
	NextToken *string      `json:"nextToken,omitempty"`
}

type mapRunItem struct {
	ExecutionARN    string    `json:"executionArn"`
	MapRunARN       string    `json:"mapRunArn"`
	StateMachineARN string    `json:"stateMachineArn"`
	StartDate       *api.Time `json:"startDate"`
	StopDate        *api.Time `json:"stopDate,omitempty"`
}

func (s *Server) listMapRuns(_ context.Context, in *listMapRunsInput) (*listMapRunsOutput, *api.Error) {
	x, err := s.executions.find(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	all := []mapRunItem{}
	s.mapRuns.mu.Lock()
	for _, r := range s.mapRuns.byARN {
		if r.ExecutionARN == x.ARN {
			all = append(all, mapRunItem{x.ARN, r.Run.ARN, r.MachineARN, api.TimeOf(r.Run.Start), api.TimeOf(r.Run.Stop)})
		}
	}
	s.mapRuns.mu.Unlock()
	slices.SortFunc(all, func(a, b mapRunItem) int { return compare(a.MapRunARN, b.MapRunARN) })
	runs, next, err := page(s, "ListMapRuns "+x.ARN, all, in.MaxResults, in.NextToken)
	if err != nil {
		return nil, err
	}
	return &listMapRunsOutput{runs, next}, nil
}
