package services

// StartGlueJob starts a Glue job and waits for its end. StartJobRun declares no error for throttling: it is one of
// AWSGlueException.
var StartGlueJob = Call{
	Integration: "glue:startJobRun.sync",
	Operation:   Operation{"glue", "StartJobRun", "glue:StartJobRun"},
	Job: []Operation{
		{"glue", "GetJobRun", "glue:GetJobRun"},
		{"glue", "GetJobRuns", "glue:GetJobRuns"},
		{"glue", "BatchStopJobRun", "glue:BatchStopJobRun"},
	},
	Transient: []string{
		"Glue.AWSGlueException", "Glue.ConcurrentRunsExceededException", "Glue.ResourceNumberLimitExceededException",
	},
	Other: []string{
		"Glue.EntityNotFoundException", "Glue.InternalServiceException", "Glue.InvalidInputException", "Glue.OperationTimeoutException",
	},
	Undeclared: map[string]string{
		"Glue.AWSGlueException": serviceWide,
	},
	Source: "https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html",
}
