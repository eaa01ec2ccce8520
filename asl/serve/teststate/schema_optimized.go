package teststate

// optimizedNames are the names that services with optimized integrations have as SDK integrations, unless they are the same.
var optimizedNames = map[string]string{
	"emr-containers": "emrcontainers",
	"emr-serverless": "emrserverless",
	"events":         "eventbridge",
	"states":         "sfn",
}

// ownResults are the services whose optimized integrations make results of their own.
var ownResults = map[string]bool{"apigateway": true, "eks": true, "elasticmapreduce": true, "http": true}

// optimized returns the result of a request and response. It is the response of the API, although executions get some members as
// JSON that the API has as text, such as Payload of Lambda: users report that TestState wants the text.
// See https://github.com/boto/boto3/issues/4682 and https://github.com/boto/boto3/issues/4683.
func optimized(name, action string) *result {
	switch {
	case ownResults[name]:
		return nil
	case name == "bedrock" && action == "invokeModel":
		name = "bedrockruntime"
	}
	if sdk := optimizedNames[name]; sdk != "" {
		name = sdk
	}
	return resultOfCall(name, action)
}

// job is how the result of a job (.sync) is read: the operation that Step Functions polls, and the part of its response.
type job struct{ operation, part string }

// jobs lists the jobs whose results are known, by service and action. The results of the others are not checked.
// See https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html.
var jobs = map[string]job{
	"athena:startQueryExecution":              {"GetQueryExecution", ""},
	"batch:submitJob":                         {"DescribeJobs", "Jobs"},
	"codebuild:startBuild":                    {"StartBuild", ""},
	"ecs:runTask":                             {"DescribeTasks", "Tasks"},
	"glue:startJobRun":                        {"GetJobRun", "JobRun"},
	"sagemaker:createHyperParameterTuningJob": {"DescribeHyperParameterTuningJob", ""},
	"sagemaker:createLabelingJob":             {"DescribeLabelingJob", ""},
	"sagemaker:createProcessingJob":           {"DescribeProcessingJob", ""},
	"sagemaker:createTrainingJob":             {"DescribeTrainingJob", ""},
	"sagemaker:createTransformJob":            {"DescribeTransformJob", ""},
	"states:startExecution":                   {"DescribeExecution", ""},
}

// resultOfJob returns the result of a job.
func resultOfJob(name, action string) *result {
	polled, ok := jobs[name+":"+action]
	if !ok {
		return nil
	}
	found := optimized(name, polled.operation)
	if found == nil || polled.part == "" {
		return found
	}
	found.shape = found.service.shape(found.shape.Members[polled.part])
	if found.shape.List != "" {
		found.shape = found.service.shape(found.shape.List)
	}
	return found
}
