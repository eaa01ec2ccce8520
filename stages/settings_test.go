package stages

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/risk"
)

const connectionARN = "arn:aws:codeconnections:eu-central-1:111111111111:connection/01234567-89ab-cdef-0123-456789abcdef"

// promotionVariables are the settings that a promotion of the environments needs.
func promotionVariables(environments []Environment) []string {
	variables := []string{
		"CLINICAL_RISK_PROMOTION_ACCOUNT=111111111111", "CLINICAL_RISK_PROMOTION_REGION=eu-central-1",
		"CLINICAL_RISK_PROMOTION_CONNECTION=" + connectionARN, "CLINICAL_RISK_PROMOTION_REPOSITORY=example/clinical-risk-pipeline",
	}
	for _, e := range environments {
		owner := "CLINICAL_RISK_" + strings.ToUpper(e.Name)
		variables = append(variables, owner+"_ACCOUNT=222222222222", owner+"_REGION=eu-central-1", owner+"_VARIANT=AllTraffic", owner+"_BUCKET=own-bucket")
		if _, ok := e.Extraction.(risk.EMRStep); ok {
			variables = append(variables, owner+"_CLUSTER=j-3H6EATEWWRWS", owner+"_SCRIPT=s3://own-bucket/jobs/etl.py",
				owner+"_PACKAGES=s3://own-bucket/jobs/jobs.zip", owner+"_TABLES=s3://own-bucket/tables/")
		}
	}
	return variables
}

func settledEnvironments(t *testing.T, context map[string]any, variables ...string) []Environment {
	t.Helper()
	environments, err := ReadSettings(exampleEnvironments(), context, variables).Environments()
	if err != nil {
		t.Fatal(err)
	}
	return environments
}

func TestWithoutSettingsTheFileApplies(t *testing.T) {
	// Other variables of a shell, the CDK's flags and look-ups, and the context of another tool are not settings.
	context := map[string]any{"@aws-cdk/core:account": true, "availability-zones:account=1:region=r": []any{}, "tool:name": "x"}
	if diff := cmp.Diff(exampleEnvironments(), settledEnvironments(t, context, "HOME=/root", "AWS_REGION=eu-west-1", "CLINICAL_RISK_GONE_ACCOUNT=")); diff != "" {
		t.Error(diff)
	}
	if p := ReadSettings(exampleEnvironments(), nil, []string{"CLINICAL_RISK_DEV_ACCOUNT=222222222222"}).Promotion(); p != nil {
		t.Errorf("no setting asks for a promotion, got %+v", p)
	}
}

