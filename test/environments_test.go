package test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/stages"
	study "clinical-risk-pipeline/workflow/trial"
)

// exampleEnvironments are valid environments in the order of their promotion, as a team may write them into
// stages/environments.go. Tests that need a certain name or value use them, because the team may change those of the application.
func exampleEnvironments() []stages.Environment {
	staging := devEnvironment()
	staging.Name = "staging"
	return []stages.Environment{devEnvironment(), staging, prodEnvironment()}
}

// devEnvironment has the example cluster, which a setting must replace before a deployment.
func devEnvironment() stages.Environment {
	return stages.Environment{
		Name:         "dev",
		Extraction:   risk.EMRStep{ClusterID: "j-EXAMPLE000000", Script: "s3://clinical-risk-dev/jobs/etl.py"},
		EndpointName: "dropout-inference-dev", EndpointVariant: "AllTraffic",
		Cohort: &stages.CohortEnvironment{
			BucketName: "clinical-risk-dev", Approvers: []string{"role/ClinicalOperations"}, SessionNames: `[a-z.]+@example\.com`, Review: "SubjectReview",
		},
		LogRetention:  awslogs.RetentionDays_ONE_MONTH,
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	}
}

// prodEnvironment meets the rules of production.
func prodEnvironment() stages.Environment {
	prod := devEnvironment()
	prod.Name = "prod"
	prod.RecordLock, prod.RecordRetention = audit.Compliance, 30*365*24*time.Hour
	prod.LogRetention, prod.RemovalPolicy = awslogs.RetentionDays_TEN_YEARS, awscdk.RemovalPolicy_RETAIN
	prod.Shift = release.Shift{Percentage: 10, Interval: time.Hour}
	prod.WithoutSubjectRecords = "Nobody decides by the alert about one subject."
	return prod
}

// smallestEnvironment sets the required fields only, and has a cohort.
func smallestEnvironment() stages.Environment {
	return stages.Environment{
		Name:         "dev",
		Extraction:   risk.EMRStep{ClusterID: "j-ABC123", Script: "s3://bucket/etl.py"},
		EndpointName: "dropout-inference", EndpointVariant: "AllTraffic",
		Cohort: &stages.CohortEnvironment{BucketName: "cohorts-bucket"},
	}
}

// environmentIncident is the incident of an environment, with its required fields only.
func environmentIncident() *stages.Incident {
	return &stages.Incident{
		Instance:      "https://example.service-now.com",
		ConnectionARN: "arn:aws:events:eu-central-1:123456789012:connection/now/01234567-89ab-cdef-0123-456789abcdef",
		SecretARN:     "arn:aws:secretsmanager:eu-central-1:123456789012:secret:events!connection/now-AbCdEf",
	}
}

// tunedEnvironment sets optional fields to values other than their defaults.
func tunedEnvironment() stages.Environment {
	dev := devEnvironment()
	dev.Account, dev.Region = "123456789012", "eu-central-1"
	dev.Cohort.RunEvery, dev.Cohort.ApprovalDeadline = 24*time.Hour, 4*time.Hour
	dev.Cohort.Incident = environmentIncident()
	dev.Shift = release.Shift{Percentage: 5, Interval: 2 * time.Hour}
	dev.EndpointVariant = "Blue"
	dev.Alarms = stages.Alarms{Throttles: 7, ModelErrors: 8, ModelLatency: 9 * time.Second}
	dev.Tags = map[string]string{"cost-center": "4711"}
	return dev
}

// extremeEnvironments are an environment with every optional part, and one with the least.
func extremeEnvironments() []stages.Environment {
	full := prodEnvironment()
	full.Name, full.AlertEmails = "full", []string{"team@example.com"}
	full.Extraction = risk.GlueJob{JobName: "features"}
	full.RecordLock, full.Alarms.RunEvery = audit.Governance, 24*time.Hour
	told := *registeredTrial()
	told.Recipients = slices.Clone(told.Recipients)
	told.Recipients[0].Emails = []string{"site@example.com"}
	full.Trials = []*study.Trial{&told}
	cohort := full.Cohort
	cohort.BucketKey = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
	cohort.Scoring.Prefix, cohort.RunEvery = "trials/night", 24*time.Hour
	cohort.Incident = environmentIncident()
	cohort.Machines = []approval.Machine{{Principal: "role/Nightly", Service: "scheduler.amazonaws.com"}}
	cohort.TrailLogGroup, cohort.TrailLogKey = "company/trail", "arn:aws:kms:eu-central-1:123456789012:key/76543210-89ab-cdef-0123-456789abcdef"

	least := devEnvironment()
	least.Name, least.Cohort = "least", &stages.CohortEnvironment{BucketName: "least-bucket"}
	return []stages.Environment{full, least}
}

