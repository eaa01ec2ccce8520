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
//
// StartJobRun declares no error for throttling or a quota, and AWS does not say what comes instead. Every action of AWS may end with
// ThrottlingException; what the model does not declare has the SDK's general name. ConflictException comes while the application is
// stopping, and InternalServerException passes, too: a second job writes an object of its own.
var StartServerlessJob = Call{
	Integration: "emr-serverless:startJobRun.sync",
	Operation:   Operation{"emr-serverless", "StartJobRun", "emr-serverless:StartJobRun"},
	Job: []Operation{
		{"emr-serverless", "GetJobRun", "emr-serverless:GetJobRun"},
		{"emr-serverless", "CancelJobRun", "emr-serverless:CancelJobRun"},
	},
	Rule:   "StepFunctionsGetEventsForEMRServerlessJobRule",
	Grants: []string{"iam:PassRole"},
	Transient: []string{
		"EMRServerless.EMRServerlessException", "EMRServerless.ThrottlingException", "EMRServerless.ConflictException",
		"EMRServerless.InternalServerException",
	},
	Other: []string{"EMRServerless.ResourceNotFoundException", "EMRServerless.ValidationException"},
	Undeclared: map[string]string{
		"EMRServerless.EMRServerlessException": serviceWide,
		"EMRServerless.ThrottlingException":    common,
	},
	Source: "https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html",
}
