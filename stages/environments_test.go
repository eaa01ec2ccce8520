package stages

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/constructs/risk"
)

// exampleEnvironments are such as a team may write into environments.go, valid, in the order of their promotion. A test that needs an
// environment of a certain name or value takes one of these: those of the application are the team's to change.
func exampleEnvironments() []Environment {
	staging := devEnvironment()
	staging.Name, staging.EndpointName = "staging", "dropout-inference-staging"
	return []Environment{devEnvironment(), staging, prodEnvironment()}
}

// devEnvironment leaves open what it may.
func devEnvironment() Environment {
	return Environment{
		Name:         "dev",
		Extraction:   risk.EMRStep{ClusterID: exampleCluster, Script: "s3://clinical-risk-dev/jobs/etl.py"},
		EndpointName: "dropout-inference-dev",
		Cohort:       &CohortEnvironment{BucketName: "clinical-risk-dev", Approvers: []string{"role/ClinicalOperations"}, Review: "SubjectReview"},
	}
}

// prodEnvironment has what is asked of production, and no more.
func prodEnvironment() Environment {
	return Environment{
		Name:                  "prod",
		Extraction:            risk.EMRStep{ClusterID: exampleCluster, Script: "s3://clinical-risk-prod/jobs/etl.py"},
		EndpointName:          "dropout-inference-prod",
		Cohort:                &CohortEnvironment{BucketName: "clinical-risk-prod", Approvers: []string{"role/ClinicalOperations"}, Review: "SubjectReview"},
		RecordLock:            audit.Compliance,
		RecordRetention:       productionRecords,
		WithoutSubjectRecords: "Nobody decides by the alert about one subject.",
		LogRetention:          awslogs.RetentionDays_TEN_YEARS,
		RemovalPolicy:         awscdk.RemovalPolicy_RETAIN,
		Shift:                 release.Shift{Percentage: 10, Interval: time.Hour},
	}
}
