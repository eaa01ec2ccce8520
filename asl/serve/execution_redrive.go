package serve

import (
	"context"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

type redriveExecutionInput struct {
	ExecutionARN string  `json:"executionArn" api:"required,min=1,max=256"`
	ClientToken  *string `json:"clientToken" api:"min=1,max=64,pattern=token"`
}

type redriveExecutionOutput struct {
	RedriveDate *api.Time `json:"redriveDate"`
}

// redriveTokenLife is how long a client token names a redrive.
const redriveTokenLife = 15 * time.Minute

// redriveExecution resumes an execution from its history. A request with the client token of the last redrive is that redrive.
func (s *Server) redriveExecution(_ context.Context, in *redriveExecutionInput) (*redriveExecutionOutput, *api.Error) {
	x, fault := s.executions.find(in.ExecutionARN)
	if fault != nil {
		return nil, fault
	}
	v, now := x.view(), s.now()
	x.mu.Lock()
	again := in.ClientToken != nil && *in.ClientToken == x.RedriveToken && now.Sub(x.Redriven) < redriveTokenLife
	x.mu.Unlock()
	if again {
		return &redriveExecutionOutput{api.TimeOf(v.Redriven)}, nil
	}
	if status, reason := x.redrivable(v, now); status != "REDRIVABLE" {
		if reason == "" {
			reason = "Execution is a child execution of a Map Run: redrive its parent execution"
		}
		return nil, notRedrivable(reason)
	}
	events, err := x.history.events()
	if err != nil {
		return nil, notRedrivable("The history of the execution cannot be read")
	}
	failed := &asl.Execution{Name: x.Name, ARN: x.ARN, Status: v.Status, Start: x.Start, Stop: v.Stop, History: events}
	if failed.Input, err = asl.Decode([]byte(x.Input)); err != nil {
		return nil, notRedrivable("The input of the execution cannot be read")
	}
	x.mu.Lock()
	if x.Status == asl.Running {
		x.mu.Unlock()
		return nil, notRedrivable("Execution is RUNNING and cannot be redriven")
	}
	x.Status, x.Output, x.Error, x.Cause, x.Stop, x.done = asl.Running, nil, nil, nil, time.Time{}, make(chan struct{})
	x.RedriveCount++
	x.Redriven, x.RedriveToken = now, text(in.ClientToken)
	ctx := s.begin(x)
	x.mu.Unlock()
	x.history.reopen()
	if err := s.saveExecution(x); err != nil {
		s.config.Log("a redrive could not be stored: " + err.Message)
	}
	go s.run(ctx, x, failed)
	return &redriveExecutionOutput{api.TimeOf(now)}, nil
}

func notRedrivable(reason string) *api.Error {
	return api.Errorf("ExecutionNotRedrivable", "%s", reason)
}