// promotionProps promote the example environments, with production in two regions at the same time.
func promotionProps(t *testing.T) stages.Promotion {
	t.Helper()
	overseas := prodEnvironment()
	overseas.Name, overseas.Wave = "produs", "prod"
	return promotionOf(t, append(exampleEnvironments(), overseas), "CLINICAL_RISK_PRODUS_REGION=us-east-1")
}

// promotionOf promotes the environments, each into an account of its own. Settings name the accounts.
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

// stageFolder synthesizes one environment, once per name, and returns the folder of the assembly.
func stageFolder(t *testing.T, name string, environment stages.Environment) string {
	t.Helper()
	dir := filepath.Join(scratch, "stage "+name)
	if _, err := os.Stat(dir); err != nil {
		synthesizeEnvironments(t, dir, environment)
	}
	return dir
}

// environmentsFolder synthesizes every environment of the application, once, and returns the folder of the assembly.
func environmentsFolder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(scratch, "environments")
	if _, err := os.Stat(dir); err != nil {
		synthesizeEnvironments(t, dir, stages.Environments()...)
	}
	return dir
}

func synthesizeEnvironments(t *testing.T, dir string, environments ...stages.Environment) {
	t.Helper()
	orFatal(t, func() {
		app := newApp(dir)
		for _, environment := range environments {
			stages.NewStage(app, environment)
		}
		app.Synth(nil)
	})
}

// stacksOf returns the ids of an environment's stacks: one for subjects and, if it has a cohort, one for cohorts.
func stacksOf(environment stages.Environment) []string {
	if environment.Cohort == nil {
		return []string{"ClinicalRisk"}
	}
	return []string{"ClinicalRisk", "CohortRisk"}
}

// trialStacksOf returns the ids of the stacks of an environment's registered trials: one of each, in order, and that of their records.
func trialStacksOf(environment stages.Environment) []string {
	if len(environment.Trials) == 0 {
		return nil
	}
	var stacks []string
	for _, trial := range environment.Trials {
		stacks = append(stacks, trial.ID)
	}
	return append(stacks, "TrialRecords")
}

// templates returns the templates of an environment's stacks: of subjects, and of cohorts.
func templates(t *testing.T, dir string, environment stages.Environment) []object {
	t.Helper()
	all := everyTemplateOf(t, dir, environment)
	return all[:len(stacksOf(environment))]
}

// trialTemplates returns the templates of the stacks of an environment's registered trials.
func trialTemplates(t *testing.T, dir string, environment stages.Environment) []object {
	t.Helper()
	all := everyTemplateOf(t, dir, environment)
	return all[len(stacksOf(environment)):]
}

// everyTemplateOf returns the templates of all stacks of an environment, in the order of stacksOf and trialStacksOf, which is the
// alphabet's.
func everyTemplateOf(t *testing.T, dir string, environment stages.Environment) []object {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "assembly-"+environment.StageID(), "*.template.json"))
	if stacks := slices.Concat(stacksOf(environment), trialStacksOf(environment)); err != nil || len(files) != len(stacks) {
		t.Fatalf("found the templates %v (%v), want one for each of %v", files, err, stacks)
	}
	var all []object
	for _, file := range files {
		all = append(all, readJSON(t, file))
	}
	return all
}

// settledEnvironments returns the application's environments with the settings of this process, and the folder of their assembly.
func settledEnvironments(t *testing.T) (environments []stages.Environment, dir string) {
	t.Helper()
	environments, err := stages.ReadSettings(stages.Environments(), nil, os.Environ()).Environments()
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(scratch, "settled")
	orFatal(t, func() {
		app := newApp(dir)
		for _, environment := range environments {
			stages.NewStage(app, environment)
		}
		app.Synth(nil)
	})
	return environments, dir
}
