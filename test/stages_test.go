package test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gkampitakis/go-snaps/snaps"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/stages"
)

// Digests and comparisons of deployments need the same bytes each time, although Go's maps have a random order.
func TestTwoSynthesesInTwoFoldersWriteTheSameTemplates(t *testing.T) {
	first, second := environmentsFolder(t), t.TempDir()
	synthesizeEnvironments(t, second, stages.Environments()...)
	files, err := filepath.Glob(filepath.Join(first, "*", "*.template.json"))
	want := 0
	for _, environment := range stages.Environments() {
		want += len(stacksOf(environment)) + len(trialStacksOf(environment))
	}
	if err != nil || len(files) != want {
		t.Fatalf("templates: %v, %v, want %d", files, err, want)
	}
	for _, file := range files {
		name, err := filepath.Rel(first, file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(second, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: %s", name, cmp.Diff(string(want), string(got)))
		}
	}
}

// assetHash is a digest in the name of an asset. It changes with every byte of the asset.
var assetHash = regexp.MustCompile(`[0-9a-f]{64}`)

// Requirements: SRC-11, P11-10k2
func TestSnapshots(t *testing.T) {
	dir := environmentsFolder(t)
	for _, environment := range stages.Environments() {
		t.Run(environment.Name, func(t *testing.T) {
			for i, template := range everyTemplateOf(t, dir, environment) {
				name := slices.Concat([]string{"subject", "cohort"}, trialStacksOf(environment))[i]
				expandDefinitions(t, template)
				snaps.WithConfig(snaps.Filename(environment.Name+"-"+name), snaps.Ext(".json")).
					MatchStandaloneSnapshot(t, assetHash.ReplaceAllString(text(template), "ASSET-HASH"))
			}
		})
	}
}

// TestVariantSnapshots compares the whole templates of the smallest and the full pipeline.
//
// Requirements: P11-10k2
func TestVariantSnapshots(t *testing.T) {
	for name, p := range map[string]*pipeline{"smallest": smallestPipeline(t), "everything": fullPipeline(t)} {
		template := object{}
		if err := json.Unmarshal([]byte(text(p.template)), &template); err != nil {
			t.Fatal(err)
		}
		expandDefinitions(t, template)
		snaps.WithConfig(snaps.Filename("variant-"+name), snaps.Ext(".json")).
			MatchStandaloneSnapshot(t, assetHash.ReplaceAllString(text(template), "ASSET-HASH"))
	}
}

// expandDefinitions replaces the string of a definition by its JSON, so that differences between snapshots are readable.
func expandDefinitions(t *testing.T, template object) {
	t.Helper()
	for _, r := range template["Resources"].(object) {
		properties, _ := r.(object)["Properties"].(object)
		definition, ok := properties["DefinitionString"].(object)
		if !ok {
			continue
		}
		var b strings.Builder
		for _, part := range definition["Fn::Join"].([]any)[1].([]any) {
			if literal, ok := part.(string); ok {
				b.WriteString(literal)
				continue
			}
			for name, argument := range part.(object) { // an intrinsic, as ${Ref:Id}
				b.WriteString("${" + name + ":" + strings.ReplaceAll(asl.Encode(argument), `"`, "") + "}")
			}
		}
		var expanded object
		if err := json.Unmarshal([]byte(b.String()), &expanded); err != nil {
			t.Fatalf("the definition is not JSON: %v", err)
		}
		properties["DefinitionString"] = expanded
	}
}

func TestWithoutAnAccountAnEnvironmentIsAgnostic(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "CDK_DEFAULT_ACCOUNT"} {
		if value, ok := os.LookupEnv(name); ok {
			t.Logf("%s is set to %q, so this test proves less", name, value)
		}
	}
	manifest := text(readJSON(t, filepath.Join(stageFolder(t, "open dev", devEnvironment()), "assembly-Dev", "manifest.json")))
	if !strings.Contains(manifest, `"aws://unknown-account/unknown-region"`) {
		t.Errorf("dev has an account: %s", manifest)
	}
}

