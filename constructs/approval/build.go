package approval

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// goVersion is the toolchain that builds the functions. The go command fetches it where another is installed, since another
// makes other bytes of the same source.
const goVersion = "go1.26.8"

// The functions' main packages.
const (
	requestPackage = "clinical-risk-pipeline/lambda/approval/request"
	decidePackage  = "clinical-risk-pipeline/lambda/approval/decide"
)

// functionFolders are folders that each hold a function's "bootstrap", the name that Lambda starts.
type functionFolders struct{ request, decide string }

// handlers builds the functions, once a process, into bin/handlers of the module that the program runs in.
var handlers = sync.OnceValues(func() (functionFolders, error) {
	root, err := moduleRoot(".")
	if err != nil {
		return functionFolders{}, err
	}
	folder := filepath.Join(root, "bin", "handlers")
	return functionFolders{filepath.Join(folder, "request"), filepath.Join(folder, "decide")}, build(root, folder, requestPackage, decidePackage)
})

// build compiles main packages of the module for Lambda, each to "bootstrap" in a folder of its own. The bytes depend on the
// source and on goVersion alone. What is built replaces the old at once, so that other processes may build and read at the
// same time; and since the go command finds the old where it writes the new, it links nothing again that did not change.
func build(root, folder string, packages ...string) (err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(folder, ".build-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	for _, p := range packages {
		if err := copyFile(bootstrap(folder, p), filepath.Join(work, path.Base(p))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	command := exec.Command("go", append([]string{"build", "-trimpath", "-buildvcs=false", "-tags=lambda.norpc", "-ldflags=-s -w", "-o", work + string(filepath.Separator)}, packages...)...)
	command.Dir, command.Env = root, environment(os.Environ())
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("building the functions with %s: %w\n%s", goVersion, err, strings.TrimSpace(string(output)))
	}
	for _, p := range packages {
		if err := os.MkdirAll(filepath.Dir(bootstrap(folder, p)), 0o755); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(work, path.Base(p)), bootstrap(folder, p)); err != nil {
			return err
		}
	}
	return nil
}

func bootstrap(folder, mainPackage string) string {
	return filepath.Join(folder, path.Base(mainPackage), "bootstrap")
}

// environment is that of this process, except for what would change the bytes.
func environment(inherited []string) []string {
	inherited = slices.DeleteFunc(inherited, func(variable string) bool { return strings.HasPrefix(variable, "GOEXPERIMENT=") })
	return append(inherited, "GOOS=linux", "GOARCH=arm64", "GOARM64=v8.0", "CGO_ENABLED=0", "GOFLAGS=-mod=readonly",
		"GOFIPS140=off", "GOWORK=off", "GOTOOLCHAIN="+goVersion)
}

func copyFile(from, to string) error {
	binary, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, binary, 0o755)
}

// moduleRoot is the folder of the go.mod that governs a folder.
func moduleRoot(folder string) (string, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	for at := folder; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("no go.mod in %s or above: the functions are built from the module's source", folder)
		}
	}
}
