// Command clients runs boto3 and the AWS command line against `asl serve`: what it says about them in docs/serve.md is true.
//
//	go run ./cmd/clients
//
// The exit code is 0 when every check passes, 1 when one fails, 2 when the checks cannot run, and 130 after an interruption. Without
// Python it prints that it checked nothing, and the exit code is 0.
package main

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/venv"
)

// cli is the command line.
type cli struct{}

// Help returns the details that --help shows.
func (cli) Help() string {
	return `It installs pinned versions of both, builds asl, and serves on a free port.

Exit codes: 0, every check passes, or no Python; 1, a check fails; 2, the checks cannot run; 130, interrupted.`
}

func main() { newProgram().Main() }

func newProgram() program.Program {
	return program.Program{Name: "clients", Description: "Runs boto3 and the AWS command line against asl serve.", CLI: &cli{}}
}

// limit is the longest duration of a run, including the installation.
const limit = 8 * time.Minute

// requirements pin the clients and their dependencies.
//
//go:embed requirements.txt
var requirements []byte

// checks are the checks, a program in Python.
//
//go:embed checks.py
var checks []byte

// stubs are the results of tasks, in AWS's format.
//
//go:embed stubs.json
var stubs []byte

// Run executes the command.
func (cli) Run(ctx context.Context, s program.Streams) (err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tool, err := venv.Install(ctx, "clients", requirements)
	if errors.Is(err, venv.ErrNoPython) {
		fmt.Fprintln(s.Out, "clients: checked nothing:", err)
		return nil
	}
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "clients-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	for name, text := range map[string][]byte{"checks.py": checks, "MockConfigFile.json": stubs} {
		if err := os.WriteFile(filepath.Join(scratch, name), text, 0o600); err != nil {
			return err
		}
	}
	asl := filepath.Join(scratch, "asl")
	build := exec.CommandContext(ctx, "go", "build", "-o", asl, "./cmd/asl")
	build.Stdout, build.Stderr = s.Err, s.Err
	if err := build.Run(); err != nil {
		return fmt.Errorf("building asl: %w", err)
	}
	address, stop, err := serve(ctx, s, asl, filepath.Join(scratch, "MockConfigFile.json"))
	if err != nil {
		return err
	}
	defer stop()
	check := exec.CommandContext(ctx, tool("python"), filepath.Join(scratch, "checks.py"), address, tool("aws")) //nolint:gosec // the programs above
	check.Stdout, check.Stderr = s.Out, s.Err
	err = check.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); exited && ctx.Err() == nil {
		return program.Failed(errors.New("the clients do not agree with the server"))
	}
	return err
}

// serve starts the server and returns its address.
func serve(ctx context.Context, s program.Streams, asl, stubs string) (address string, stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	command := exec.CommandContext(ctx, asl, "serve", "--address", "127.0.0.1:0", "--stubs", stubs)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.Stderr = s.Err
	out, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		cancel()
		return "", nil, err
	}
	stop = func() { cancel(); _ = command.Wait() } // It was told to end.
	reader := bufio.NewReader(out)
	line, err := reader.ReadString('\n')
	address, _, found := strings.Cut(strings.TrimPrefix(line, "Step Functions at "), ". ")
	if err != nil || !found {
		stop()
		return "", nil, fmt.Errorf("asl serve says %q: %w", line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	return address, stop, nil
}
