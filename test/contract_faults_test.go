package test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// Each row breaks a state that keeps its contract. The checker must see it, and nothing else.
func TestTheContractSeesEveryKindOfFault(t *testing.T) {
	models := readAPIModels(t)
	head := `{"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:headObject", "Arguments": {"Bucket": "b", "Key": "{% $k %}"},
		"Output": "{% $states.result.VersionId %}", "Retry": [{"ErrorEquals": ["S3.NoSuchKeyException", "States.TaskFailed"]}]}`
	put := `{"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:putObject", "Arguments": {"Bucket": "b", "Key": "k", "Body": {"a": 1}, "ChecksumAlgorithm": "SHA256"}}`
	emr := `{"Type": "Task", "Resource": "arn:aws:states:::elasticmapreduce:addStep.sync", "Arguments": {"ClusterId": "j-1",
		"Step": {"Name": "n", "ActionOnFailure": "CONTINUE", "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["a"]}}}}`
	serverless := `{"Type": "Task", "Resource": "arn:aws:states:::emr-serverless:startJobRun.sync", "Arguments": {"ApplicationId": "00f1", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/etl",
		"ExecutionTimeoutMinutes": 240, "JobDriver": {"SparkSubmit": {"EntryPoint": "s3://b/etl.py", "EntryPointArguments": ["a"]}}}}`
	sns := `{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": {"TopicArn": "t", "Message": {"a": 1}, "MessageAttributes": {"e": {"DataType": "String", "StringValue": "x"}}}}`
	child := `{"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Arguments": {"StateMachineArn": "m", "Name": "n", "Input": {"a": 1}}, "Output": "{% $states.result.Output %}"}`
	web := `{"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "Arguments": {"ApiEndpoint": "https://a/b", "Method": "GET",
		"Authentication": {"ConnectionArn": "arn:aws:events:eu-central-1:123456789012:connection/c/1"}}, "Output": "{% $states.result.ResponseBody.result[0].number %}"}`
	for _, row := range []struct{ kind, state, old, new, want string }{
		{"a member of another call", head, `"Bucket"`, `"ContentType": "x", "Bucket"`, " has no member ContentType"},
		{"another case", head, `"Key"`, `"key"`, " has no member key| lacks Key, which is required"},
		{"a required member", head, `"Bucket": "b", `, ``, " lacks Bucket, which is required"},
		{"a number in the place of a text", head, `"b"`, `1`, "Bucket must be a string, got float64"},
		{"an empty text", head, `"Key": "{% $k %}"`, `"Key": ""`, "Key has 0 characters, want 1 to any"},
		{"an enum", put, `"SHA256"`, `"SHA-256"`, "ChecksumAlgorithm must be one of"},
		{"a field that the response lacks", head, `result.VersionId`, `result.Version`, "reads $states.result.Version, which HeadObjectOutput does not have"},
		{"an error of another call", head, `"S3.NoSuchKeyException"`, `"S3.NoSuchUploadException"`, "Retry names S3.NoSuchUploadException, which the call does not end with"},
		{"a call that is not listed", head, `headObject`, `deleteObject`, "calls arn:aws:states:::aws-sdk:s3:deleteObject, which package services does not list"},
		{"a member deep inside", emr, `"Jar"`, `"JAR"`, "Steps[0].HadoopJarStep has no member JAR|Steps[0].HadoopJarStep lacks Jar, which is required"},
		{"an enum of a step", emr, `"CONTINUE"`, `"GO_ON"`, "Steps[0].ActionOnFailure must be one of"},
		{"a text in the place of a list", emr, `["a"]`, `"a"`, "Steps[0].HadoopJarStep.Args must be a list, got string"},
		{"a pattern", serverless, `role/etl`, `group/etl`, "ExecutionRoleArn must match"},
		{"a fraction", serverless, `240`, `0.5`, "ExecutionTimeoutMinutes must be an integer, got 0.5"},
		{"a member of a union", serverless, `"SparkSubmit"`, `"Spark"`, "JobDriver has no member Spark"},
		{"an entry of a map", sns, `"StringValue"`, `"Value"`, "MessageAttributes.e has no member Value"},
		{"a long name", child, `"n"`, `"` + strings.Repeat("n", 81) + `"`, "Name has 81 characters, want 1 to 80"},
		{"the description of another job", child, `result.Output`, `result.JobRun`, "reads $states.result.JobRun, which DescribeExecutionOutput does not have"},
		{"a method", web, `"GET"`, `"FETCH"`, "Method must be one of"},
		{"an address without TLS", web, `https:`, `http:`, "ApiEndpoint must match"},
		{"a part of an HTTP answer", web, `ResponseBody`, `Body`, "reads $states.result.Body.result, which Response does not have"},
	} {
		t.Run(row.kind, func(t *testing.T) {
			check := func(state string) []string {
				var value object
				if err := json.Unmarshal([]byte(state), &value); err != nil {
					t.Fatal(err)
				}
				return models.checkState(value)
			}
			if faults := check(row.state); len(faults) != 0 {
				t.Fatalf("the whole state has faults: %q", faults)
			}
			got, want := check(strings.Replace(row.state, row.old, row.new, 1)), strings.Split(row.want, "|")
			if len(got) != len(want) || slices.ContainsFunc(want, func(w string) bool {
				return !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, w) })
			}) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
