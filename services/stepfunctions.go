package services

// The errors of StartExecution that a stand-in throws.
const (
	StepFunctionsInvalidARN     = "StepFunctions.InvalidArnException"
	StepFunctionsExecutionTaken = "StepFunctions.ExecutionAlreadyExistsException" // the name is taken by an execution with another input
)

// StartExecution starts an execution of another state machine, waits for its end and parses its output. StartExecution
// declares no error for throttling: it is one of AWSStepFunctionsException.
var StartExecution = Call{
	Integration: "states:startExecution.sync:2",
	Operation:   Operation{"stepfunctions", "StartExecution", "states:StartExecution"},
	Job: []Operation{
		{"stepfunctions", "DescribeExecution", "states:DescribeExecution"},
		{"stepfunctions", "StopExecution", "states:StopExecution"},
	},
	Rule:      "StepFunctionsGetEventsForStepFunctionsExecutionRule",
	Transient: []string{"StepFunctions.AWSStepFunctionsException", "StepFunctions.ExecutionLimitExceededException"},
	Other: []string{
		"StepFunctions.StateMachineDoesNotExistException", StepFunctionsExecutionTaken, StepFunctionsInvalidARN,
		"StepFunctions.InvalidExecutionInputException", "StepFunctions.InvalidNameException", "StepFunctions.KmsAccessDeniedException",
		"StepFunctions.KmsInvalidStateException", "StepFunctions.KmsThrottlingException", "StepFunctions.StateMachineDeletingException",
		"StepFunctions.ValidationException", "StepFunctions.SdkClientException",
	},
	Undeclared: map[string]string{
		"StepFunctions.AWSStepFunctionsException": serviceWide,
		"StepFunctions.SdkClientException":        noAnswer,
	},
	Source: "https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html",
}
