package call_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/serve/call"
)

// seen is a request that a service got.
type seen struct {
	method, path, body string
	header             http.Header
}

// answer is what a service answers.
type answer struct {
	status int
	header map[string]string
	body   string
}

// service is a service that answers in turn; the last answer repeats.
func service(t *testing.T, answers ...answer) (address string, requests *[]seen) {
	t.Helper()
	requests = &[]seen{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a := answers[min(len(*requests), len(answers)-1)]
		*requests = append(*requests, seen{r.Method, r.URL.RequestURI(), string(body), r.Header})
		for name, value := range a.header {
			w.Header().Set(name, value)
		}
		if a.status > 0 {
			w.WriteHeader(a.status)
		}
		_, _ = io.WriteString(w, a.body)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

// do performs a task at an endpoint for every service.
func do(t *testing.T, address, resource, parameters string) (string, error) {
	t.Helper()
	endpoints, err := call.New(map[string]string{call.All: address}, "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	endpoints.Poll = time.Nanosecond
	input, err := asl.Decode([]byte(parameters))
	if err != nil {
		t.Fatal(err)
	}
	submitted := 0
	output, err := endpoints.Do(t.Context(), &asl.Task{Resource: resource, Input: input}, func(any) { submitted++ })
	if err == nil && (submitted == 1) != strings.Contains(resource, ".sync") {
		t.Errorf("submitted %d times", submitted)
	}
	text, encodeErr := json.Marshal(output)
	if encodeErr != nil {
		t.Fatal(encodeErr)
	}
	return string(text), err
}

func TestRequestsAndResults(t *testing.T) {
	for _, row := range []struct {
		resource, parameters string
		answer               answer
		method, path, body   string
		header               map[string]string
		result               string // a part of it
	}{
		{"arn:aws:states:::lambda:invoke", `{"FunctionName": "f:live", "Payload": {"a": 1}}`, answer{body: `{"b":2}`},
			"POST", "/2015-03-31/functions/f:live/invocations", `{"a":1}`, nil, `"Payload":{"b":2}`},
		{"arn:aws:lambda:us-east-1:123456789012:function:f", `{"a":1}`, answer{body: `{"b":2}`},
			"POST", "/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations", `{"a":1}`, nil, `{"b":2}`},
		{"arn:aws:states:::dynamodb:getItem", `{"TableName":"t"}`, answer{body: `{"Item":{"n":{"N":"9007199254740993"}}}`},
			"POST", "/", `{"TableName":"t"}`, map[string]string{"X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": "application/x-amz-json-1.0"}, `"Item":{"n":{"N":"9007199254740993"}}`},
		{"arn:aws:states:::aws-sdk:dynamodb:query", `{"TableName":"t"}`, answer{body: `{"Count":9007199254740993}`}, "POST", "/", `{"TableName":"t"}`, nil, `{"Count":9007199254740993}`},
		{"arn:aws:states:::aws-sdk:cloudwatchlogs:getLogEvents", `{"LogGroupName":"g"}`, answer{body: `{"events":[{"eventId":"1"}]}`},
			"POST", "/", `{"logGroupName":"g"}`, map[string]string{"X-Amz-Target": "Logs_20140328.GetLogEvents"}, `{"Events":[{"EventId":"1"}]}`},
		{"arn:aws:states:::sqs:sendMessage", `{"MessageBody":{"a":1},"QueueUrl":"q"}`, answer{body: `{"MessageId":"m"}`},
			"POST", "/", `{"MessageBody":"{\"a\":1}","QueueUrl":"q"}`, map[string]string{"X-Amz-Target": "AmazonSQS.SendMessage"}, `"MessageId":"m"`},
		{"arn:aws:states:::events:putEvents", `{"Entries":[{"Detail":{"a":1},"Source":"s"}]}`, answer{body: `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`},
			"POST", "/", `{"Entries":[{"Detail":"{\"a\":1}","Source":"s"}]}`, map[string]string{"X-Amz-Target": "AWSEvents.PutEvents"}, `"EventId":"1"`},
		{"arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint", `{"EndpointName":"e","Body":{"a":1},"ContentType":"application/json"}`,
			answer{body: `{"risk":0.5}`, header: map[string]string{"Content-Type": "application/json"}},
			"POST", "/endpoints/e/invocations", `{"a":1}`, map[string]string{"Content-Type": "application/json"}, `{"Body":"{\"risk\":0.5}","ContentType":"application/json"}`},
		{"arn:aws:states:::http:invoke", `{"ApiEndpoint":"https://example.com/v1/a?b=c","Method":"PUT","QueryParameters":{"d":"e f"},"Headers":{"X-A":"1"},"RequestBody":{"a":1}}`,
			answer{body: `{"b":2}`}, "PUT", "/v1/a?b=c&d=e+f", `{"a":1}`, map[string]string{"X-A": "1"}, `"ResponseBody":{"b":2}`},
		{"arn:aws:states:::sns:publish", `{"TopicArn":"t","Message":{"a":1}}`,
			answer{body: `<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>`},
			"POST", "/", `Action=Publish&Message=%7B%22a%22%3A1%7D&TopicArn=t&Version=2010-03-31`, nil, `"MessageId":"m-1"`},
		{"arn:aws:states:::aws-sdk:s3:putObject", `{"Bucket":"b","Key":"k/x","Body":{"a":1}}`, answer{header: map[string]string{"ETag": `"e"`}},
			"PUT", "/b/k/x?x-id=PutObject", `{"a":1}`, nil, `{"ETag":"\"e\""}`},
		{"arn:aws:states:::aws-sdk:s3:getObject", `{"Bucket":"b","Key":"k"}`, answer{body: "text"}, "GET", "/b/k?x-id=GetObject", "", nil, `"Body":"text"`},
		{"arn:aws:states:::aws-sdk:s3:headObject", `{"Bucket":"b","Key":"k"}`, answer{header: map[string]string{"ETag": `"e"`}}, "HEAD", "/b/k", "", nil, `"ETag":"\"e\""`},
		{"arn:aws:states:::elasticmapreduce:addStep", `{"ClusterId":"j","Step":{"Name":"s"}}`, answer{body: `{"StepIds":["s-1"]}`},
			"POST", "/", `{"JobFlowId":"j","Steps":[{"Name":"s"}]}`, map[string]string{"X-Amz-Target": "ElasticMapReduce.AddJobFlowSteps"}, `{"StepId":"s-1"}`},
	} {
		t.Run(row.resource, func(t *testing.T) {
			address, requests := service(t, row.answer)
			result, err := do(t, address, row.resource, row.parameters)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(result, row.result) {
				t.Errorf("result %s\nwant   %s", result, row.result)
			}
			got := (*requests)[0]
			if got.method != row.method || got.path != row.path || got.body != row.body {
				t.Errorf("got  %s %s %s\nwant %s %s %s", got.method, got.path, got.body, row.method, row.path, row.body)
			}
			for name, value := range row.header {
				if got.header.Get(name) != value {
					t.Errorf("%s is %q, want %q", name, got.header.Get(name), value)
				}
			}
			if !strings.Contains(row.resource, ":http:") && !strings.HasPrefix(got.header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=test/") {
				t.Errorf("signed with %q", got.header.Get("Authorization"))
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, row := range []struct {
		resource    string
		answer      answer
		name, cause string
	}{
		{"arn:aws:states:::lambda:invoke", answer{header: map[string]string{"X-Amz-Function-Error": "Unhandled"}, body: `{"errorType":"Bad","errorMessage":"luck"}`}, "Bad", `{"errorType":"Bad","errorMessage":"luck"}`},
		{"arn:aws:states:::lambda:invoke", answer{header: map[string]string{"X-Amz-Function-Error": "Unhandled"}, body: `oops`}, "Lambda.Unknown", "Returned payload: oops"},
		{"arn:aws:states:::lambda:invoke", answer{status: 429}, "Lambda.TooManyRequestsException", ""},
		{"arn:aws:states:::lambda:invoke", answer{status: 500}, "Lambda.ServiceException", ""},
		{"arn:aws:states:::lambda:invoke", answer{status: 404, header: map[string]string{"X-Amzn-Errortype": "ResourceNotFoundException:http://x"}, body: `{"Message":"no function"}`}, "Lambda.ResourceNotFoundException", "no function (Service: Lambda, Status Code: 404"},
		{"arn:aws:states:::dynamodb:putItem", answer{status: 400, body: `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no"}`}, "DynamoDB.ConditionalCheckFailedException", "no (Service"},
		{"arn:aws:states:::aws-sdk:dynamodb:putItem", answer{status: 400, body: `{"__type":"x#ConditionalCheckFailedException"}`}, "DynamoDb.ConditionalCheckFailedException", ""},
		{"arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint", answer{status: 424, body: "model"}, "SageMakerRuntime.ModelErrorException", "model"},
		{"arn:aws:states:::aws-sdk:sagemakerruntime:invokeEndpoint", answer{status: 503}, "SageMakerRuntime.ServiceUnavailableException", ""},
		{"arn:aws:states:::http:invoke", answer{status: 418, body: "tea"}, "States.Http.StatusCode.418", "tea"},
		{"arn:aws:states:::events:putEvents", answer{body: `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"E"}]}`}, "EventBridge.FailedEntry", "E"},
		{"arn:aws:states:::aws-sdk:s3:getObject", answer{status: 404, body: `<Error><Code>NoSuchKey</Code><Message>none</Message></Error>`}, "S3.NoSuchKeyException", "none (Service: S3, Status Code: 404"},
		{"arn:aws:states:::sns:publish", answer{status: 404, body: `<ErrorResponse><Error><Code>NotFound</Code><Message>none</Message></Error></ErrorResponse>`}, "SNS.NotFoundException", "none"},
		{"arn:aws:states:::aws-sdk:s3:selectObjectContent", answer{}, "S3.SdkClientException", "not supported"},
	} {
		t.Run(row.name, func(t *testing.T) {
			address, _ := service(t, row.answer)
			_, err := do(t, address, row.resource, `{"FunctionName":"f","EndpointName":"e","TopicArn":"t","Message":"m","Bucket":"b","Key":"k","ApiEndpoint":"https://x/y","Method":"GET"}`)
			fault, ok := errors.AsType[*asl.Error](err)
			if !ok || fault.Name != row.name || !strings.Contains(fault.Cause, row.cause) {
				t.Errorf("got %v", err)
			}
		})
	}
}
