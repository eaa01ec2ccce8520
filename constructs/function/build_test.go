package function

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"clinical-risk-pipeline/lambda/approval"
)

// Two programs of this module, also where it has another name.
var (
	requestPackage = reflect.TypeFor[approval.Requester]().PkgPath() + "/request"
	decidePackage  = reflect.TypeFor[approval.Decider]().PkgPath() + "/decide"
)

// One build is in the folder of the module, the other in a copy of it elsewhere, as on another machine.
func TestEveryFolderBuildsTheSameBytes(t *testing.T) {
	here, err := moduleRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	deployed, err := Build(requestPackage, decidePackage)
	if err != nil {
		t.Fatal(err)
	}
	there := t.TempDir()
	for _, part := range []string{"go.mod", "go.sum"} {
		if err := copyFile(filepath.Join(here, part), filepath.Join(there, part)); err != nil {
			t.Fatal(err)
		}
	}
	for _, sources := range []string{"lambda", "workflow", "internal"} {
		if err := os.CopyFS(filepath.Join(there, sources), os.DirFS(filepath.Join(here, sources))); err != nil {
			t.Fatal(err)
		}
	}
	folders := []string{filepath.Dir(deployed[0]), filepath.Join(there, "bin")}
	if err := build(there, folders[1], requestPackage, decidePackage); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{requestPackage, decidePackage} {
		first, err := os.ReadFile(bootstrap(folders[0], p))
		if err != nil {
			t.Fatal(err)
		}
		second, err := os.ReadFile(bootstrap(folders[1], p))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Errorf("%s: %d and %d bytes that differ", p, len(first), len(second))
		}
		if info, err := os.Stat(bootstrap(folders[1], p)); err != nil || info.Mode().Perm()&0o111 == 0 {
			t.Errorf("%s: Lambda cannot start it: %v", p, err)
		}
	}
	entries, err := os.ReadDir(folders[1])
	if err != nil || len(entries) != 3 || entries[0].Name() != ".gitignore" {
		t.Errorf("got %v, %v, want the two programs' folders and a .gitignore", entries, err)
	}
}

func TestTheBuildIgnoresVariablesThatChangeTheBytes(t *testing.T) {
	got := environment([]string{"HOME=/home/jane", "GOEXPERIMENT=greenteagc", "GOFLAGS=-race", "GOOS=plan9", "CGO_ENABLED=1", "GOTOOLCHAIN=local"})
	if got[0] != "HOME=/home/jane" || slices.Contains(got, "GOEXPERIMENT=greenteagc") {
		t.Errorf("got %v", got)
	}
	last := map[string]string{}
	for _, variable := range got {
		name, value, _ := strings.Cut(variable, "=")
		last[name] = value
	}
	for name, want := range map[string]string{"GOOS": "linux", "GOARCH": "arm64", "CGO_ENABLED": "0", "GOFLAGS": "-trimpath", "GOTOOLCHAIN": goVersion} {
		if last[name] != want {
			t.Errorf("%s is %q, want %q", name, last[name], want)
		}
	}
}

func TestAFailedBuildKeepsTheOldProgramAndSaysWhy(t *testing.T) {
	root, folder := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(root, "go.mod"), "module example\n\ngo 1.26.0\n")
	write(filepath.Join(root, "request", "main.go"), "package main\n\nfunc main() { undefined() }\n")
	write(bootstrap(folder, "example/request"), "the old")
	err := build(root, folder, "example/request")
	if err == nil || !strings.Contains(err.Error(), "undefined: undefined") || !strings.Contains(err.Error(), goVersion) {
		t.Errorf("got %v", err)
	}
	if old, err := os.ReadFile(bootstrap(folder, "example/request")); err != nil || string(old) != "the old" {
		t.Errorf("the old is now %q, %v", old, err)
	}
}

// The toolchain must be able to build the module: go.mod asks for that version or a later one.
func TestTheToolchainIsNewEnough(t *testing.T) {
	root, err := moduleRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`(?m)^go (1\.\d+)`).FindSubmatch(module)
	if asked == nil || !strings.HasPrefix(goVersion, "go"+string(asked[1])+".") {
		t.Errorf("the functions are built with %s, go.mod asks for %s", goVersion, asked)
	}
}

func TestAFolderThatIsNotWritableIsNamed(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "bin")
	if err := os.WriteFile(folder, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	folder = filepath.Join(folder, "handlers")
	if err := build(".", folder, requestPackage); err == nil || !strings.Contains(err.Error(), folder+", which must be writable: ") {
		t.Errorf("got %v", err)
	}
}

func TestTheBuildNeedsAModule(t *testing.T) {
	if root, err := moduleRoot(t.TempDir()); err == nil || !strings.Contains(err.Error(), "go.mod") {
		t.Errorf("got %q, %v", root, err)
	}
}
