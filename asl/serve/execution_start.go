package serve

import (
	"context"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

// maxInput is the largest input of an execution in bytes.
const maxInput = 256 << 10

type startExecutionInput struct {
	StateMachineARN string  `json:"stateMachineArn" api:"required,min=1,max=256"`
	Name            *string `json:"name" api:"min=1,max=80"`
	Input           *string `json:"input" api:"max=262144,sensitive"`
	TraceHeader     string  `json:"traceHeader" api:"max=256,pattern=ascii"`
}

type startExecutionOutput struct {
	ExecutionARN string    `json:"executionArn"`
	StartDate    *api.Time `json:"startDate"`
}

func (s *Server) startExecution(_ context.Context, in *startExecutionInput) (*startExecutionOutput, *api.Error) {
	x, m, err := s.newExecution(in)
	if err != nil {
		return nil, err
	}
	if m.Type == asl.Express {
		x.ARN = expressARN(m, x.Name)
		go s.run(s.begin(x), x, nil) // Nobody can ask for it.
		return &startExecutionOutput{x.ARN, api.TimeOf(x.Start)}, nil
	}
	ctx := s.begin(x) // before anybody can find the execution, and stop it
	if existing := s.executions.add(x); existing != nil {
		if v := existing.view(); v.ended() || existing.Input != x.Input || existing.MachineARN != x.MachineARN {
			return nil, api.Errorf("ExecutionAlreadyExists", "Execution Already Exists: '%s'", x.ARN)
		}
		return &startExecutionOutput{existing.ARN, api.TimeOf(existing.Start)}, nil
	}
	if err := s.saveExecution(x); err != nil {
		s.executions.remove(x)
		return nil, err
	}
	go s.run(ctx, x, nil)
	return &startExecutionOutput{x.ARN, api.TimeOf(x.Start)}, nil
}

// newExecution checks a request, and returns the execution that it asks for, which has not started.
func (s *Server) newExecution(in *startExecutionInput) (*execution, *machine, *api.Error) {
	arn, err := parseMachineARN(in.StateMachineARN)
	if err != nil {
		return nil, nil, err
	}
	if arn.label != "" {
		return nil, nil, invalidARN("Resource type not valid in this context: mapRun label")
	}
	name := newUUID()
	if in.Name != nil {
		name = *in.Name
		if err := checkName(name); err != nil {
			return nil, nil, err
		}
	}
	s.mu.RLock()
	m, v, a, err := s.resolve(arn)
	if err != nil {
		s.mu.RUnlock()
		return nil, nil, err
	}
	x := &execution{ARN: executionARN(m, name), Name: name, MachineARN: m.ARN, Input: "{}", TraceHeader: in.TraceHeader, TestCase: arn.testCase,
		Start: s.now(), Status: asl.Running, revision: m.current, history: &history{}, done: make(chan struct{})}
	if v != nil {
		x.VersionARN, x.revision = m.versionARN(v.Number), v.revision
	}
	if a != nil {
		x.AliasARN = m.ARN + ":" + a.Name
	}
	s.mu.RUnlock()
	x.Revision = x.revision.Key
	if in.Input != nil {
		x.Input = *in.Input
	}
	if err := checkInput(x.Input); err != nil {
		return nil, nil, err
	}
	return x, m, s.checkTestCase(m, arn.testCase)
}

// checkInput refuses what is not JSON, and what is too large.
func checkInput(input string) *api.Error {
	if input == "" {
		return api.Errorf("InvalidExecutionInput", "Invalid State Machine Execution Input: 'Invalid execution input.'")
	}
	if len(input) > maxInput {
		return api.Errorf("InvalidExecutionInput", "Invalid State Machine Execution Input: 'Input exceeds the maximum size of %d bytes.'", maxInput)
	}
	if _, err := asl.Decode([]byte(input)); err != nil {
		return api.Errorf("InvalidExecutionInput", "Invalid State Machine Execution Input: '%s'", jsonFault(input))
	}
	return nil
}

// checkTestCase refuses a test case that the stubs do not have.
func (s *Server) checkTestCase(m *machine, testCase string) *api.Error {
	if testCase == "" {
		return nil
	}
	if s.config.Stubs == nil {
		return invalidARN("The ARN names the test case %s, and the server has no stubs: start it with --stubs", testCase)
	}
	if _, err := s.config.Stubs.Handler(m.Name, testCase); err != nil {
		return invalidARN("%v", err)
	}
	return nil
}
