package main

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

//go:embed requirements.txt
var requirements []byte

// errNoPython is not a fault: the project needs no Python for anything else.
var errNoPython = errors.New("nothing was looked through: Python 3.10 or newer, with its venv module, was not found")

// install makes cfn-lint's virtual environment in .tools, named after the versions in it, and returns the program.
func install(ctx context.Context) (string, error) {
	digest := sha256.Sum256(requirements)
	folder, err := filepath.Abs(fmt.Sprintf(".tools/cfn-lint-%x", digest[:6]))
	if err != nil {
		return "", err
	}
	bin, suffix := filepath.Join(folder, "bin"), ""
	if runtime.GOOS == "windows" {
		bin, suffix = filepath.Join(folder, "Scripts"), ".exe"
	}
	python, program := filepath.Join(bin, "python"+suffix), filepath.Join(bin, "cfn-lint"+suffix)
	complete := filepath.Join(folder, "requirements.txt") // written last
	if _, err := os.Stat(complete); err == nil {
		return program, nil
	}
	if exec.CommandContext(ctx, "python3", "-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))").Run() != nil {
		return "", errNoPython
	}
	fmt.Println("cfn-lint: installing into", filepath.Dir(complete), "once")
	if output, err := exec.CommandContext(ctx, "python3", "-m", "venv", "--clear", folder).CombinedOutput(); err != nil {
		return "", fmt.Errorf("making a virtual environment: %w\n%s", err, output)
	}
	pinned := filepath.Join(folder, "pinned.txt")
	if err := os.WriteFile(pinned, requirements, 0o600); err != nil {
		return "", err
	}
	if output, err := exec.CommandContext(ctx, python, "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", pinned).CombinedOutput(); err != nil {
		return "", fmt.Errorf("installing cfn-lint: %w\n%s", err, output)
	}
	return program, os.Rename(pinned, complete)
}
