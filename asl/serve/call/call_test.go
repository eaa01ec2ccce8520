package call_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
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

func TestAServiceThatDoesNotAnswer(t *testing.T) {
	address, _ := service(t, answer{})
	server := strings.TrimPrefix(address, "http://")
	_, err := do(t, "http://"+server[:strings.LastIndex(server, ":")]+":1", "arn:aws:states:::dynamodb:getItem", `{}`)
	if fault, ok := errors.AsType[*asl.Error](err); !ok || fault.Name != "DynamoDB.SdkClientException" {
		t.Errorf("got %v", err)
	}
}

func TestJobs(t *testing.T) {
	for _, row := range []struct {
		resource, parameters string
		answers              []answer
		paths                string
		result               string
		fails                bool
	}{
		{"arn:aws:states:::glue:startJobRun.sync", `{"JobName":"j"}`, []answer{{body: `{"JobRunId":"r"}`}, {body: `{"JobRun":{"JobRunState":"RUNNING"}}`}, {body: `{"JobRun":{"Id":"r","JobRunState":"SUCCEEDED"}}`}},
			"StartJobRun GetJobRun GetJobRun", `{"Id":"r","JobRunState":"SUCCEEDED"}`, false},
		{"arn:aws:states:::glue:startJobRun.sync", `{"JobName":"j"}`, []answer{{body: `{"JobRunId":"r"}`}, {body: `{"JobRun":{"JobRunState":"FAILED"}}`}}, "StartJobRun GetJobRun", `{"JobRunState":"FAILED"}`, true},
		{"arn:aws:states:::elasticmapreduce:addStep.sync", `{"ClusterId":"j","Step":{}}`, []answer{{body: `{"StepIds":["s"]}`}, {body: `{"Step":{"Status":{"State":"COMPLETED"}}}`}},
			"AddJobFlowSteps DescribeStep", `"Step":{"Status":{"State":"COMPLETED"}}`, false},
		{"arn:aws:states:::emr-serverless:startJobRun.sync", `{"ApplicationId":"a","ExecutionRoleArn":"r"}`, []answer{{body: `{"applicationId":"a","jobRunId":"j"}`}, {body: `{"jobRun":{"state":"SUCCESS"}}`}},
			"/applications/a/jobruns /applications/a/jobruns/j", `"JobRun":{"State":"SUCCESS"}`, false},
	} {
		t.Run(row.resource, func(t *testing.T) {
			address, requests := service(t, row.answers...)
			result, err := do(t, address, row.resource, row.parameters)
			if row.fails {
				fault, ok := errors.AsType[*asl.Error](err)
				if !ok || fault.Name != asl.ErrTaskFailed {
					t.Fatalf("got %v", err)
				}
				result = fault.Cause
			} else if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(result, row.result) {
				t.Errorf("result %s", result)
			}
			var paths []string
			for _, r := range *requests {
				_, operation, _ := strings.Cut(r.header.Get("X-Amz-Target"), ".")
				if operation == "" {
					operation = r.path
				}
				paths = append(paths, operation)
			}
			if got := strings.Join(paths, " "); got != row.paths {
				t.Errorf("requests %s, want %s", got, row.paths)
			}
		})
	}
	if _, err := do(t, "http://127.0.0.1:1", "arn:aws:states:::batch:submitJob.sync", `{}`); err == nil {
		t.Error("a job of an unknown service starts")
	}
	if _, err := do(t, "http://127.0.0.1:1", "arn:aws:states:::athena:startQueryExecution.sync", `{}`); err == nil || !strings.Contains(err.Error(), "--stubs") {
		t.Errorf("a job that cannot be followed: %v", err)
	}
}

func TestEndpoints(t *testing.T) {
	for _, addresses := range []map[string]string{{"lamda": "http://x"}, {"lambda": "127.0.0.1:3001"}, {"lambda": "ftp://x"}, {"lambda": ""}} {
		if _, err := call.New(addresses, "us-east-1"); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v", addresses, err)
		}
	}
	only, err := call.New(map[string]string{"lambda": "http://127.0.0.1:3001"}, "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	for resource, want := range map[string]bool{
		"arn:aws:states:::lambda:invoke": true, "arn:aws:states:::lambda:invoke.waitForTaskToken": true, "arn:aws:lambda:us-east-1:1:function:f": true,
		"arn:aws:states:::sns:publish": false, "hello": false,
	} {
		if only.Knows(resource) != want {
			t.Errorf("Knows(%s) is %v", resource, !want)
		}
	}
	if only.Objects() != nil {
		t.Error("there are objects without S3")
	}
}

func TestObjects(t *testing.T) {
	stored := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := strings.TrimPrefix(r.URL.Path, "/bucket/")
		switch {
		case r.Method == http.MethodPut:
			body, _ := io.ReadAll(r.Body)
			stored[key] = string(body)
		case r.URL.Query().Get("list-type") == "2":
			_, _ = fmt.Fprintf(w, "<ListBucketResult><Contents><Key>a</Key><Size>%d</Size></Contents></ListBucketResult>", len(stored["a"]))
		case stored[key] == "":
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
		default:
			_, _ = io.WriteString(w, stored[key])
		}
	}))
	defer server.Close()
	endpoints, err := call.New(map[string]string{"s3": server.URL}, "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	objects := endpoints.Objects()
	w, err := objects.Create(t.Context(), "bucket", "a")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, "content")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := objects.Open(t.Context(), "bucket", "a")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if text, err := io.ReadAll(r); err != nil || string(text) != "content" {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := objects.Open(t.Context(), "bucket", "b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing object: %v", err)
	}
	for object, err := range objects.List(t.Context(), "bucket", "") {
		if err != nil || object.Key != "a" || object.Size != 7 {
			t.Errorf("%+v, %v", object, err)
		}
	}
}

func TestTheEndOfATaskEndsTheCall(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-release
	}))
	defer server.Close()
	defer close(release)
	endpoints, err := call.New(map[string]string{"dynamodb": server.URL}, "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	if _, err := endpoints.Do(ctx, &asl.Task{Resource: "arn:aws:states:::dynamodb:getItem", Input: map[string]any{}}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
