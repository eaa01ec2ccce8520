// Command cfnlint runs cfn-lint on every template in the cloud assembly and on the templates of a promotion. It synthesizes the
// promotion with example accounts, because templates that are bound to an account and a region differ from those that are not. It also
// checks that docs/deployment-policy.json allows what CloudFormation's handlers of the templates' resource types call.
//
//	go run ./cmd/cfnlint [--assembly cdk.out]
//
// The exit code is 0 without findings, 1 when cfn-lint finds something, 2 when the command line or the assembly is wrong or cfn-lint
// cannot run, and 130 after an interruption. Without Python it prints that it checked nothing, and the exit code is 0.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/synth"
	"clinical-risk-pipeline/internal/venv"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/stages"
)

// cli is the command line.
type cli struct {
	Assembly string `default:"cdk.out" placeholder:"DIR" help:"The cloud assembly that cdk synth writes. Default: ${default}."`
}

// Help returns the details that --help shows.
func (cli) Help() string {
	return `It also synthesizes a promotion with example accounts and checks its templates.

Exit codes: 0, no findings, or no Python; 1, cfn-lint found something; 2, the command line or the assembly is wrong, or cfn-lint cannot run; 130, interrupted.`
}

func main() { newProgram().Main() }

func newProgram() program.Program {
	return program.Program{Name: "cfnlint", Description: "Runs cfn-lint on every template.", CLI: &cli{}}
}

// limit is the longest duration of a run, including the installation of cfn-lint.
const limit = 8 * time.Minute

// requirements pin cfn-lint and its dependencies.
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
		fmt.Fprintln(s.Out, "cfnlint: checked nothing:", err)
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
		return fmt.Errorf("synthesizing a promotion: %w", err)
	}
	promoted, err := find(scratch)
	if err != nil {
		return err
	}
	missing, err := uncovered(ctx, tool("python"), templates)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return program.Failed(fmt.Errorf("%s does not allow what CloudFormation's handlers need:\n%s", deploymentPolicy, strings.Join(missing, "\n")))
	}
	return lint(ctx, s, tool("cfn-lint"), append(templates, promoted...))
}

// find returns the templates of all stacks in a cloud assembly, including those in stages.
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
		return nil, fmt.Errorf("%s contains no stacks: synthesize with `make synth`", dir)
	}
	return templates, nil
}

// lint runs cfn-lint, whose exit code is not 0 if it finds something.
func lint(ctx context.Context, s program.Streams, tool string, templates []string) error {
	command := exec.CommandContext(ctx, tool, append([]string{"--format", "parseable", "--"}, templates...)...)
	command.Stdout, command.Stderr = s.Out, s.Err
	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); exited && ctx.Err() == nil {
		return program.Failed(fmt.Errorf("cfn-lint found something in %d templates", len(templates)))
	}
	if err == nil {
		fmt.Fprintf(s.Out, "cfnlint: no findings in %d templates\n", len(templates))
	}
	return err
}
