package cloud

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go"
)

// fake is the client of all services: each call goes to the function with its name.
type fake struct {
	getItem             func(*dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error)
	putItem             func(*dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error)
	query               func(*dynamodb.QueryInput) (*dynamodb.QueryOutput, error)
	scan                func(*dynamodb.ScanInput) (*dynamodb.ScanOutput, error)
	listObjects         func(*s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, error)
	getObject           func(*s3.GetObjectInput) (*s3.GetObjectOutput, error)
	putObject           func(*s3.PutObjectInput) (*s3.PutObjectOutput, error)
	publish             func(*sns.PublishInput) (*sns.PublishOutput, error)
	sendTaskSuccess     func(*sfn.SendTaskSuccessInput) (*sfn.SendTaskSuccessOutput, error)
	getExecutionHistory func(*sfn.GetExecutionHistoryInput) (*sfn.GetExecutionHistoryOutput, error)
	filterLogEvents     func(*cloudwatchlogs.FilterLogEventsInput) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

func (f *fake) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return f.getItem(in)
}

func (f *fake) PutItem(_ context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return f.putItem(in)
}

func (f *fake) Query(_ context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return f.query(in)
}

func (f *fake) Scan(_ context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return f.scan(in)
}

func (f *fake) ListObjectsV2(_ context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return f.listObjects(in)
}

func (f *fake) GetObject(_ context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	return f.getObject(in)
}

func (f *fake) PutObject(_ context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	return f.putObject(in)
}

func (f *fake) Publish(_ context.Context, in *sns.PublishInput, _ ...func(*sns.Options)) (*sns.PublishOutput, error) {
	return f.publish(in)
}

func (f *fake) SendTaskSuccess(_ context.Context, in *sfn.SendTaskSuccessInput, _ ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error) {
	return f.sendTaskSuccess(in)
}

func (f *fake) GetExecutionHistory(_ context.Context, in *sfn.GetExecutionHistoryInput, _ ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error) {
	return f.getExecutionHistory(in)
}

func (f *fake) FilterLogEvents(_ context.Context, in *cloudwatchlogs.FilterLogEventsInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	return f.filterLogEvents(in)
}

// refused returns the error of a call that a service refused with a code, and with a message that quotes the data sent.
func refused(code string) error {
	return &smithy.OperationError{ServiceID: "S", OperationName: "O", Err: &smithy.GenericAPIError{Code: code, Message: "canary"}}
}
