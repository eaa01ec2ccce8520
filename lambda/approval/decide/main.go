// The Lambda function that approvers invoke. It lists and shows requests for approval, and takes decisions.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/cloud"
	"clinical-risk-pipeline/lambda/approval/identity"
)

func main() {
	decider, err := newDecider(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lambda.Start(approval.API{Decider: decider, Identities: identity.New(nil)}.Handle)
}

func newDecider(ctx context.Context) (*approval.Decider, error) {
	settings, err := approval.DecideSettings(os.Getenv)
	if err != nil {
		return nil, err
	}
	aws, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	stepFunctions := sfn.NewFromConfig(aws)
	return &approval.Decider{
		Store: cloud.Store{Client: dynamodb.NewFromConfig(aws), Table: settings.Table},
		Records: approval.Records{
			Objects: cloud.Objects{Client: s3.NewFromConfig(aws, cloud.OwnedBy(settings.BucketOwner)), Bucket: settings.Bucket},
			Bucket:  settings.Bucket,
			Prefix:  settings.Prefix,
			Alerts:  settings.Alerts,
		},
		Tasks:   cloud.Tasks{Client: stepFunctions},
		Starts:  cloud.Starts{Client: cloudwatchlogs.NewFromConfig(aws, cloud.Patiently), History: stepFunctions, Group: settings.TrailLogs, Now: time.Now},
		Signers: settings.Signers,
		Roster:  settings.Roster,
		Now:     time.Now,
		Log:     slog.New(slog.NewJSONHandler(os.Stdout, nil)),
	}, nil
}
