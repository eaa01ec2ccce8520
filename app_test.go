package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/stages"
)

// someEnvironments are valid environments in the order of their promotion, as a team may write them into stages/environments.go. The
// tests do not use that file, because the team may change it.
func someEnvironments() []stages.Environment {
	dev := stages.Environment{
		Name:         "dev",
		Extraction:   risk.EMRStep{ClusterID: "j-EXAMPLE000000", Script: "s3://clinical-risk/jobs/etl.py"},
		EndpointName: "dropout-inference", EndpointVariant: "AllTraffic",
		Cohort: &stages.CohortEnvironment{
			BucketName: "clinical-risk", Approvers: []string{"role/ClinicalOperations"}, SessionNames: `[a-z.]+@example\.com`, TrailLogGroup: "company/trail",
			Review: "SubjectReview",
		},
	}
	staging, prod := dev, dev
	staging.Name, prod.Name = "staging", "prod"
	prod.RecordLock, prod.RecordRetention = audit.Compliance, 30*365*24*time.Hour
	prod.LogRetention = awslogs.RetentionDays_TEN_YEARS
	prod.Shift = release.Shift{Percentage: 10, Interval: time.Hour}
	return []stages.Environment{dev, staging, prod}
}

func TestWrongEnvironmentsAreAnErrorWithAllFaults(t *testing.T) {
	wrong := someEnvironments()
	wrong[0].EndpointName, wrong[2].Threshold = "", 1.2
	_, _, err := plan(stages.ReadSettings(wrong, map[string]any{"staging:account": "12"}, []string{"CLINICAL_RISK_QA_REGION=eu-central-1"}))
	if err == nil {
		t.Fatal("wrong environments are planned")
	}
	for _, want := range []string{`CLINICAL_RISK_QA_REGION: unknown environment "qa"`, `"dev": EndpointName`, `"staging": Account`, `"prod": Threshold`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no fault says %s: %v", want, err)
		}
	}
}

func TestHalfAPromotionIsAnErrorWithAllFaults(t *testing.T) {
	environments := someEnvironments()
	slices.Reverse(environments)
	environments[1].Region = "eu-middle-1"
	_, _, err := plan(stages.ReadSettings(environments, nil, []string{"CLINICAL_RISK_PROMOTION_ACCOUNT=11111111111", "CLINICAL_RISK_DEV_ENDPOINT=a b", "CLINICAL_RISK_QA_REGION=x"}))
	if err == nil {
		t.Fatal("half a promotion is planned")
	}
	for _, want := range []string{
		"promotion: Account must be 12 digits", "promotion: Connection is required", `"dev": must come before "prod"`, `"prod": Account is required`,
		`"staging": Region must be`, `"dev": EndpointName must be`, `unknown environment "qa"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no fault says %s: %v", want, err)
		}
	}
}

// The application synthesizes what the settings describe. The CDK reads its environment when the process starts, so the test runs
// this program again as the application.
func TestTheApplicationSynthesizesWhatTheSettingsDescribe(t *testing.T) {
	if os.Getenv("CDK_OUTDIR") != "" {
		defer jsii.Close()
		if err := synthesize(func() []stages.Environment { return someEnvironments()[:1] }, os.Environ()); err != nil {
			t.Fatal(err)
		}
		return
	}
	dir := t.TempDir()
	again := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	others := func(variable string) bool { return strings.HasPrefix(variable, "CLINICAL_RISK_") } // settings of the shell
	again.Env = append(slices.DeleteFunc(os.Environ(), others), "CDK_OUTDIR="+dir, "CDK_VALIDATION=false",
		"CDK_CONTEXT_JSON="+flags(t, map[string]any{"dev:account": "222222222222", "promotion:branch": "release"}),
		"CLINICAL_RISK_PROMOTION_ACCOUNT=111111111111", "CLINICAL_RISK_PROMOTION_REGION=eu-central-1",
		"CLINICAL_RISK_PROMOTION_CONNECTION=arn:aws:codeconnections:eu-central-1:111111111111:connection/01234567-89ab-cdef-0123-456789abcdef",
		"CLINICAL_RISK_PROMOTION_REPOSITORY=example/clinical-risk-pipeline",
		"CLINICAL_RISK_DEV_REGION=eu-west-1", "CLINICAL_RISK_DEV_CLUSTER=j-3H6EATEWWRWS")
	if output, err := again.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for file, want := range map[string]string{
		"assembly-Dev/manifest.json":           "aws://222222222222/eu-west-1",
		"assembly-Promotion-Dev/manifest.json": "aws://222222222222/eu-west-1",
		"Promotion.template.json":              `"BranchName": "release"`,
		"manifest.json":                        `"validateOnSynth": true`, // the gates check it
	} {
		if text, err := os.ReadFile(filepath.Join(dir, file)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s has no %s: %v", file, want, err)
		}
	}
}

// A faulty file of a trial is an error with its faults, and no stack trace.
func TestFaultsOfTrialsAreNoStackTrace(t *testing.T) {
	err := synthesize(func() []stages.Environment { panic(errors.New("trials/T-1.yaml:3: status must be planned")) }, nil)
	if err == nil || err.Error() != "synthesis failed: trials/T-1.yaml:3: status must be planned" {
		t.Errorf("got %v", err)
	}
}

// flags returns the context of cdk.json with more values, as JSON.
func flags(t *testing.T, more map[string]any) string {
	t.Helper()
	text, err := os.ReadFile("cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Context map[string]any }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for key, value := range more {
		file.Context[key] = value
	}
	if text, err = json.Marshal(file.Context); err != nil {
		t.Fatal(err)
	}
	return string(text)
}
