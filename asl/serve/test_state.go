package serve

import (
	"context"

	"clinical-risk-pipeline/asl/serve/api"
	"clinical-risk-pipeline/asl/serve/teststate"
)

// testState visits one state of a definition.
func (s *Server) testState(ctx context.Context, in *teststate.Input) (*teststate.Output, *api.Error) {
	return teststate.Run(ctx, in, teststate.Options{Account: s.config.Account, Region: s.config.Region, RealTime: s.config.Time == Real})
}
