package teststate

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/asl/value"
)

// TestExtracts tests that every file can be read and has every shape that it refers to.
func TestExtracts(t *testing.T) {
	files, err := responses.ReadDir("responses")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	types := map[string]bool{"string": true, "number": true, "boolean": true, "any": true}
	for _, file := range files {
		s := serviceOf(strings.TrimSuffix(file.Name(), ".json"))
		refers := func(from, to string) {
			if s.Shapes[to] == nil && !types[to] {
				t.Errorf("%s: %s refers to %q", file.Name(), from, to)
			}
		}
		for name, response := range s.Operations {
			if response != "" {
				refers(name, response)
			}
		}
		for name, shape := range s.Shapes {
			if shape.List != "" {
				refers(name, shape.List)
			}
			if shape.Map != "" {
				refers(name, shape.Map)
			}
			for member, to := range shape.Members {
				refers(name+"."+member, to)
			}
			for _, member := range shape.Required {
				if shape.Members[member] == "" {
					t.Errorf("%s: %s requires %q, which it does not have", file.Name(), name, member)
				}
			}
			if shape.Members == nil && shape.List == "" && shape.Map == "" && !types[shape.Type] {
				t.Errorf("%s: %s is nothing", file.Name(), name)
			}
		}
	}
}

// TestJobs tests that the operations that Step Functions polls exist, with their parts.
func TestJobs(t *testing.T) {
	for name, polled := range jobs {
		service, action, _ := strings.Cut(name, ":")
		if found := resultOfJob(service, action); found == nil || len(found.shape.Members) == 0 {
			t.Errorf("%s: the response of %s has no members", name, polled.operation)
		}
	}
}

