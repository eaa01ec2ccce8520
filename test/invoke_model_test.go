package test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Requirements: SRC-03, SRC-07
func TestInvokeModel(t *testing.T) {
	got := smallestPipeline(t).state(t, "InvokeModel")
	want := object{
		"Type":     "Task",
		"Comment":  "Asks the endpoint for the risk of dropout.",
		"Resource": "arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint",
		"Arguments": object{
			"EndpointName": "dropout-inference",
			"ContentType":  "application/json",
			"Accept":       "application/json",
			"Body":         object{"features": "{% $states.input.transformed_features %}"},
		},
		"TimeoutSeconds": 65.0,
		"Retry": []any{
			never("SageMakerRuntime.ValidationErrorException"),
			retrier(12, 5, 60, "SageMakerRuntime.ModelNotReadyException", "SageMakerRuntime.ServiceUnavailableException"),
			retrier(6, 2, 60,
				"SageMakerRuntime.SageMakerRuntimeException", "SageMakerRuntime.ThrottlingException",
				"SageMakerRuntime.InternalFailureException", "SageMakerRuntime.InternalDependencyException",
				"SageMakerRuntime.SdkClientException"),
			retrier(2, 2, 60, "States.TaskFailed", "States.Timeout"),
		},
		"Output": got["Output"], // TestEveryAnswerOfTheModelTakesItsBranch, TestAnAnswerWithTwinKeysIsNoScore
		"Next":   "CheckRisk",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
