package test

import (
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
)

// failures are the ways in which a call may end that is not as it should be: no end at all, errors that no service documents,
// and those of its own that stand for a kind: one that passes, one that stays. They strike at every attempt.
func (v *variant) failures(task string) []outcome {
	outcomes := []outcome{{name: "hangs", reply: asl.Reply{Hangs: true}}}
	for _, name := range append([]string{"States.TaskFailed", "Undocumented.Exception", ""}, typical[serviceOf[task]]...) {
		outcomes = append(outcomes, failure(serviceOf[task], name))
	}
	if task == "InvokeModel" {
		form := wrongScores
		if v.scoresCohort() {
			form = wrongPredictions
		}
		for _, answer := range slices.Concat(wrongAnswers, form) {
			outcomes = append(outcomes, outcome{name: "answer " + answer, answer: answer})
		}
	}
	return outcomes
}

// otherFailures are the rest of what the service documents. They strike at the first attempt.
func otherFailures(task string) []outcome {
	outcomes := []outcome{failure("", "States.Permissions")}
	for _, name := range documented[serviceOf[task]] {
		outcomes = append(outcomes, failure(serviceOf[task], name))
	}
	return outcomes
}

// failure is an error by the naming rule of Step Functions: the service, a dot, and the exception.
func failure(service, name string) outcome {
	if service != "" && name != "" && !strings.Contains(name, ".") {
		name = service + "." + name
	}
	return outcome{name: "error " + name, err: &asl.Error{Name: name, Cause: "a fault of the sweep"}}
}

var (
	serviceOf = map[string]string{
		"StartEMRJob": "EMR", "StartGlueJob": "Glue", "FindCohort": "S3", "InvokeModel": "SageMakerRuntime",
		"RecordDecision": "S3", "RecordLowRisk": "S3", "RecordDecisions": "S3", "NotifyTeam": "SNS", "EscalateApproval": "SNS",
		"RequestApproval": "Lambda", "StartReview": "StepFunctions", "FindIncident": "States.Http", "OpenIncident": "States.Http",
	}
	// typical are an error that passes and one that stays, of each service.
	typical = map[string][]string{
		"EMR":              {"AmazonElasticMapReduceException", "InvalidRequestException"},
		"Glue":             {"ConcurrentRunsExceededException", "EntityNotFoundException"},
		"S3":               {"S3Exception", "NoSuchBucketException"},
		"SageMakerRuntime": {"SageMakerRuntimeException", "ModelErrorException", "ValidationErrorException"},
		"SNS":              {"AmazonSNSException", "NotFoundException"},
		"Lambda":           {"TooManyRequestsException", "ResourceNotFoundException"},
		"StepFunctions":    {"AWSStepFunctionsException", "StateMachineDoesNotExistException"},
		"States.Http":      {"States.Http.StatusCode.503", "States.Http.StatusCode.400"},
	}
	// documented are the other errors of the calls, from the API references of AddJobFlowSteps, StartJobRun, PutObject and
	// HeadObject, InvokeEndpoint, Publish, Invoke and StartExecution, and of Step Functions' HTTP tasks.
	documented = map[string][]string{
		"EMR":  {"InternalServerErrorException", "InternalServerException"},
		"Glue": {"AWSGlueException", "InternalServiceException", "InvalidInputException", "OperationTimeoutException", "ResourceNumberLimitExceededException"},
		"S3": {"SdkClientException", "NoSuchKeyException", "EncryptionTypeMismatchException", "InvalidRequestException",
			"InvalidWriteOffsetException", "TooManyPartsException"},
		"SageMakerRuntime": {"InternalDependencyException", "InternalFailureException", "ModelNotReadyException",
			"ServiceUnavailableException", "SdkClientException"},
		"SNS": {"SdkClientException", "AuthorizationErrorException", "EndpointDisabledException", "InternalErrorException",
			"InvalidParameterException", "InvalidParameterValueException", "InvalidSecurityException", "KMSAccessDeniedException",
			"KMSDisabledException", "KMSInvalidStateException", "KMSNotFoundException", "KMSOptInRequiredException",
			"KMSThrottlingException", "PlatformApplicationDisabledException", "ValidationException"},
		"Lambda": {"Unknown", "ServiceException", "AWSLambdaException", "SdkClientException", "ClientExecutionTimeoutException",
			"EC2ThrottledException", "InvalidParameterValueException", "InvalidRequestContentException", "KMSAccessDeniedException",
			"RecursiveInvocationException", "RequestTooLargeException", "ResourceConflictException", "ResourceNotReadyException"},
		"StepFunctions": {"ExecutionAlreadyExistsException", "ExecutionLimitExceededException", "InvalidArnException",
			"InvalidExecutionInputException", "InvalidNameException", "KmsAccessDeniedException", "KmsThrottlingException",
			"StateMachineDeletingException", "ValidationException", "SdkClientException"},
		"States.Http": {"States.Http.Socket", "States.Http.StatusCode.401", "States.Http.StatusCode.403", "States.Http.StatusCode.404",
			"States.Http.StatusCode.429", "States.Http.StatusCode.500", "States.Http.StatusCode.502", "States.Http.StatusCode.504"},
	}
	// wrongAnswers are bodies of the model that no form of the pipeline can use, and those that look like its own form. None
	// has a usable score in it: that a model is wrong about a subject no pipeline can tell.
	wrongAnswers = []string{"{}", "null", "[]", "0.1", `"0.1"`, "<html>502</html>", canary, `{"echo": "` + canary + `"}`}
	wrongScores  = []string{
		`{"risk_score": 0.`, `{"risk_score": null}`, `{"risk_score": "0.1"}`, `{"risk_score": -0.1}`, `{"risk_score": 1.1}`,
		`{"risk_score": [0.1]}`, `{"risk_score": NaN}`, `{"risk_score": "` + canary + `"}`, `{"predictions": [{"risk_score": 0.1}]}`,
	}
	wrongPredictions = []string{
		`{"predictions": [{"risk_score": 0.1}, {"risk_sc`, `{"predictions": []}`, `{"predictions": [0.1, 0.1]}`,
		`{"predictions": [{"risk_score": "0.1"}, {"risk_score": null}]}`, `{"predictions": [{"risk_score": [0.1]}, {"risk_score": -0.1}]}`,
		`{"predictions": [{"risk_score": 1.1}, {"error": "no"}]}`, `{"predictions": {"risk_score": 0.1}}`,
		`{"predictions": [{"risk_score": 0.1}, {"risk_score": 0.1}, {"risk_score": 0.1}]}`, `{"risk_score": 0.1}`,
	}
)

// leavesTraces are the tasks of which it matters whether a call did its work before it failed.
var leavesTraces = map[string]bool{
	"RecordDecision": true, "RecordLowRisk": true, "RecordDecisions": true, "NotifyTeam": true, "EscalateApproval": true,
	"RequestApproval": true, "StartReview": true, "OpenIncident": true,
}
