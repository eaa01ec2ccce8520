package evidence

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// assemblyFiles are an assembly with a stage, and the leftovers of an earlier synthesis with a promotion.
var assemblyFiles = map[string]string{
	"manifest.json":                  `{"artifacts": {"assembly-Dev": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Dev"}}}}`,
	"assembly-Dev/manifest.json":     `{"artifacts": {"Dev": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Dev.template.json"}}}}`,
	"assembly-Dev/Dev.template.json": machine,

	"Promotion.template.json":                  machine,
	"assembly-Promotion-Dev/manifest.json":     `{"artifacts": {"Dev": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Dev.template.json"}}}}`,
	"assembly-Promotion-Dev/Dev.template.json": machine,
}

const machine = `{"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": "{}"}}}}`

// stampOf stamps the assembly with changed files. A file without text is missing.
func stampOf(t *testing.T, changes map[string]string) (*Stamp, error) {
	t.Helper()
	root, files := t.TempDir(), maps.Clone(assemblyFiles)
	maps.Copy(files, changes)
	for name, text := range files {
		file := filepath.Join(root, "cdk.out", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if text == "" {
			continue
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stamp := &Stamp{}
	return stamp, stamp.addTemplates(root, filepath.Join(root, "cdk.out"))
}

// The stamp covers only what the manifests name.
func TestStampIgnoresAnEarlierSynthesis(t *testing.T) {
	stamp, err := stampOf(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, template := range stamp.Templates {
		files = append(files, template.File)
	}
	if want := []string{"cdk.out/assembly-Dev/Dev.template.json"}; !slices.Equal(files, want) || len(stamp.Definitions) != 1 {
		t.Errorf("got %v with %v, want %v with one definition", files, stamp.Definitions, want)
	}
}

func TestStampReportsFaultsOfTheAssembly(t *testing.T) {
	for _, row := range []struct {
		reason  string
		changes map[string]string
		want    string
	}{
		{"never synthesized: no manifest", map[string]string{"manifest.json": ""}, "no cloud assembly here"},
		{"damaged", map[string]string{"manifest.json": "{"}, "manifest.json"},
		{"no stacks", map[string]string{"manifest.json": "{}"}, "contains no stacks"},
		{"a missing template", map[string]string{"assembly-Dev/Dev.template.json": ""}, "Dev.template.json"},
		{"a damaged template", map[string]string{"assembly-Dev/Dev.template.json": "{"}, "Dev.template.json"},
	} {
		if _, err := stampOf(t, row.changes); err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "make synth") {
			t.Errorf("%s: error %v, want it to contain %q and the remedy", row.reason, err, row.want)
		}
	}
}
