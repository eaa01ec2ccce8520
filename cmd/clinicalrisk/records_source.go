package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/records/cloud"
	"clinical-risk-pipeline/internal/records/export"
	"clinical-risk-pipeline/internal/records/folder"
	"clinical-risk-pipeline/local/registry"
	"clinical-risk-pipeline/local/runner"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/trial"
)

// noLocalTrail is why a local export has no events of a trail.
const noLocalTrail = "This export is of local runs: nobody logs who reads and writes a folder."

// options returns what to export, and how to close the source.
func (c *exportRecords) options(ctx context.Context) (o *export.Options, closing func() error, err error) {
	o = &export.Options{TrialID: c.Trial, From: c.From, To: c.To, Program: program.Version("clinicalrisk"), Now: now}
	closing = func() error { return nil }
	if c.TrialFile != "" {
		if o.Trial, err = trial.Load(c.TrialFile); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case c.Registry != "":
		closing, err = c.ofRegistry(o)
	case c.Results != "":
		o.NoTrail = noLocalTrail
		o.Store, err = folder.Open(runner.Objects(c.Results), "", c.Trial)
	default:
		err = c.ofAWS(ctx, o)
	}
	return o, closing, err
}

// ofRegistry reads a registry of local runs. No other program uses it meanwhile.
func (c *exportRecords) ofRegistry(o *export.Options) (closing func() error, err error) {
	dir, err := filepath.Abs(c.Registry)
	if err != nil {
		return nil, err
	}
	kept, err := registry.Open(dir, nil)
	if err != nil {
		return nil, err
	}
	if kept.Trial().ID != c.Trial {
		return nil, errors.Join(fmt.Errorf("%s is the registry of the trial %s: name that trial with --trial, or another folder with --registry", c.Registry, kept.Trial().ID), kept.Close())
	}
	if o.Trial == nil {
		o.Trial = kept.Trial()
	}
	o.Claims, o.NoTrail = kept, noLocalTrail
	o.Store, err = folder.Open(kept.Objects(), kept.Records(), c.Trial)
	if err != nil {
		return nil, errors.Join(err, kept.Close())
	}
	return kept.Close, nil
}

// newStore connects to AWS. Tests replace it.
var newStore = func(settings aws.Config, bucket string) records.Store { return cloud.New(settings, bucket) }

// ofAWS reads the record store of an environment, with the caller's credentials.
func (c *exportRecords) ofAWS(ctx context.Context, o *export.Options) error {
	settings, err := configuration(ctx)
	if err != nil {
		return err
	}
	if settings.Region == "" {
		return errors.New("the AWS region is unknown: set AWS_REGION, or name local records with --registry or --run")
	}
	bucket := c.Bucket
	if bucket == "" {
		if bucket, err = discoverRecords(ctx, settings, c.Environment); err != nil {
			return err
		}
	}
	o.Store = newStore(settings, bucket)
	o.NoTrail = "The trail's events were not exported: no log group was named with --trail-logs. They are in the trail's bucket."
	if c.TrailLogs != "" {
		o.Trail, o.NoTrail = cloud.NewTrail(settings, c.TrailLogs), ""
	}
	if c.Table != "" {
		o.Claims = cloud.NewClaims(settings, c.Table, c.Trial)
	}
	return nil
}

// discoverRecords reads the name of the bucket of records from the outputs of an environment's stacks: that of registered trials, or that of
// cohorts.
func discoverRecords(ctx context.Context, settings aws.Config, environment string) (string, error) {
	var faults []error
	for _, name := range []string{workflow.RecordStack, workflow.CohortStack} {
		stack := workflow.StackName(environment, name)
		bucket, err := outputOf(ctx, settings, stack, workflow.RecordBucket)
		if err == nil && bucket != "" {
			return bucket, nil
		}
		if err == nil {
			err = fmt.Errorf("stack %s has no output %s", stack, workflow.RecordBucket)
		}
		faults = append(faults, err)
	}
	return "", fmt.Errorf("%w: name the bucket with --bucket", errors.Join(faults...))
}
