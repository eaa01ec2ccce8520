package services

// RunFunction invokes a function of Lambda and waits for its answer. A function of ours that fails ends the task under the name of its
// error's type.
var RunFunction = Call{
	Integration: "lambda:invoke",
	Operation:   InvokeFunction.Operation,
	Transient:   InvokeFunction.Transient,
	Other:       InvokeFunction.Other,
	Undeclared:  InvokeFunction.Undeclared,
	Source:      InvokeFunction.Source,
}

// InvokeFunction invokes a Lambda function with a task token, and waits until somebody returns the token.
var InvokeFunction = Call{
	Integration: "lambda:invoke.waitForTaskToken",
	Operation:   Operation{"lambda", "Invoke", "lambda:InvokeFunction"},
	// https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
	Transient: []string{
		"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
		"Lambda.ClientExecutionTimeoutException", "Lambda.TooManyRequestsException", "Lambda.Unknown",
	},
	Other: []string{
		"Lambda.CodeArtifactUserDeletedException", "Lambda.CodeArtifactUserFailedException", "Lambda.CodeArtifactUserPendingException",
		"Lambda.DurableExecutionAlreadyStartedException", "Lambda.EC2AccessDeniedException", "Lambda.EC2ThrottledException",
		"Lambda.EC2UnexpectedException", "Lambda.EFSIOException", "Lambda.EFSMountConnectivityException", "Lambda.EFSMountFailureException",
		"Lambda.EFSMountTimeoutException", "Lambda.ENILimitReachedException", "Lambda.ENINotReadyException",
		"Lambda.InvalidParameterValueException", "Lambda.InvalidRequestContentException", "Lambda.InvalidRuntimeException",
		"Lambda.InvalidSecurityGroupIDException", "Lambda.InvalidSubnetIDException", "Lambda.InvalidZipFileException",
		"Lambda.KMSAccessDeniedException", "Lambda.KMSDisabledException", "Lambda.KMSInvalidStateException", "Lambda.KMSNotFoundException",
		"Lambda.ModeNotSupportedException", "Lambda.NoPublishedVersionException", "Lambda.RecursiveInvocationException",
		"Lambda.RequestTooLargeException", "Lambda.ResourceConflictException", "Lambda.ResourceNotFoundException",
		"Lambda.ResourceNotReadyException", "Lambda.RuntimeAliasDeletedException", "Lambda.RuntimeVersionDeletedException",
		"Lambda.S3FilesMountConnectivityException", "Lambda.S3FilesMountFailureException", "Lambda.S3FilesMountTimeoutException",
		"Lambda.SerializedRequestEntityTooLargeException", "Lambda.ServiceQuotaExceededException", "Lambda.SnapStartException",
		"Lambda.SnapStartNotReadyException", "Lambda.SnapStartRegenerationFailureException", "Lambda.SnapStartTimeoutException",
		"Lambda.SubnetIPAddressLimitReachedException", "Lambda.UnsupportedMediaTypeException",
	},
	Undeclared: map[string]string{
		"Lambda.AWSLambdaException":              serviceWide,
		"Lambda.SdkClientException":              noAnswer,
		"Lambda.ClientExecutionTimeoutException": noAnswer,
		"Lambda.Unknown":                         "Step Functions' name for a function that ended without an answer: " + reserved,
	},
	Source: "https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html",
}
