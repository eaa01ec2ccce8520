package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// The settings of a promotion that nobody deploys.
var settings = []string{
	"CLINICAL_RISK_PROMOTION_ACCOUNT=111111111111",
	"CLINICAL_RISK_PROMOTION_REGION=eu-central-1",
	"CLINICAL_RISK_PROMOTION_CONNECTION=arn:aws:codeconnections:eu-central-1:111111111111:connection/01234567-89ab-cdef-0123-456789abcdef",
	"CLINICAL_RISK_PROMOTION_REPOSITORY=example/clinical-risk-pipeline",
	"CLINICAL_RISK_PROMOTION_APPROVERS=release@example.com",
	"CLINICAL_RISK_DEV_ACCOUNT=222222222222", "CLINICAL_RISK_DEV_REGION=eu-central-1", "CLINICAL_RISK_DEV_CLUSTER=j-2AXXXXXXGAPLF",
	"CLINICAL_RISK_STAGING_ACCOUNT=333333333333", "CLINICAL_RISK_STAGING_REGION=eu-central-1", "CLINICAL_RISK_STAGING_CLUSTER=j-2AXXXXXXGAPLF",
	"CLINICAL_RISK_PROD_ACCOUNT=444444444444", "CLINICAL_RISK_PROD_REGION=eu-west-1", "CLINICAL_RISK_PROD_CLUSTER=j-2AXXXXXXGAPLF",
}

// synthesizePromotion synthesizes the application with its promotion into a folder. The gates are for others to ask.
func synthesizePromotion(ctx context.Context, folder string) error {
	command := exec.CommandContext(ctx, "npx", "--no-install", "cdk", "synth", "--quiet", "--output", folder)
	command.Env = append(append(os.Environ(), "CDK_VALIDATION=false"), settings...)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("synthesizing the promotion: %w\n%s", err, output)
	}
	return nil
}
