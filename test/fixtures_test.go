package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/stages"
)

// someEnvironments are such as a team may write into stages/environments.go, valid, in the order of their promotion. A test that
// needs an environment of a certain name or value takes one of these: those of the application are the team's to change.
func someEnvironments() []stages.Environment {
	staging := someDev()
	staging.Name = "staging"
	return []stages.Environment{someDev(), staging, someProd()}
}

// someDev has the cluster that stands for one that nobody has named yet.
func someDev() stages.Environment {
	return stages.Environment{
		Name:          "dev",
		Extraction:    risk.EMRStep{ClusterID: "j-EXAMPLE000000", Script: "s3://clinical-risk-dev/jobs/etl.py"},
		EndpointName:  "dropout-inference-dev",
		Cohort:        &stages.CohortEnvironment{BucketName: "clinical-risk-dev", Approvers: []string{"role/ClinicalOperations"}, Review: "SubjectReview"},
		LogRetention:  awslogs.RetentionDays_ONE_MONTH,
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	}
}

// someProd has what is asked of production.
func someProd() stages.Environment {
	prod := someDev()
	prod.Name = "prod"
	prod.RecordLock, prod.RecordRetention = audit.Compliance, 30*365*24*time.Hour
	prod.LogRetention, prod.RemovalPolicy = awslogs.RetentionDays_TEN_YEARS, awscdk.RemovalPolicy_RETAIN
	prod.Shift = release.Shift{Percentage: 10, Interval: time.Hour}
	return prod
}

// stage synthesizes an environment by itself, once for each name, and returns the assembly's folder.
func stage(t *testing.T, name string, environment stages.Environment) string {
	t.Helper()
	dir := filepath.Join(scratch, "stage "+name)
	if _, err := os.Stat(dir); err != nil {
		synthesizeEnvironments(t, dir, environment)
	}
	return dir
}

// promotionProps promote some environments, production in two regions at the same time.
func promotionProps(t *testing.T) stages.Promotion {
	t.Helper()
	overseas := someProd()
	overseas.Name, overseas.Wave = "produs", "prod"
	return promotionOf(t, append(someEnvironments(), overseas), "CLINICAL_RISK_PRODUS_REGION=us-east-1")
}

// promotionOf promotes the environments, each into an account of its own, by its settings.
func promotionOf(t *testing.T, environments []stages.Environment, more ...string) stages.Promotion {
	t.Helper()
	variables := []string{
		"CLINICAL_RISK_PROMOTION_ACCOUNT=111111111111",
		"CLINICAL_RISK_PROMOTION_REGION=eu-central-1",
		"CLINICAL_RISK_PROMOTION_CONNECTION=arn:aws:codeconnections:eu-central-1:111111111111:connection/01234567-89ab-cdef-0123-456789abcdef",
		"CLINICAL_RISK_PROMOTION_REPOSITORY=example/clinical-risk-pipeline",
		"CLINICAL_RISK_PROMOTION_APPROVERS=release@example.com",
	}
	for i, e := range environments {
		prefix := "CLINICAL_RISK_" + strings.ToUpper(e.Name)
		variables = append(variables, fmt.Sprintf("%s_ACCOUNT=%012d", prefix, 222222222222+111111111111*i),
			prefix+"_REGION=eu-central-1", prefix+"_CLUSTER=j-3H6EATEWWRWS")
	}
	settings := stages.ReadSettings(environments, nil, append(variables, more...))
	if _, err := settings.Environments(); err != nil {
		t.Fatal(err)
	}
	return *settings.Promotion()
}
