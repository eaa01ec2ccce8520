package local

import (
	"context"
	"strings"
	"sync"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/services"
)

// StepFunctions stands in for the state machines that a pipeline starts. Every started execution succeeds after a virtual minute
// and returns an empty object: its definition is not known here. As Standard workflows on AWS do, it starts one execution for each
// name. A start with the same name and input returns that execution. A start with the same name and another input fails.
type StepFunctions struct {
	mu      sync.Mutex
	started map[string]string // inputs by ARN
}

const executionTime = time.Minute

// Integrations implements Service.
func (s *StepFunctions) Integrations() []Integration {
	return []Integration{{
		Name:       services.StartExecution.Integration,
		Parameters: Shape{"StateMachineArn": required(String), "Name": optional(String), "Input": optional(Document), "TraceHeader": optional(String)},
		Perform:    s.startExecution,
	}}
}

// startExecution answers as DescribeExecution does after the execution succeeded. The .sync:2 form parses input and output
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html).
func (s *StepFunctions) startExecution(_ context.Context, call *Call) (asl.Reply, error) {
	machine, name := call.text("StateMachineArn"), call.text("Name")
	if !strings.Contains(machine, ":stateMachine:") {
		return asl.Reply{}, &asl.Error{Name: services.StepFunctionsInvalidARN, Cause: "Invalid Arn: StateMachineArn (Service: AWSStepFunctions; Status Code: 400)"}
	}
	if name == "" {
		name = call.uuid("execution")
	}
	input := parsed(call.Parameters.Value("Input"))
	if input == nil {
		input = value.NewObject(0)
	}
	arn := strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + name
	again, err := s.start(arn, asl.Encode(input))
	if err != nil {
		return asl.Reply{}, err
	}
	if !again {
		call.Report(Downstream{
			Execution: call.ExecutionName, State: call.State, Action: ExecutionStarted, Target: machine, ID: name, Reference: arn,
			At: call.Now, Request: input,
		})
	}
	milliseconds := func(t time.Time) float64 { return float64(t.UnixMilli()) }
	return asl.Reply{Duration: executionTime, Output: map[string]any{
		"ExecutionArn": arn, "StateMachineArn": machine, "Name": name, "Status": "SUCCEEDED", "RedriveCount": 0.0,
		"StartDate": milliseconds(call.Now), "StopDate": milliseconds(call.Now.Add(executionTime)),
		"Input": input, "InputDetails": map[string]any{"Included": true},
		"Output": map[string]any{}, "OutputDetails": map[string]any{"Included": true},
	}}, nil
}

// start takes the name of an execution. It returns true if an earlier start took it with the same input.
func (s *StepFunctions) start(arn, input string) (again bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, again := s.started[arn]
	if again && before != input {
		return true, &asl.Error{Name: services.StepFunctionsExecutionTaken, Cause: "Execution Already Exists: '" + arn +
			"' (Service: AWSStepFunctions; Status Code: 400)"}
	}
	if s.started == nil {
		s.started = map[string]string{}
	}
	s.started[arn] = input
	return again, nil
}

// parsed returns the value of a JSON text, and any other value as it is.
func parsed(v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	decoded, err := value.DecodeString(text)
	if err != nil {
		return text
	}
	return decoded
}
