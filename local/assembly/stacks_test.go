package assembly

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// place writes files to a new folder.
func place(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The files that an earlier synthesis left in the folder do not belong to the assembly.
func TestManifestsNameTheStacks(t *testing.T) {
	stack := func(name string) string {
		return `"` + name + `": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "` + name + `.template.json", "stackName": "Of-` + name + `"}}`
	}
	inside := func(folder string) string {
		return `"` + folder + `": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "` + folder + `"}}`
	}
	manifest := func(artifacts ...string) string { return `{"artifacts": {` + strings.Join(artifacts, ", ") + `}}` }
	dir := place(t, map[string]string{
		"manifest.json":                                             manifest(inside("assembly-Dev"), stack("Network")),
		"assembly-Dev/manifest.json":                                manifest(stack("Risk"), inside("assembly-Dev-East")),
		"assembly-Dev/assembly-Dev-East/manifest.json":              manifest(stack("East")),
		"Promotion.template.json":                                   `{}`,
		"assembly-Dev/Cohort.template.json":                         `{}`,
		"assembly-Promotion-Dev/manifest.json":                      manifest(stack("Risk")),
		"assembly-Promotion-Dev/Risk.template.json":                 `{}`,
		"assembly-Dev/assembly-Dev-West/manifest.json":              manifest(stack("West")),
		"assembly-Dev/assembly-Dev-East/assembly-X/manifest.json":   `not JSON`,
		"assembly-Dev/assembly-Dev-East/Stale.nested.template.json": `{}`,
	})
	got := map[string]string{}
	for _, s := range open(t, dir).Stacks() {
		if got[s.Name] != "" {
			t.Errorf("%s occurs twice", s.Name)
		}
		got[s.Name] = s.Template
	}
	want := map[string]string{
		"Of-Network": filepath.Join(dir, "Network.template.json"),
		"Of-Risk":    filepath.Join(dir, "assembly-Dev", "Risk.template.json"),
		"Of-East":    filepath.Join(dir, "assembly-Dev", "assembly-Dev-East", "East.template.json"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stacks (-want +got):\n%s", diff)
	}
}

func TestDamagedManifests(t *testing.T) {
	for _, c := range []struct{ reason, manifest, want string }{
		{"an incomplete file", `{"artifacts":`, "it ends too early"},
		{"two artifacts of the same name", `{"artifacts": {"Risk": {"type": "a"}, "Ris\u006b": {"type": "b"}}}`, `the name "Risk" appears twice in the object "artifacts"`},
		{"an assembly without its folder", `{"artifacts": {"assembly-Dev": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Dev"}}}}`, filepath.Join("assembly-Dev", "manifest.json")},
		{"an assembly without a folder name", `{"artifacts": {"assembly-Dev": {"type": "cdk:cloud-assembly"}}}`, `directoryName of artifact assembly-Dev must name something inside`},
		{"an assembly that contains itself", `{"artifacts": {"assembly-Dev": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "./"}}}}`, `got "./"`},
		{"an assembly that contains the folder above", `{"artifacts": {"assembly-Dev": {"type": "cdk:cloud-assembly", "properties": {"directoryName": ".."}}}}`, `got ".."`},
		{"a stack without a template", `{"artifacts": {"Risk": {"type": "aws:cloudformation:stack"}}}`, `templateFile of artifact Risk must name something inside`},
	} {
		_, err := Open(place(t, map[string]string{"manifest.json": c.manifest}))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "make synth") || !strings.Contains(err.Error(), "manifest.json") {
			t.Errorf("%s: error %v, want it to contain %q, the file and the remedy", c.reason, err, c.want)
		}
	}
}
