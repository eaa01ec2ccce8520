package assembly

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// application is a folder with sources and an assembly; all of them are as old as the synthesis.
func application(t *testing.T, configuration string) (root string, synthesis time.Time) {
	t.Helper()
	root, synthesis = place(t, map[string]string{
		"cdk.json": configuration, "app.go": "", "constructs/risk/pipeline.go": "", "constructs/risk/pipeline_test.go": "", "README.md": "",
		"cdk.out/manifest.json": `{}`, "cdk.out/assembly-Dev/x.go": "", "node_modules/a/index.go": "", ".git/index.go": "",
	}), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	err := filepath.WalkDir(root, func(name string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(name, synthesis, synthesis)
	})
	if err != nil {
		t.Fatal(err)
	}
	return root, synthesis
}

func TestNewerSources(t *testing.T) {
	const ours = `{"watch": {"include": ["app.go", "gone.go", "constructs/**"], "exclude": ["**/*_test.go"]}}`
	const everything = `{"watch": {"include": "**", "exclude": ["README.md", "cdk*.json", "**/*_test.go"]}}`
	for _, c := range []struct{ reason, configuration, changed, want string }{
		{"nothing changed", ours, "", ""},
		{"a file of its own", ours, "app.go", "app.go"},
		{"a file deep in a folder", ours, "constructs/risk/pipeline.go", "constructs/risk/pipeline.go"},
		{"a test changes no template", ours, "constructs/risk/pipeline_test.go", ""},
		{"a file that is not a source", ours, "README.md", ""},
		{"the configuration", ours, "cdk.json", "cdk.json"},
		{"the configuration, though `cdk watch` ignores it", everything, "cdk.json", "cdk.json"},
		{"one pattern for all", everything, "constructs/risk/pipeline.go", "constructs/risk/pipeline.go"},
		{"an excluded file", everything, "README.md", ""},
		{"what a synthesis wrote", everything, "cdk.out/assembly-Dev/x.go", ""},
		{"an installed package", everything, "node_modules/a/index.go", ""},
		{"a hidden folder", everything, ".git/index.go", ""},
		{"no sources are configured", `{}`, "app.go", ""},
		{"a broken configuration", `{`, "cdk.json", ""},
	} {
		root, synthesis := application(t, c.configuration)
		if c.changed != "" {
			later := synthesis.Add(time.Second)
			if err := os.Chtimes(filepath.Join(root, filepath.FromSlash(c.changed)), later, later); err != nil {
				t.Fatal(err)
			}
		}
		if got := open(t, filepath.Join(root, "cdk.out")).NewerSource(); got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}

func TestNoSourcesBesideTheAssembly(t *testing.T) {
	if got := open(t, testAssembly).NewerSource(); got != "" {
		t.Errorf("a source %q of an assembly without cdk.json", got)
	}
}

// The warning knows the sources of this project's application only if cdk.json lists all of its packages.
func TestConfigurationListsEveryPackage(t *testing.T) {
	const root = "../.."
	text, err := os.ReadFile(filepath.Join(root, configurationFile))
	if err != nil {
		t.Fatal(err)
	}
	var configuration struct {
		Watch struct{ Include patterns } `json:"watch"`
	}
	if err := json.Unmarshal(text, &configuration); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", `{{if and .Module .Module.Main}}{{.Dir}}/{{index .GoFiles 0}}{{end}}`, ".")
	command.Dir = root
	files, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	packages := 0
	for file := range strings.SplitSeq(strings.TrimSpace(string(files)), "\n") {
		name, err := filepath.Rel(dir, file)
		if err != nil {
			t.Fatal(err)
		}
		packages++
		if !configuration.Watch.Include.match(filepath.ToSlash(name)) {
			t.Errorf("the application is built from %s: add its folder to watch.include in cdk.json", name)
		}
	}
	if packages < 2 {
		t.Errorf("the application has %d packages: %s", packages, files)
	}
}
