package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/emr"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"clinical-risk-pipeline/internal/operate/proof"
	"clinical-risk-pipeline/internal/operate/proof/cloud"
	"clinical-risk-pipeline/internal/records"
	approvals "clinical-risk-pipeline/lambda/approval/cloud"
	"clinical-risk-pipeline/lambda/approval/verify"

	"clinical-risk-pipeline/lambda/approval/auditor"
)

// newPorts connects to AWS. Tests replace it.
var newPorts = func(ctx context.Context, c *verifyCommand, settings aws.Config, of pipelineOf) proof.Ports {
	p := proof.Ports{
		Objects: cloud.Objects{Client: s3.NewFromConfig(settings)},
		Steps:   cloud.Steps{Client: emr.NewFromConfig(settings)},
		Logs:    cloud.Logs{Client: cloudwatchlogs.NewFromConfig(settings, approvals.Patiently)},
		Metrics: cloud.Metrics{Client: cloudwatch.NewFromConfig(settings), Now: time.Now},
		Records: func(bucket string) records.Store { return newStore(settings, bucket) },
	}
	function, decide, err := c.deciding(ctx, settings, of.stack())
	group := c.TrailLogs
	if err == nil {
		if group == "" {
			group = decide.TrailLogs
		}
		p.Approval = func(ctx context.Context, id string) (*verify.Report, error) {
			verifier, err := newVerifier(ctx, settings, auditor.Audited{Function: function, Trial: of.trial, TrailLogs: group})
			if err != nil {
				return nil, err
			}
			return verifier.Verify(ctx, id)
		}
	}
	if group != "" {
		p.Starts = approvals.Starts{
			Client: cloudwatchlogs.NewFromConfig(settings, approvals.Patiently), History: sfn.NewFromConfig(settings), Group: group, Now: time.Now,
		}
	}
	return p
}
