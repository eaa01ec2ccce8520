package serve

import (
	"context"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/api"
)

type startSyncExecutionInput struct {
	StateMachineARN string  `json:"stateMachineArn" api:"required,min=1,max=256"`
	Name            *string `json:"name" api:"min=1,max=80"`
	Input           *string `json:"input" api:"max=262144,sensitive"`
	TraceHeader     string  `json:"traceHeader" api:"max=256,pattern=ascii"`
	IncludedData    string  `json:"includedData" api:"enum=ALL_DATA|METADATA_ONLY"`
}

type startSyncExecutionOutput struct {
	ExecutionARN    string          `json:"executionArn"`
	StateMachineARN string          `json:"stateMachineArn"`
	Name            string          `json:"name"`
	StartDate       *api.Time       `json:"startDate"`
	StopDate        *api.Time       `json:"stopDate"`
	Status          asl.Status      `json:"status"`
	Error           *string         `json:"error,omitempty"`
	Cause           *string         `json:"cause,omitempty"`
	Input           *string         `json:"input,omitempty"`
	InputDetails    *included       `json:"inputDetails,omitempty"`
	Output          *string         `json:"output,omitempty"`
	OutputDetails   *included       `json:"outputDetails,omitempty"`
	TraceHeader     string          `json:"traceHeader,omitempty"`
	BillingDetails  *billingDetails `json:"billingDetails"`
}

// included says whether a payload is in an answer.
type included struct {
	Included bool `json:"included"`
}

type billingDetails struct {
	BilledMemoryUsedInMB         int64 `json:"billedMemoryUsedInMB"`
	BilledDurationInMilliseconds int64 `json:"billedDurationInMilliseconds"`
}

// startSyncExecution runs an Express execution to its end.
func (s *Server) startSyncExecution(ctx context.Context, in *startSyncExecutionInput) (*startSyncExecutionOutput, *api.Error) {
	x, m, err := s.newExecution(&startExecutionInput{in.StateMachineARN, in.Name, in.Input, in.TraceHeader})
	if err != nil {
		return nil, err
	}
	if m.Type != asl.Express {
		return nil, notSupported()
	}
	x.ARN = expressARN(m, x.Name)
	began := s.begin(x)
	stop := context.AfterFunc(ctx, func() { x.stop(&asl.Stop{}) }) // The client has gone.
	defer stop()
	s.run(began, x, nil)
	v := x.view()
	out := &startSyncExecutionOutput{ExecutionARN: x.ARN, StateMachineARN: in.StateMachineARN, Name: x.Name, StartDate: api.TimeOf(x.Start),
		StopDate: api.TimeOf(v.Stop), Status: v.Status, Error: v.Error, Cause: v.Cause, TraceHeader: x.TraceHeader,
		Input: &x.Input, InputDetails: &included{true}, Output: v.Output, BillingDetails: bill(v.Stop.Sub(x.Start))}
	if v.Output != nil {
		out.OutputDetails = &included{true}
	}
	if in.IncludedData == metadataOnly {
		out.Input, out.Output, out.InputDetails = nil, nil, &included{false}
		if v.Output != nil {
			out.OutputDetails = &included{false}
		}
	}
	return out, nil
}

// bill returns what an Express execution of the duration costs: steps of 100 ms and 64 MB.
func bill(took time.Duration) *billingDetails {
	steps := max(1, (took+99*time.Millisecond).Milliseconds()/100)
	return &billingDetails{BilledMemoryUsedInMB: 64, BilledDurationInMilliseconds: steps * 100}
}

func notSupported() *api.Error {
	return api.Errorf("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine")
}
