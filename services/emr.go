package services

// AddStep adds a step to an EMR cluster and waits for its end. EMR declares no error for throttling: it is one of
// AmazonElasticMapReduceException.
var AddStep = Call{
	Integration: "elasticmapreduce:addStep.sync",
	Operation:   Operation{"emr", "AddJobFlowSteps", "elasticmapreduce:AddJobFlowSteps"},
	Job: []Operation{
		{"emr", "DescribeStep", "elasticmapreduce:DescribeStep"},
		{"emr", "CancelSteps", "elasticmapreduce:CancelSteps"},
	},
	Rule:      "StepFunctionsGetEventForEMRAddJobFlowStepsRule",
	Transient: []string{"EMR.AmazonElasticMapReduceException"},
	Other:     []string{"EMR.InvalidRequestException", "EMR.InternalServerErrorException", "EMR.InternalServerException"},
	Undeclared: map[string]string{
		"EMR.AmazonElasticMapReduceException": serviceWide,
	},
	Source: "https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html",
}

// StartServerlessJob starts a job of an EMR Serverless application and waits for its end.
var StartServerlessJob = Call{
	Integration: "emr-serverless:startJobRun.sync",
	Operation:   Operation{"emr-serverless", "StartJobRun", "emr-serverless:StartJobRun"},
	Job: []Operation{
		{"emr-serverless", "GetJobRun", "emr-serverless:GetJobRun"},
		{"emr-serverless", "CancelJobRun", "emr-serverless:CancelJobRun"},
	},
	Rule:      "StepFunctionsGetEventsForEMRServerlessJobRule",
	Grants:    []string{"iam:PassRole"},
	Transient: []string{"EMRServerless.ThrottlingException", "EMRServerless.ServiceQuotaExceededException"},
	Other: []string{
		"EMRServerless.ConflictException", "EMRServerless.InternalServerException", "EMRServerless.ResourceNotFoundException",
		"EMRServerless.ValidationException",
	},
	Undeclared: map[string]string{
		"EMRServerless.ThrottlingException":           common,
		"EMRServerless.ServiceQuotaExceededException": "an exception of EMR Serverless, which StartJobRun does not declare",
	},
	Source: "https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html",
}
