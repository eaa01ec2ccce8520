package asl_test

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

func TestIntegrations(t *testing.T) {
	for resource, want := range map[string]string{
		"arn:aws:states:::elasticmapreduce:addStep.sync":             "",
		"arn:aws:states:::states:startExecution.sync:2":              "",
		"arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint":   "",
		"arn:aws:states:::aws-sdk:s3:listBuckets.waitForTaskToken":   "",
		"arn:${AWS::Partition}:states:::sns:publish":                 "",
		"arn:aws:states:::newservice:doIt.sync":                      "",
		"@@MOCK@@":                                                   "",
		"arn:aws:states:::sagemaker:invokeEndpoint.sync":             "the integration with sagemaker has no action \"invokeEndpoint\"; it has createEndpoint, ",
		"arn:aws:states:::sns:publish.sync":                          "sns:publish cannot be called with .sync",
		"arn:aws:states:::elasticmapreduce:addStep.waitForTaskToken": "elasticmapreduce:addStep cannot be called with .waitForTaskToken",
		"arn:aws:states:::glue:startJobRun.sync:2":                   "glue:startJobRun cannot be called with .sync:2",
		"arn:aws:states:::aws-sdk:glue:startJobRun.sync":             "SDK integrations do not support .sync",
		"arn:aws:states:::sns:publish.soon":                          "unknown pattern \".soon\"; the patterns are .sync, .sync:2 and .waitForTaskToken",
	} {
		definition := []byte(one(`{"Type": "Task", "Resource": "` + resource + `", "End": true}`))
		_, err := asl.Load(definition)
		got := strings.Join(faults(err), "")
		if want == "" && got != "" || want != "" && !strings.HasPrefix(got, `state "S": Resource: `+want) {
			t.Errorf("%s: %q, want %q", resource, got, want)
		}
		if _, err := asl.Load(definition, asl.Lenient()); (err != nil) != (want != "") {
			t.Errorf("%s: Lenient says %v", resource, err)
		}
	}
}