func TestCheck(t *testing.T) {
	const (
		start = "arn:aws:states:::states:startExecution"
		fault = "Mock result schema validation error: "
		same  = "as with STRICT"
	)
	for _, c := range []struct{ name, resource, result, strict, present string }{
		{"a required member", start, `{"ExecutionArn": "a"}`, fault + "Field 'StartDate' is required", ""},
		{"null is missing", start, `{"ExecutionArn": "a", "StartDate": null}`, fault + "Field 'StartDate' is required", ""},
		{"a number that is too small", "arn:aws:states:::aws-sdk:kinesis:putRecords", `{"Records": [{}], "FailedRecordCount": 0}`, fault + "Field 'FailedRecordCount' is less than the minimum value", same},
		{"inside a structure in a list", "arn:aws:states:::aws-sdk:sfn:listExecutions", `{"Executions": [{"ExecutionArn": "a"}]}`, fault + "Field 'StateMachineArn' is required", ""},
		{"a text as a time", start, `{"ExecutionArn": "a", "StartDate": "t"}`, "", ""},
		{"a number as a time", start, `{"ExecutionArn": "a", "StartDate": 1.5e9}`, fault + "Field 'StartDate' must be a string", same},
		{"a name that is spelled as in the API", start, `{"executionArn": 1, "startDate": true}`, fault + "Field 'ExecutionArn' is required", ""},
		{"no object", start, `[]`, "Mocked result must be an object.", same},
		{"an unknown member", "arn:aws:states:::sns:publish", `{"More": 1}`, "", ""},
		{"a text", "arn:aws:states:::sns:publish", `{"MessageId": 1}`, fault + "Field 'MessageId' must be a string", same},
		{"a number at its limits", "arn:aws:states:::aws-sdk:lambda:getFunctionConfiguration", `{"MemorySize": 128, "Timeout": 1}`, "", ""},
		{"at the other limit", "arn:aws:states:::aws-sdk:lambda:getFunctionConfiguration", `{"MemorySize": 32768}`, "", ""},
		{"a number beyond", "arn:aws:states:::aws-sdk:lambda:getFunctionConfiguration", `{"MemorySize": 32769}`, fault + "Field 'MemorySize' exceeds the maximum value", same},
		{"an integer beyond 2^53", "arn:aws:states:::aws-sdk:lambda:getFunctionConfiguration", `{"CodeSize": 9007199254740993}`, "", ""},
		{"a text at its limits", "arn:aws:states:::aws-sdk:kms:encrypt", `{"KeyId": "` + strings.Repeat("ä", 2048) + `"}`, "", ""},
		{"a model's answer", "arn:aws:states:::bedrock:invokeModel", `{"Body": "{}", "ContentType": "application/json"}`, "", ""},
		{"is of the service that runs models", "arn:aws:states:::bedrock:invokeModel", `{"Body": "{}", "ContentType": 1}`, fault + "Field 'ContentType' must be a string", same},
		{"a boolean", "arn:aws:states:::aws-sdk:s3:getObject", `{"DeleteMarker": 1}`, fault + "Field 'DeleteMarker' must be a boolean", same},
		{"a value that is not in the list", "arn:aws:states:::aws-sdk:s3:getObject", `{"StorageClass": "X"}`, fault + "Field 'StorageClass' is not an expected value", same},
		{"an element of a list", "arn:aws:states:::events:putEvents", `{"Entries": [1]}`, fault + "Field 'Entries' must be an object", same},
		{"a map", "arn:aws:states:::dynamodb:getItem", `{"Item": []}`, fault + "Field 'Item' must be an object", same},
		{"inside a map", "arn:aws:states:::dynamodb:getItem", `{"Item": {"k": {"BOOL": "x"}}}`, fault + "Field 'BOOL' must be a boolean", same},
		{"a recursive shape", "arn:aws:states:::dynamodb:getItem", `{"Item": {"k": {"L": [{"M": {"n": {"S": 1}}}]}}}`, fault + "Field 'S' must be a string", same},
		{"a payload is a text", "arn:aws:states:::lambda:invoke", `{"Payload": "{}", "StatusCode": 200}`, "", ""},
		{"and no object", "arn:aws:states:::lambda:invoke", `{"Payload": {"a": 1}}`, fault + "Field 'Payload' must be a string", same},
		{"a text that is too long", "arn:aws:states:::aws-sdk:kms:encrypt", `{"KeyId": "` + strings.Repeat("k", 2049) + `"}`, fault + "Field 'KeyId' exceeds the maximum length", same},
		{"a job has the result of what is polled", start + ".sync", `{"ExecutionArn": "a"}`, fault + "Field 'StateMachineArn' is required", ""},
		{"its output is a text", start + ".sync", `{"Output": {}}`, fault + "Field 'ExecutionArn' is required", fault + "Field 'Output' must be a string"},
		{"with .sync:2, too", start + ".sync:2", `{"Output": {}}`, fault + "Field 'ExecutionArn' is required", fault + "Field 'Output' must be a string"},
		{"a job in a list", "arn:aws:states:::batch:submitJob.sync", `{"JobName": 1}`, fault + "Field 'JobId' is required", fault + "Field 'JobName' must be a string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := value.DecodeString(c.result)
			if err != nil {
				t.Fatal(err)
			}
			expected := resultOf(c.resource)
			if expected == nil {
				t.Fatal("the result is not known")
			}
			if got := expected.check(v, true); got != c.strict {
				t.Errorf("STRICT: got %q, want %q", got, c.strict)
			}
			if c.present == same {
				c.present = c.strict
			}
			if got := expected.check(v, false); got != c.present {
				t.Errorf("PRESENT: got %q, want %q", got, c.present)
			}
		})
	}
}

// TestUnknownResults tests whose results may be anything.
func TestUnknownResults(t *testing.T) {
	for reason, resource := range map[string]string{
		"a function":                       "arn:aws:lambda:us-east-1:123456789012:function:f",
		"an activity":                      "arn:aws:states:us-east-1:123456789012:activity:a",
		"a callback":                       "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
		"a callback through the SDK":       "arn:aws:states:::aws-sdk:sqs:sendMessage.waitForTaskToken",
		"a result of its own":              "arn:aws:states:::http:invoke",
		"a job that is not listed":         "arn:aws:states:::eks:createCluster.sync",
		"a service without an extract":     "arn:aws:states:::aws-sdk:braket:getDevice",
		"an operation without an extract":  "arn:aws:states:::aws-sdk:ec2:describeFleets",
		"a name that is no file":           "arn:aws:states:::aws-sdk:../responses/s3:getObject",
		"a placeholder":                    "${Resource}",
		"an integration without an action": "arn:aws:states:::aws-sdk:s3:",
		"a service that does not exist":    "arn:aws:states:::other:call",
	} {
		if resultOf(resource) != nil {
			t.Errorf("%s: %s has a known result", reason, resource)
		}
	}
}
