package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gkampitakis/go-snaps/snaps"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/stages"
)

// environments synthesizes every environment as app.go does, once, and returns the assembly's folder.
func environments(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(scratch, "environments")
	if _, err := os.Stat(dir); err != nil {
		orFatal(t, func() {
			app := newApp(dir)
			for _, environment := range stages.Environments() {
				stages.NewStage(app, environment)
			}
			app.Synth(nil)
		})
	}
	return dir
}

// The digest in an asset's name changes with every byte of the asset, and so does the template's own.
var assetHash = regexp.MustCompile(`[0-9a-f]{64}`)

// Requirements: SRC-11, P11-10k2
func TestSnapshots(t *testing.T) {
	dir := environments(t)
	for _, environment := range stages.Environments() {
		t.Run(environment.Name, func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join(dir, "assembly-"+environment.StageID(), "*.template.json"))
			if err != nil || len(files) != 2 {
				t.Fatalf("templates: %v, %v, want one for subjects and one for cohorts", files, err)
			}
			for i, stack := range []string{"subject", "cohort"} { // ClinicalRisk, CohortRisk
				template := readJSON(t, files[i])
				expandDefinitions(t, template)
				snaps.WithConfig(snaps.Filename(environment.Name+"-"+stack), snaps.Ext(".json")).
					MatchStandaloneSnapshot(t, assetHash.ReplaceAllString(text(template), "ASSET-HASH"))
			}
		})
	}
}

// TestVariantSnapshots have the smallest and the fullest pipeline whole.
//
// Requirements: P11-10k2
func TestVariantSnapshots(t *testing.T) {
	for name, p := range map[string]*pipeline{"smallest": synthesize(t, "smallest", smallest), "everything": fullest(t)} {
		template := object{}
		if err := json.Unmarshal([]byte(text(p.template)), &template); err != nil {
			t.Fatal(err)
		}
		expandDefinitions(t, template)
		snaps.WithConfig(snaps.Filename("variant-"+name), snaps.Ext(".json")).
			MatchStandaloneSnapshot(t, assetHash.ReplaceAllString(text(template), "ASSET-HASH"))
	}
}

// expandDefinitions replaces the text of a definition by its JSON, so that a snapshot's difference can be read.
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
			t.Logf("%s is set to %q: this test proves less here", name, value)
		}
	}
	manifest := text(readJSON(t, filepath.Join(environments(t), "assembly-Prod", "manifest.json")))
	if !strings.Contains(manifest, `"aws://unknown-account/unknown-region"`) {
		t.Errorf("prod is bound to an account: %s", manifest)
	}
}

func TestAnAccountAndARegionBindAnEnvironment(t *testing.T) {
	dir := filepath.Join(scratch, "bound")
	orFatal(t, func() {
		app := newApp(dir)
		environment := stages.Environments()[0]
		environment.Account, environment.Region = "123456789012", "eu-central-1"
		stages.NewStage(app, environment)
		app.Synth(nil)
	})
	manifest := text(readJSON(t, filepath.Join(dir, "assembly-Dev", "manifest.json")))
	if !strings.Contains(manifest, `"aws://123456789012/eu-central-1"`) {
		t.Errorf("dev is not bound: %s", manifest)
	}
}
