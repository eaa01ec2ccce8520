// Command cfnlint has cfn-lint look through every template of the cloud assembly, and through those of a promotion, which it
// synthesizes for that, with example accounts: bound to an account and a region templates are different ones.
//
//	go run ./cmd/cfnlint [--assembly cdk.out]
//
// It prints what cfn-lint finds. Without Python it says so, and ends with exit code 0: nothing was looked through. It exits with
// 1 when cfn-lint finds something, and with 2 when the command line or the assembly is wrong or cfn-lint cannot run.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/synth"
	"clinical-risk-pipeline/internal/venv"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/stages"
)

// cli is the command line.
type cli struct {
	Assembly string `default:"cdk.out" placeholder:"DIR" help:"The cloud assembly that cdk synth wrote. Default: ${default}."`
}

// Help returns the details that --help shows.
func (cli) Help() string {
	return `Besides, cfnlint synthesizes a promotion with example accounts, and looks through its templates, too.

Exit codes: 0, nothing found, or no Python; 1, cfn-lint found something; 2, the command line or the assembly is wrong, or cfn-lint cannot run; 130, interrupted.`
}

func main() { newProgram().Main() }

func newProgram() program.Program {
	return program.Program{Name: "cfnlint", Description: "Has cfn-lint look through every template.", CLI: &cli{}}
}

// limit bounds a run, the installation of cfn-lint included.
const limit = 8 * time.Minute

// requirements pin cfn-lint.
//
//go:embed requirements.txt
var requirements []byte

// Run executes the command.
func (c *cli) Run(ctx context.Context, s program.Streams) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	templates, err := find(c.Assembly)
	if err != nil {
		return err
	}
	tool, err := venv.Install(ctx, "cfn-lint", requirements)
	if errors.Is(err, venv.ErrNoPython) {
		fmt.Fprintln(s.Out, "cfnlint: nothing was looked through:", err)
		return nil
	}
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
	return lint(ctx, s, tool("cfn-lint"), append(templates, promoted...))
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
func lint(ctx context.Context, s program.Streams, tool string, templates []string) error {
	command := exec.CommandContext(ctx, tool, append([]string{"--format", "parseable", "--"}, templates...)...)
	command.Stdout, command.Stderr = s.Out, s.Err
	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); exited && ctx.Err() == nil {
		return program.Failed(fmt.Errorf("found something in %d templates", len(templates)))
	}
	if err == nil {
		fmt.Fprintf(s.Out, "cfnlint: nothing found in %d templates\n", len(templates))
	}
	return err
}