func TestTheContextOverridesTheVariableAndTheVariableTheFile(t *testing.T) {
	context := map[string]any{"prod:account": "444444444444", "prod:cluster": "j-CONTEXT", "dev:endpoint": ""}
	prod := settledEnvironments(t, context, "CLINICAL_RISK_PROD_ACCOUNT=555555555555", "CLINICAL_RISK_PROD_REGION=eu-west-1", "CLINICAL_RISK_DEV_ENDPOINT=mine")
	got := []string{prod[2].Account, prod[2].Region, prod[2].Extraction.(risk.EMRStep).ClusterID, prod[2].EndpointName, prod[0].EndpointName}
	want := []string{"444444444444", "eu-west-1", "j-CONTEXT", "dropout-inference-prod", "mine"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if step := prod[2].Extraction.(risk.EMRStep); step.Script != "s3://clinical-risk-prod/jobs/etl.py" {
		t.Errorf("the other fields of the step have changed: %+v", step)
	}
}

func TestAnUnknownSettingIsAFault(t *testing.T) {
	environments := exampleEnvironments()
	environments[1].Extraction = risk.NoExtraction{}
	context := map[string]any{
		"prd:account": "444444444444", "prod:account": 444444444444.0, "dev:acount": "222222222222", "Dev:region": "eu-central-1", "aws-cdk:Region": "x",
	}
	_, err := ReadSettings(environments, context, []string{
		"CLINICAL_RISK_PROD_ENDPONT=x", "CLINICAL_RISK_PROMOTION_CLUSTER=x", "CLINICAL_RISK_STAGING_CLUSTER=j-1", "clinical_risk_dev_account=1",
		"CLINICAL_RISK_Dev_ACCOUNT=222222222222",
	}).Environments()
	want := strings.Join([]string{
		`environment variable CLINICAL_RISK_PROD_ENDPONT: unknown setting "endpont" of "prod": use one of account, region, endpoint, variant, bucket, tables, packages, script, cluster`,
		`environment variable CLINICAL_RISK_PROMOTION_CLUSTER: unknown setting "cluster" of "promotion": use one of account, region, connection, repository, branch, approvers`,
		`environment variable CLINICAL_RISK_Dev_ACCOUNT: the name must be in upper case`,
		`context Dev:region: the name must be in lower case`,
		`context dev:acount: unknown setting "acount" of "dev": use one of account, region, endpoint, variant, bucket, tables, packages, script, cluster`,
		`context prd:account: unknown environment "prd": use one of dev, staging, prod, promotion`,
		`context prod:account: must be a string, got 4.44444444444e+11: a number loses the leading zeros of an account`,
		`environment "staging": cluster can be set with an EMRStep only, got an extraction of type risk.NoExtraction`,
	}, "\n")
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestSettingsDescribeAPromotion(t *testing.T) {
	variables := append(promotionVariables(exampleEnvironments()), "CLINICAL_RISK_PROMOTION_BRANCH=release", "CLINICAL_RISK_PROMOTION_APPROVERS=a@example.com, b@example.com")
	p := ReadSettings(exampleEnvironments(), nil, variables).Promotion()
	if p == nil {
		t.Fatal("no promotion")
	}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	got := []any{p.Account, p.Region, p.Connection, p.Repository, p.Branch, p.ApproverEmails, len(p.Waves)}
	want := []any{"111111111111", "eu-central-1", connectionARN, "example/clinical-risk-pipeline", "release", []string{"a@example.com", "b@example.com"}, 3}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnySettingOfAPromotionAsksForOne(t *testing.T) {
	for _, key := range promotionKeys {
		if p := ReadSettings(exampleEnvironments(), map[string]any{promotionOwner + ":" + key: "something"}, nil).Promotion(); p == nil {
			t.Errorf("%s is set, but there is no promotion", key)
		}
	}
}

// One setting asks for a promotion. Its faults name all missing values and how to set them.
func TestAPromotionSaysHowToSetMissingValues(t *testing.T) {
	environments := exampleEnvironments()[:2]
	environments[0].Account, environments[0].Region = "222222222222", "eu-central-1"
	p := ReadSettings(environments, map[string]any{"promotion:account": "111111111111"}, nil).Promotion()
	if p == nil {
		t.Fatal("no promotion")
	}
	either := func(variable, context string) string { return "set " + variable + ", or -c " + context + "=VALUE" }
	want := strings.Join([]string{
		`promotion: Region is required, an AWS region such as "eu-central-1": ` + either("CLINICAL_RISK_PROMOTION_REGION", "promotion:region"),
		`promotion: Connection is required, the ARN of a CodeConnections connection (tooling account, Developer Tools, Settings, Connections): ` +
			either("CLINICAL_RISK_PROMOTION_CONNECTION", "promotion:connection"),
		`promotion: Repository is required, "owner/name": ` + either("CLINICAL_RISK_PROMOTION_REPOSITORY", "promotion:repository"),
		`environment "dev": ClusterID is an example, "j-EXAMPLE000000": ` + either("CLINICAL_RISK_DEV_CLUSTER", "dev:cluster") + ", or write the cluster's own id into stages/environments.go",
		`environment "staging": ClusterID is an example, "j-EXAMPLE000000": ` + either("CLINICAL_RISK_STAGING_CLUSTER", "staging:cluster") + ", or write the cluster's own id into stages/environments.go",
		`environment "staging": Account is required in a promotion: ` + either("CLINICAL_RISK_STAGING_ACCOUNT", "staging:account") + ", or write it into stages/environments.go",
		`environment "staging": Region is required in a promotion: ` + either("CLINICAL_RISK_STAGING_REGION", "staging:region") + ", or write it into stages/environments.go",
	}, "\n")
	if err := p.Validate(); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// The pipeline has no context and no shell of a user. It must read the same settings from its own variables.
func TestThePipelineReadsTheSettingsOfTheLaptop(t *testing.T) {
	context := map[string]any{"promotion:branch": "release", "prod:endpoint": "elsewhere", "dev:account": "333333333333"}
	read := func(context map[string]any, variables []string) *Promotion {
		return ReadSettings(exampleEnvironments(), context, variables).Promotion()
	}
	laptop := read(context, promotionVariables(exampleEnvironments()))
	var variables []string
	for _, name := range slices.Sorted(maps.Keys(laptop.Variables)) {
		variables = append(variables, name+"="+laptop.Variables[name])
	}
	if diff := cmp.Diff(laptop, read(nil, variables)); diff != "" {
		t.Error(diff)
	}
	if got := laptop.Variables["CLINICAL_RISK_DEV_ACCOUNT"]; got != "333333333333" {
		t.Errorf("the pipeline would deploy dev to %q", got)
	}
}
