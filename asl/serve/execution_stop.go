package serve

import (
	"context"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

type stopExecutionInput struct {
	ExecutionARN string `json:"executionArn" api:"required,min=1,max=256"`
	Error        string `json:"error" api:"max=256,sensitive"`
	Cause        string `json:"cause" api:"max=32768,sensitive"`
}

type stopExecutionOutput struct {
	StopDate *api.Time `json:"stopDate"`
}

// stopExecution stops an execution and waits for its end. One that has ended stays as it is.
func (s *Server) stopExecution(ctx context.Context, in *stopExecutionInput) (*stopExecutionOutput, *api.Error) {
	x, err := s.executions.find(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	if x.MapRunARN != "" {
		return nil, api.Invalid("A child execution of a Map Run cannot be stopped: stop its parent execution")
	}
	x.stop(&asl.Stop{Name: in.Error, Cause: in.Cause})
	x.mu.Lock()
	done := x.done
	x.mu.Unlock()
	select {
	case <-done:
	case <-ctx.Done():
	}
	return &stopExecutionOutput{api.TimeOf(x.view().Stop)}, nil
}

// stop ends the execution, unless it has ended.
func (x *execution) stop(why *asl.Stop) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.cancel != nil {
		x.cancel(why)
	}
}
