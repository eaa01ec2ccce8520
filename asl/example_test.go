package asl_test

import (
	"context"
	"fmt"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/mock"
	"clinical-risk-pipeline/asl/value"
)

// Run executes a definition with an input. The tasks go to a handler.
func Example() {
	machine, err := asl.Load([]byte(`{"StartAt": "Greet", "States": {
		"Greet": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"Payload.$": "$.name"}, "ResultPath": "$.greeting", "Next": "Rest"},
		"Rest": {"Type": "Wait", "Seconds": 3600, "End": true}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	handler := asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		name := task.Input.(*value.Object).Text("Payload")
		return asl.Reply{Output: "Hello, " + name, Duration: 2 * time.Second}, nil
	})
	execution, err := machine.Run(context.Background(), map[string]any{"name": "Ada"}, asl.Options{Handler: handler})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(execution.Status, asl.Encode(execution.Output))
	fmt.Println(execution.Path(), "in", execution.Stop.Sub(execution.Start), "of virtual time")
	// Output:
	// SUCCEEDED {"name":"Ada","greeting":"Hello, Ada"}
	// [Greet Rest] in 1h0m2s of virtual time
}

// Load reports all errors in a definition, each with its state.
func ExampleLoad() {
	_, err := asl.Load([]byte(`{"StartAt": "A", "States": {
		"A": {"Type": "Pass", "Arguments": {}, "Next": "C"},
		"B": {"Type": "Wait", "Seconds": -1, "End": true}}}`))
	fmt.Println(err)
	// Output:
	// state "A": Arguments: is a field of JSONata, but the state's query language is JSONPath: use Parameters
	// state "B": Seconds: must be an integer from 0 to 99999999, got -1
	// state "A": Next: there is no state "C" here; the states are A, B
	// state "B": no state leads to it
}

// Delays, timeouts and backoff are exact on the virtual clock and take no real time.
func ExampleMachine_Run_retry() {
	machine, err := asl.Load([]byte(`{"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "TimeoutSeconds": 60, "End": true,
		"Retry": [{"ErrorEquals": ["Throttled", "States.Timeout"], "IntervalSeconds": 2, "BackoffRate": 3}]}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	handler := asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		fmt.Println("attempt", task.Attempt, "after", task.Now.Sub(start))
		switch task.Attempt {
		case 1:
			return asl.Reply{}, &asl.Error{Name: "Throttled", Cause: "slow down"}
		case 2:
			return asl.Reply{Hangs: true}, nil
		}
		return asl.Reply{Output: "sent"}, nil
	})
	execution, err := machine.Run(context.Background(), nil, asl.Options{Handler: handler, Start: start})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(execution.Status, execution.Output, execution.Bill.Transitions, "transitions")
	// Output:
	// attempt 1 after 0s
	// attempt 2 after 2s
	// attempt 3 after 1m8s
	// SUCCEEDED sent 3 transitions
}

// Stubs in AWS's MockConfigFile.json format replace the services.
func ExampleOptions_stubs() {
	stubs, err := mock.Parse([]byte(`{
		"StateMachines": {"Pipeline": {"TestCases": {"Down": {"InvokeModel": "AlwaysDown"}}}},
		"MockedResponses": {"AlwaysDown": {"0-3": {"Throw": {"Error": "ServiceUnavailable", "Cause": "try later"}}}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := stubs.Handler("Pipeline", "Down")
	if err != nil {
		fmt.Println(err)
		return
	}
	machine, err := asl.Load([]byte(`{"StartAt": "InvokeModel", "States": {"InvokeModel": {"Type": "Task", "End": true,
		"Resource": "arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint", "Retry": [{"ErrorEquals": ["ServiceUnavailable"]}]}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	execution, err := machine.Run(context.Background(), map[string]any{}, asl.Options{Handler: handler})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(execution.Status, execution.Error, execution.Cause, execution.Stop.Sub(execution.Start))
	// Output: FAILED ServiceUnavailable try later 7s
}

// A Distributed Map reads its items from Options.Objects, in place of S3, and starts one child execution per batch.
func ExampleObjects() {
	machine, err := asl.Load([]byte(`{"StartAt": "ScoreCohort", "States": {"ScoreCohort": {"Type": "Map", "End": true,
		"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSONL"}, "Parameters": {"Bucket": "trial", "Key": "cohort.jsonl"}},
		"ItemBatcher": {"MaxItemsPerBatch": 2},
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "Score", "States": {
			"Score": {"Type": "Pass", "Parameters": {"scored.$": "States.ArrayLength($.Items)"}, "End": true}}}}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	objects := &memory{objects: map[string]string{"trial/cohort.jsonl": `{"subject": "S-1"}
{"subject": "S-2"}
{"subject": "S-3"}
`}}
	execution, err := machine.Run(context.Background(), map[string]any{}, asl.Options{Objects: objects})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(asl.Encode(execution.Output), execution.Bill.ExpressRequests, "Express requests")
	// Output: [{"scored":2},{"scored":1}] 2 Express requests
}