// Adding an environment takes one value in one file. A copy of another environment, appended, becomes a stage with the same
// resources and a wave of the promotion.
func TestAddingAnEnvironmentTakesOneValue(t *testing.T) {
	dev, qa := devEnvironment(), devEnvironment()
	qa.Name = "qa"
	dir := filepath.Join(scratch, "added")
	orFatal(t, func() {
		app := newApp(dir)
		stages.NewStage(app, qa)
		stages.NewPromotion(app, promotionOf(t, []stages.Environment{dev, qa}))
		app.Synth(nil)
	})
	added, copied := templates(t, dir, qa), templates(t, stageFolder(t, "open dev", dev), dev)
	for i, template := range copied {
		ids := func(template object) []string { return slices.Sorted(maps.Keys(template["Resources"].(object))) }
		if diff := cmp.Diff(ids(template), ids(added[i])); diff != "" {
			t.Error(diff)
		}
		if tagged := text(added[i]); !strings.Contains(tagged, `"Value": "qa"`) || strings.Contains(tagged, `"Value": "dev"`) {
			t.Errorf("stack %d has the tag of another environment", i)
		}
	}
	p := &promoted{dir: dir, pipeline: &pipeline{template: readJSON(t, filepath.Join(dir, "Promotion.template.json"))}}
	if got := join(p.stages(t)); !strings.HasSuffix(got, "Dev Qa") {
		t.Errorf("the promotion goes through %s", got)
	}
}

func TestAnAccountAndARegionBindAnEnvironment(t *testing.T) {
	manifest := text(readJSON(t, filepath.Join(stageFolder(t, "tuned", tunedEnvironment()), "assembly-Dev", "manifest.json")))
	if !strings.Contains(manifest, `"aws://123456789012/eu-central-1"`) {
		t.Errorf("dev has no account: %s", manifest)
	}
}

// CloudFormation refuses to deploy the example cluster, and production without an account and a region. With all settings, it
// does not.
func TestMissingSettingsRefuseADeployment(t *testing.T) {
	both := []stages.Environment{devEnvironment(), prodEnvironment()}
	named, err := stages.ReadSettings(both, map[string]any{
		"dev:cluster": "j-3H6EATEWWRWS", "prod:cluster": "j-3H6EATEWWRWS", "prod:account": "444444444444", "prod:region": "eu-central-1",
	}, nil).Environments()
	if err != nil {
		t.Fatal(err)
	}
	for i, ways := range [][]string{
		{"set CLINICAL_RISK_DEV_CLUSTER, or -c dev:cluster=VALUE"},
		{"set CLINICAL_RISK_PROD_CLUSTER,", "set CLINICAL_RISK_PROD_ACCOUNT, or -c prod:account=VALUE", "set CLINICAL_RISK_PROD_REGION,"},
	} {
		name := both[i].Name
		for stack, template := range templates(t, stageFolder(t, "open "+name, both[i]), both[i]) {
			rule, _ := template["Rules"].(object)["Unset"].(object)
			assertions, _ := rule["Assertions"].([]any)
			if len(assertions) != len(ways) {
				t.Errorf("%s, stack %d: %d assertions, want %d: %s", name, stack, len(assertions), len(ways), text(rule))
			}
			for _, way := range ways {
				if !strings.Contains(text(rule), way) {
					t.Errorf("%s, stack %d: no assertion says %s: %s", name, stack, way, text(rule))
				}
			}
		}
		for stack, template := range templates(t, stageFolder(t, "named "+name, named[i]), named[i]) {
			if rules := template["Rules"].(object); rules["Unset"] != nil {
				t.Errorf("%s, stack %d: refused although all settings are present: %s", name, stack, text(rules))
			}
		}
	}
}

// The test checks where values of an environment are in its templates. TestEveryFieldOfAnEnvironmentHasAnEffect has all fields.
func TestTheValuesOfAnEnvironmentReachItsStacks(t *testing.T) {
	all := templates(t, stageFolder(t, "tuned", tunedEnvironment()), tunedEnvironment())
	for i, template := range all {
		p := &pipeline{template: template}
		alarms := p.alarms()
		preference := p.resource(t, "AWS::StepFunctions::StateMachineAlias")["DeploymentPreference"].(object)
		got := []any{
			preference["Percentage"], preference["Interval"], len(preference["Alarms"].([]any)),
			alarms["ThrottledExecutions"]["Threshold"], alarms["ModelServerErrors"]["Threshold"], alarms["ModelLatency"]["Threshold"],
			strings.Contains(text(alarms["ModelLatency"]), `"Blue"`), strings.Contains(text(p.resources("AWS::SNS::Topic")), `"4711"`),
			alarms["OverdueRun"] != nil, alarms["ExpiringApprovals"] != nil,
		}
		if diff := cmp.Diff([]any{5.0, 120.0, 4, 7.0, 8.0, 9e6, true, true, i == 1, i == 1}, got); diff != "" {
			t.Errorf("stack %d: %s", i, diff)
		}
	}
	for _, want := range []string{
		"- 14400000)",                 // the deadline in milliseconds, in the watch of the approvals
		"StartReview", "OpenIncident", // both downstream systems
		"secret:events!connection/now-AbCdEf", // which the role may read
	} {
		if !strings.Contains(text(all[1]), want) {
			t.Errorf("the cohort's stack has no %s", want)
		}
	}
}
