package function

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// goVersion is the toolchain that builds the functions. The go command downloads it where another one is installed, because
// another toolchain makes other bytes from the same source.
const goVersion = "go1.26.8"

// Build builds programs for Lambda, by their main packages. It returns a folder for each, with its "bootstrap", the file that Lambda
// starts. The main module is the one whose go.mod governs the working folder: this one, or a module that requires it. Its go.mod and
// go.sum choose the sources, and its folder bin/handlers receives the programs. Programs of one module need different names.
func Build(packages ...string) ([]string, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(root, "bin", "handlers")
	if err := build(root, folder, packages...); err != nil {
		return nil, err
	}
	var programs []string
	for _, p := range packages {
		programs = append(programs, filepath.Dir(bootstrap(folder, p)))
	}
	return programs, nil
}

// build compiles main packages for Lambda, as the module in root sees them, each to "bootstrap" in a folder of its own. The
// bytes depend on goVersion, the sources and the main module's go.mod and go.sum alone. A new program replaces the old one
// atomically, so that other processes can build and read at the same time. The go command finds the old program where it writes
// the new one, and does not link again what did not change.
func build(root, folder string, packages ...string) (err error) {
	work, err := prepare(folder)
	if err != nil {
		return fmt.Errorf("the functions are built into %s, which must be writable: %w", folder, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	for _, p := range packages {
		if err := copyFile(bootstrap(folder, p), filepath.Join(work, path.Base(p))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	command := exec.Command("go", append([]string{"build", "-buildvcs=false", "-tags=lambda.norpc", "-ldflags=-s -w", "-o", work + string(filepath.Separator)}, packages...)...)
	command.Dir, command.Env = root, environment(os.Environ())
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("building the functions in %s with %s: %w\n%s", root, goVersion, err, strings.TrimSpace(string(output)))
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

// prepare makes the folder, which git ignores, and in it a folder to work in.
func prepare(folder string) (work string, err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(folder, ".gitignore"), []byte("*\n"), 0o644); err != nil {
		return "", err
	}
	return os.MkdirTemp(folder, ".build-")
}

// WriteFile writes a file of an asset. Other processes that write the same see the old file or the new one.
func WriteFile(name string, content []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, content) {
		return nil
	}
	work, err := os.CreateTemp(filepath.Dir(filepath.Dir(name)), ".write-")
	if err != nil {
		return err
	}
	_, err = work.Write(content)
	if err := errors.Join(err, work.Chmod(0o644), work.Close()); err != nil {
		return errors.Join(err, os.Remove(work.Name()))
	}
	return os.Rename(work.Name(), name)
}

func bootstrap(folder, mainPackage string) string {
	return filepath.Join(folder, path.Base(mainPackage), "bootstrap")
}

// environment is the environment of this process, without what would change the bytes. The go command reads a folder "vendor" of
// the main module where it has one.
func environment(inherited []string) []string {
	inherited = slices.DeleteFunc(inherited, func(variable string) bool { return strings.HasPrefix(variable, "GOEXPERIMENT=") })
	return append(inherited, "GOOS=linux", "GOARCH=arm64", "GOARM64=v8.0", "CGO_ENABLED=0", "GOFLAGS=-trimpath",
		"GOFIPS140=off", "GOWORK=off", "GOTOOLCHAIN="+goVersion)
}

func copyFile(from, to string) error {
	binary, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, binary, 0o755)
}

// Root returns the folder of the main module.
func Root() (string, error) { return moduleRoot(".") }

// moduleRoot returns the folder of the go.mod that governs a folder.
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
			return "", fmt.Errorf("no go.mod in %s or a folder above: the functions are built by the module that contains the working folder, so start the program there", folder)
		}
	}
}
