package stages

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/constructs/risk"
)

// exampleEnvironments are valid environments in the order of their promotion, as a team may write them into environments.go. Tests
// that need a certain name or value use them, because the team may change those of the application.
func exampleEnvironments() []Environment {
	staging := devEnvironment()
	staging.Name, staging.EndpointName = "staging", "dropout-inference-staging"
	return []Environment{devEnvironment(), staging, prodEnvironment()}
}

// devEnvironment leaves most optional fields empty.
func devEnvironment() Environment {
	return Environment{
		Name:         "dev",
		Extraction:   risk.EMRStep{ClusterID: exampleCluster, Script: "s3://clinical-risk-dev/jobs/etl.py"},
		EndpointName: "dropout-inference-dev", EndpointVariant: "AllTraffic",
		Cohort:       &CohortEnvironment{BucketName: "clinical-risk-dev", Approvers: []string{"role/ClinicalOperations"}, Review: "SubjectReview"},
		LogRetention: awslogs.RetentionDays_ONE_MONTH, // or the log group of another trail, for the approval
	}
}

// prodEnvironment meets the rules of production and sets nothing else.
func prodEnvironment() Environment {
	return Environment{
		Name:         "prod",
		Extraction:   risk.EMRStep{ClusterID: exampleCluster, Script: "s3://clinical-risk-prod/jobs/etl.py"},
		EndpointName: "dropout-inference-prod", EndpointVariant: "AllTraffic",
		Cohort: &CohortEnvironment{
			BucketName: "clinical-risk-prod", Approvers: []string{"role/ClinicalOperations"}, SessionNames: `[a-z.]+@example\.com`, Review: "SubjectReview",
		},
		RecordLock:            audit.Compliance,
		RecordRetention:       productionRecords,
		WithoutSubjectRecords: "Nobody decides by the alert about one subject.",
		LogRetention:          awslogs.RetentionDays_TEN_YEARS,
		RemovalPolicy:         awscdk.RemovalPolicy_RETAIN,
		Shift:                 release.Shift{Percentage: 10, Interval: time.Hour},
	}
}
