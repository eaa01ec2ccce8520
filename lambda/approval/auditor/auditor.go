// Package auditor connects package verify to AWS: to the versions and locks of a bucket, the log group of a trail, and the configuration
// of the deciding function. The functions do not use it.
package auditor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/cloud"
	"clinical-risk-pipeline/lambda/approval/verify"
	"clinical-risk-pipeline/workflow"
)

// Audited is whose approvals an auditor verifies.
type Audited struct {
	Function string // the ARN of the deciding function; may be empty if Bucket is not

	// Bucket is the record store. Default: as the function is configured.
	Bucket string

	// Trial is the id of the trial, to search its approval records only. Default: all trials.
	Trial string

	// TrailLogs is the name of the log group of a trail that logs the function's invocations. Default: as the function is configured.
	TrailLogs string
}

// decisionsPrefix is the prefix of the decision records where the configuration of the function is out of reach.
const decisionsPrefix = workflow.RecordFolder + "/"

// New returns a verifier with the clients of AWS. The function's configuration names bucket, trail, approvers and machines.
// If it is out of reach and the bucket is known, the approvers are not verifiable.
func New(ctx context.Context, config aws.Config, of Audited) (*verify.Verifier, error) {
	v := &verify.Verifier{Function: of.Function, Bucket: of.Bucket, Trial: of.Trial, Prefix: decisionsPrefix, Now: time.Now}
	group := of.TrailLogs
	var owned []func(*s3.Options) // whoever names another bucket knows whose it is
	settings, err := configuration(ctx, config, of.Function)
	switch {
	case err == nil:
		v.Bucket, v.Prefix, v.Signers = cmp.Or(of.Bucket, settings.Bucket), settings.Prefix, &settings.Signers
		group = cmp.Or(group, settings.TrailLogs)
		if of.Bucket == "" {
			owned = append(owned, cloud.OwnedBy(settings.BucketOwner))
		}
	case of.Bucket == "":
		return nil, fmt.Errorf("cannot read the configuration of %s: %w", of.Function, err)
	}
	v.Store = Versions{Client: s3.NewFromConfig(config, owned...), Bucket: v.Bucket}
	if group != "" {
		v.Trail = Invocations{Client: cloudwatchlogs.NewFromConfig(config, cloud.Patiently), Group: group, Now: time.Now}
	}
	return v, nil
}

// configuration reads the settings of the deciding function.
func configuration(ctx context.Context, config aws.Config, function string) (*approval.Settings, error) {
	if function == "" {
		return nil, errors.New("no function is known")
	}
	out, err := lambda.NewFromConfig(config).GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &function})
	if err != nil {
		return nil, cloud.Plain(err)
	}
	if out.Environment == nil || out.Environment.Error != nil {
		return nil, errors.New("its environment variables cannot be read")
	}
	settings, err := approval.DecideSettings(func(name string) string { return out.Environment.Variables[name] })
	return &settings, err
}
