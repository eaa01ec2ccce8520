// The Lambda function that the state RequestApproval invokes. It stores a request for approval and tells the approvers.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/cloud"
)

func main() {
	requester, err := newRequester(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lambda.Start(requester.Handle)
}

func newRequester(ctx context.Context) (*approval.Requester, error) {
	settings, err := approval.RequestSettings(os.Getenv)
	if err != nil {
		return nil, err
	}
	aws, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	return &approval.Requester{
		Store:    cloud.Store{Client: dynamodb.NewFromConfig(aws), Table: settings.Table},
		Notifier: cloud.Notifier{Client: sns.NewFromConfig(aws), Topic: settings.Topic},
		Records:  approval.Records{Bucket: settings.Bucket, Prefix: settings.Prefix},
		Function: settings.Function,
		Now:      time.Now,
		Log:      slog.New(slog.NewJSONHandler(os.Stdout, nil)),
	}, nil
}
