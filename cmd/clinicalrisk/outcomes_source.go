package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"clinical-risk-pipeline/internal/outcomes"
	"clinical-risk-pipeline/internal/records/folder"
	alertscloud "clinical-risk-pipeline/lambda/alerts/cloud"
	"clinical-risk-pipeline/lambda/approval"
	approvals "clinical-risk-pipeline/lambda/approval/cloud"
	"clinical-risk-pipeline/local/registry"
	"clinical-risk-pipeline/workflow/trial"
)

// newObjects and newCohorts connect to AWS. Tests replace them.
var (
	newObjects = func(settings aws.Config, bucket string) approval.Objects {
		return approvals.Objects{Client: s3.NewFromConfig(settings), Bucket: bucket}
	}
	newCohorts = func(settings aws.Config) outcomes.Cohorts {
		return alertscloud.Cohorts{Client: s3.NewFromConfig(settings)}
	}
)

// objects returns where outcomes are imported to, and how to close it.
func (c *outcomesPlace) objects(ctx context.Context, t *trial.Trial) (approval.Objects, func() error, error) {
	if c.Registry != "" {
		kept, err := c.open(t)
		if err != nil {
			return nil, nil, err
		}
		return kept.Events(), kept.Close, nil
	}
	settings, bucket, err := c.onAWS(ctx)
	if err != nil {
		return nil, nil, err
	}
	return newObjects(settings, bucket), func() error { return nil }, nil
}

// store returns the records to read, the cohorts, and how to close them.
func (c *outcomesPlace) store(ctx context.Context, t *trial.Trial) (outcomes.Reader, outcomes.Cohorts, func() error, error) {
	if c.Registry != "" {
		kept, err := c.open(t)
		if err != nil {
			return nil, nil, nil, err
		}
		store, err := folder.Open(kept.Objects(), kept.Records(), t.ID)
		if err != nil {
			return nil, nil, nil, errors.Join(err, kept.Close())
		}
		return outcomes.Recorded(store), kept.Cohorts(), kept.Close, nil
	}
	settings, bucket, err := c.onAWS(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	return outcomes.Recorded(newStore(settings, bucket)), newCohorts(settings), func() error { return nil }, nil
}

// open opens the registry of local runs. No other program uses it meanwhile.
func (c *outcomesPlace) open(t *trial.Trial) (*registry.Folder, error) {
	dir, err := filepath.Abs(c.Registry)
	if err != nil {
		return nil, err
	}
	kept, err := registry.Open(dir, nil)
	if err != nil {
		return nil, err
	}
	if known := kept.Trial().ID; known != t.ID {
		return nil, errors.Join(fmt.Errorf("%s is the registry of the trial %s, and %s of %s: name that trial's file with --trial-file, or another folder with --registry",
			c.Registry, known, c.TrialFile, t.ID), kept.Close())
	}
	return kept, nil
}

// onAWS returns the configuration and the bucket of the record store.
func (c *outcomesPlace) onAWS(ctx context.Context) (aws.Config, string, error) {
	settings, err := configuration(ctx)
	if err != nil {
		return settings, "", err
	}
	if settings.Region == "" {
		return settings, "", errors.New("the AWS region is unknown: set AWS_REGION, or name local records with --registry")
	}
	if c.Bucket != "" {
		return settings, c.Bucket, nil
	}
	bucket, err := discoverRecords(ctx, settings, c.Environment)
	return settings, bucket, err
}
