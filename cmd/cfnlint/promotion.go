package main

import (
	"fmt"
	"strings"

	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/stages"
	"clinical-risk-pipeline/workflow"
)

// The places of a promotion that nobody deploys. The region of its last environment differs from that of its pipeline, which adds a
// stack.
const (
	toolingAccount = "111111111111"
	toolingRegion  = "eu-central-1"
	anotherRegion  = "eu-west-1"
)

// promotionSettings returns the settings of a promotion through the environments, with one account per environment.
func promotionSettings(environments []stages.Environment) []string {
	const promotion = workflow.SettingPrefix + "PROMOTION_"
	settings := []string{
		promotion + "ACCOUNT=" + toolingAccount,
		promotion + "REGION=" + toolingRegion,
		promotion + "CONNECTION=arn:aws:codeconnections:" + toolingRegion + ":" + toolingAccount + ":connection/01234567-89ab-cdef-0123-456789abcdef",
		promotion + "REPOSITORY=example/clinical-risk-pipeline",
		promotion + "APPROVERS=release@example.com",
	}
	for i, e := range environments {
		prefix, region := workflow.SettingPrefix+strings.ToUpper(e.Name), toolingRegion
		if i == len(environments)-1 {
			region = anotherRegion
		}
		settings = append(settings, fmt.Sprintf("%s_ACCOUNT=2%011d", prefix, i), prefix+"_REGION="+region, prefix+"_VARIANT=AllTraffic")
		switch e.Extraction.(type) {
		case risk.EMRStep:
			settings = append(settings, prefix+"_CLUSTER=j-2AXXXXXXGAPLF", prefix+"_SCRIPT=s3://jobs-bucket/etl.py",
				prefix+"_PACKAGES=s3://jobs-bucket/jobs.zip", prefix+"_TABLES=s3://tables-bucket/")
		case risk.EMRServerlessJob:
			settings = append(settings, prefix+"_SCRIPT=s3://jobs-bucket/etl.py")
		}
		if e.Cohort != nil {
			settings = append(settings, prefix+"_BUCKET=cohorts-bucket")
		}
	}
	return settings
}
