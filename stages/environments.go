package stages

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/constructs/risk"
)

// Environments are the environments that the application synthesizes, in the order of promotion. To add one, add a value. An
// environment without account and region is agnostic: its template deploys to the account and region that the AWS command
// line is configured for, unless it is production. [Settings] replace some values without a commit.
func Environments() []Environment {
	return []Environment{
		{
			Name: "dev",
			Extraction: risk.EMRStep{
				ClusterID: exampleCluster,
				Script:    "s3://amzn-s3-demo-clinical-risk-dev/jobs/etl.py",
				PyFiles:   []string{"s3://amzn-s3-demo-clinical-risk-dev/jobs/jobs.zip"},
				Data:      &risk.TrialData{Tables: "s3://amzn-s3-demo-clinical-risk-dev/tables/"},
			},
			EndpointName: "dropout-inference-dev",
			Cohort: &CohortEnvironment{
				BucketName: "amzn-s3-demo-clinical-risk-dev",
				Approvers:  []string{"role/ClinicalOperations"},
				Review:     "SubjectReview",
			},
			Trials:        RegisteredTrials(),
			LogRetention:  awslogs.RetentionDays_ONE_MONTH,
			RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
		},
		{
			Name: "staging",
			Extraction: risk.EMRStep{
				ClusterID: exampleCluster,
				Script:    "s3://amzn-s3-demo-clinical-risk-staging/jobs/etl.py",
				PyFiles:   []string{"s3://amzn-s3-demo-clinical-risk-staging/jobs/jobs.zip"},
				Data:      &risk.TrialData{Tables: "s3://amzn-s3-demo-clinical-risk-staging/tables/"},
			},
			EndpointName: "dropout-inference-staging",
			Cohort: &CohortEnvironment{
				BucketName: "amzn-s3-demo-clinical-risk-staging",
				Approvers:  []string{"role/ClinicalOperations"},
				Review:     "SubjectReview",
			},
			Trials:        RegisteredTrials(),
			LogRetention:  awslogs.RetentionDays_SIX_MONTHS,
			RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
		},
		{
			Name: "prod",
			Extraction: risk.EMRStep{
				ClusterID:      exampleCluster,
				Script:         "s3://amzn-s3-demo-clinical-risk-prod/jobs/etl.py",
				PyFiles:        []string{"s3://amzn-s3-demo-clinical-risk-prod/jobs/jobs.zip"},
				Data:           &risk.TrialData{Tables: "s3://amzn-s3-demo-clinical-risk-prod/tables/"},
				SparkArguments: []string{"--deploy-mode", "cluster"},
			},
			EndpointName: "dropout-inference-prod",
			Cohort: &CohortEnvironment{
				BucketName:   "amzn-s3-demo-clinical-risk-prod",
				Approvers:    []string{"role/ClinicalOperations"},
				SessionNames: `[a-z.-]+@example\.com`,
				Machines:     []approval.Machine{{Principal: "role/NightlyCohort", Service: "scheduler.amazonaws.com"}},
				Review:       "SubjectReview",
			},
			Trials:          RegisteredTrials(),
			RecordLock:      audit.Compliance,
			RecordRetention: productionRecords,
			WithoutSubjectRecords: "Executions that score one subject test a released version. Nobody decides about a subject by their alert: " +
				"decisions follow the cohort's executions, which are recorded.",
			LogRetention:  awslogs.RetentionDays_TEN_YEARS,
			RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
			Shift:         release.Shift{Percentage: 10, Interval: time.Hour},
		},
	}
}
