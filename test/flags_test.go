package test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/stages"
)

// logByPolicy is the flag without which the CDK refuses to log the accesses of the record store.
const logByPolicy = "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy"

// qualifier belongs to the bootstrap of cdk.json, whose roles deploy the stacks.
const qualifier = "@aws-cdk/core:bootstrapQualifier"

// The application of another team has other feature flags than cdk.json, or none. It gets the same statements, policies and
// encryption: the templates differ only in the order of the actions and of the resources in a statement, which the CDK sorts where
// a flag says so.
func TestFeatureFlagsDoNotChangeWhatIsDeployed(t *testing.T) {
	emr, full := devEnvironment(), extremeEnvironments()[0]
	emr.Name = "emr"
	for _, application := range []struct {
		reason      string
		environment stages.Environment
		flags       map[string]any
	}{
		{"an application without flags", full, map[string]any{qualifier: "clinrisk"}},
		{"an application that declines the required one", emr, map[string]any{qualifier: "clinrisk", logByPolicy: false}},
	} {
		t.Run(application.environment.Name+", "+application.reason, func(t *testing.T) {
			dir := t.TempDir()
			orFatal(t, func() {
				app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir, Context: &application.flags, AnalyticsReporting: jsii.Bool(false)})
				stages.NewStage(app, application.environment)
				app.Synth(nil)
			})
			wantSameTemplates(t, stageFolder(t, "flagged "+application.environment.Name, application.environment), dir)
		})
	}
}

// wantSameTemplates compares the templates of two assemblies of a stage.
func wantSameTemplates(t *testing.T, want, got string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(want, "*", "*.template.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("templates: %v, %v", files, err)
	}
	for _, file := range files {
		name, err := filepath.Rel(want, file)
		if err != nil {
			t.Fatal(err)
		}
		flagged, free := readJSON(t, file), readJSON(t, filepath.Join(got, name))
		sortSets(flagged)
		sortSets(free)
		if diff := cmp.Diff(flagged, free); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// sortSets sorts the actions and the resources of every statement below a value: neither has an order.
func sortSets(value any) {
	switch v := value.(type) {
	case object:
		for _, set := range []string{"Action", "Resource"} {
			if members, ok := v[set].([]any); ok {
				slices.SortFunc(members, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			}
		}
		for _, field := range v {
			sortSets(field)
		}
	case []any:
		for _, item := range v {
			sortSets(item)
		}
	}
}
