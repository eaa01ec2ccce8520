package services

import "time"

// The errors of an endpoint that a stand-in throws.
const (
	SageMakerModelError  = "SageMakerRuntime.ModelErrorException"         // the container answered with an error, or not in time
	SageMakerThrottling  = "SageMakerRuntime.ThrottlingException"         // the endpoint gets more requests than it may
	SageMakerUnavailable = "SageMakerRuntime.ServiceUnavailableException" // the container cannot be reached
	SageMakerOther       = "SageMakerRuntime.SageMakerRuntimeException"   // everything that the API model does not declare
	SageMakerNotReady    = "SageMakerRuntime.ModelNotReadyException"      // a serverless endpoint or a model is still starting
)

// Waking are the errors of an endpoint that will answer in some minutes: a serverless endpoint provisions its resources, a multi-model
// endpoint loads the model, an instance is replaced. They come at once. While an endpoint is updated, its old variants go on answering:
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html
var Waking = []string{SageMakerNotReady, SageMakerUnavailable}

// InvokeEndpoint asks a SageMaker endpoint for an inference.
//
// A throttled request has two possible names, SageMakerThrottling and SageMakerOther: the API model declares no exception for it.
var InvokeEndpoint = Call{
	Integration: "aws-sdk:sagemakerruntime:invokeEndpoint",
	Operation:   Operation{"sagemaker-runtime", "InvokeEndpoint", "sagemaker:InvokeEndpoint"},
	Transient: []string{
		SageMakerOther, SageMakerThrottling, SageMakerUnavailable, "SageMakerRuntime.InternalFailureException",
		"SageMakerRuntime.InternalDependencyException", SageMakerNotReady,
		"SageMakerRuntime.SdkClientException",
	},
	Permanent: []string{"SageMakerRuntime.ValidationErrorException"},
	Other:     []string{SageMakerModelError},
	Undeclared: map[string]string{
		SageMakerOther:                        serviceWide,
		SageMakerThrottling:                   common,
		"SageMakerRuntime.SdkClientException": noAnswer,
	},
	// https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
	MaxBytes: 6 << 20,
	MaxTime:  60 * time.Second, // of the container; the call itself takes a little longer
	Source:   "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html",
}
