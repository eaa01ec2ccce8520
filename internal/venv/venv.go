// Package venv installs Python programs with pinned versions, each into its own virtual environment in .tools.
package venv

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// ErrNoPython reports a missing Python. Programs that need Python print that they skip their work.
var ErrNoPython = errors.New("Python 3.10 or newer, with its venv module, was not found") //nolint:staticcheck // a name

// Install installs the requirements into a virtual environment. The requirements pin every package, dependencies included, by version
// and by the hashes of its files: pip refuses a file with another hash, and a package without one.
// Install returns a function that returns the path of a program in the environment, such as "python". It uses an existing environment
// with the same requirements again. Installing takes a while, so it prints a line to standard output first.
func Install(ctx context.Context, name string, requirements []byte) (program func(string) string, err error) {
	digest := sha256.Sum256(requirements)
	folder, err := filepath.Abs(filepath.Join(".tools", fmt.Sprintf("%s-%x", name, digest[:6])))
	if err != nil {
		return nil, err
	}
	program = func(name string) string {
		if runtime.GOOS == "windows" {
			return filepath.Join(folder, "Scripts", name+".exe")
		}
		return filepath.Join(folder, "bin", name)
	}
	complete := filepath.Join(folder, "requirements.txt") // written last
	if _, err := os.Stat(complete); err == nil {
		return program, nil
	}
	if exec.CommandContext(ctx, "python3", "-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))").Run() != nil {
		return nil, ErrNoPython
	}
	fmt.Printf("%s: installing into %s (only once)\n", name, folder)
	if output, err := exec.CommandContext(ctx, "python3", "-m", "venv", "--clear", folder).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("creating a virtual environment: %w\n%s", err, output)
	}
	pinned := filepath.Join(folder, "pinned.txt")
	if err := os.WriteFile(pinned, requirements, 0o600); err != nil {
		return nil, err
	}
	if output, err := exec.CommandContext(ctx, program("python"), "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--requirement", pinned).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("installing %s: %w\n%s", name, err, output)
	}
	return program, os.Rename(pinned, complete)
}
