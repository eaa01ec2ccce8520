package teststate

import "strings"

// optimizedNames are the names that services with optimized integrations have as SDK integrations, unless they are the same.
var optimizedNames = map[string]string{
	"emr-containers": "emrcontainers",
	"emr-serverless": "emrserverless",
	"events":         "eventbridge",
	"states":         "sfn",
}

// ownResults are the services whose optimized integrations make results of their own.
var ownResults = map[string]bool{"apigateway": true, "eks": true, "elasticmapreduce": true, "http": true}

// optimized returns the result of a request and response.
func optimized(name, action string) *result {
	free := ""
	switch {
	case ownResults[name]:
		return nil
	case name == "lambda":
		free = "Payload"
	case name == "bedrock" && action == "invokeModel":
		name, free = "bedrockruntime", "Body"
	}
	if sdk := optimizedNames[name]; sdk != "" {
		name = sdk
	}
	found := resultOfCall(name, action)
	if found != nil {
		found.free = free
	}
	return found
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

// resultOfJob returns the result of a job. With .sync:2, the output of an execution is JSON and no text.
func resultOfJob(name, action, pattern string) *result {
	polled, ok := jobs[name+":"+action]
	if !ok {
		return nil
	}
	found := optimized(name, polled.operation)
	if found == nil {
		return nil
	}
	if polled.part != "" {
		part := found.service.shape(found.shape.Members[polled.part])
		if part.List != "" {
			part = found.service.shape(part.List)
		}
		found.shape = part
	}
	if strings.HasSuffix(pattern, ":2") {
		found.free = "Output"
	}
	return found
}
