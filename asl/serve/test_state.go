package serve

import (
	"context"
	"math/rand/v2"

	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/serve/teststate"
)

// testState visits one state of a definition. A task without a mock goes to the services that executions call, but to no stub.
func (s *Server) testState(ctx context.Context, in *teststate.Input) (*teststate.Output, *api.Error) {
	if in.RoleARN != nil {
		if err := checkRole(*in.RoleARN); err != nil {
			return nil, err
		}
	}
	return teststate.Run(ctx, in, teststate.Options{
		Account: s.config.Account, Region: s.config.Region, Handler: &tasks{s: s}, Seed: rand.Uint64(), RealTime: s.config.Time == Real, Now: s.now(),
	})
}
