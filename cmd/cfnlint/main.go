// Cfnlint has cfn-lint look through every template of the cloud assembly, and through those of a promotion, which it
// synthesizes for that, with example accounts: bound to an account and a region templates are different ones.
//
//	go run ./cmd/cfnlint [-assembly cdk.out]
//
// It prints what cfn-lint finds. Without Python it says so, and ends with exit code 0: nothing was looked through. Exit codes:
// 0 nothing found, or no Python; 1 something found or wrong; 2 usage.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"time"

	"clinical-risk-pipeline/internal/synth"
	"clinical-risk-pipeline/internal/venv"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/stages"
)

// limit bounds a run, the installation of cfn-lint included.
const limit = 8 * time.Minute

func main() {
	dir := flag.String("assembly", "cdk.out", "the cloud assembly")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	err := run(ctx, *dir)
	stop()
	cancel()
	if errors.Is(err, venv.ErrNoPython) {
		fmt.Println("cfn-lint: nothing was looked through:", err)
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cfn-lint:", err)
		os.Exit(1)
	}
}

// requirements pin cfn-lint.
//
//go:embed requirements.txt
var requirements []byte

func run(ctx context.Context, dir string) error {
	templates, err := find(dir)
	if err != nil {
		return err
	}
	program, err := venv.Install(ctx, "cfn-lint", requirements)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "cfnlint-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	if err := synth.Into(ctx, scratch, promotionSettings(stages.Environments())...); err != nil {
		return fmt.Errorf("a promotion: %w", err)
	}
	promoted, err := find(scratch)
	if err != nil {
		return err
	}
	return lint(ctx, program("cfn-lint"), append(templates, promoted...))
}

// find lists the templates of the stacks in a cloud assembly, those of its stages included.
func find(dir string) ([]string, error) {
	synthesized, err := assembly.Open(dir)
	if err != nil {
		return nil, err
	}
	var templates []string
	for _, stack := range synthesized.Stacks() {
		templates = append(templates, stack.Template)
	}
	if len(templates) == 0 {
		return nil, fmt.Errorf("no stack in %s: synthesize it with `make synth`", dir)
	}
	return templates, nil
}

// lint runs cfn-lint, which tells by its exit code whether it found something.
func lint(ctx context.Context, program string, templates []string) error {
	command := exec.CommandContext(ctx, program, append([]string{"--format", "parseable", "--"}, templates...)...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return fmt.Errorf("found something in %d templates", len(templates))
		}
		return err
	}
	fmt.Printf("cfn-lint: nothing found in %d templates\n", len(templates))
	return nil
}
