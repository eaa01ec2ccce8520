// Command diff shows what differs between two cloud assemblies of the application, stack by stack, without AWS.
//
//	diff BEFORE NOW
//
// `cdk diff` shows a changed resource. The command itself shows a changed state machine definition, state by state. The order of a
// policy's statements means nothing to AWS, so the command only names a stack that differs in nothing else.
// `make diff` makes both assemblies.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"clinical-risk-pipeline/internal/program"
)

// cli is the command line.
type cli struct {
	Before string `arg:"" type:"existingdir" help:"The cloud assembly to compare with."`
	Now    string `arg:"" type:"existingdir" help:"The cloud assembly to show."`
}

func main() {
	program.Program{Name: "diff", Description: "Shows what differs between two cloud assemblies, stack by stack.", CLI: &cli{}}.Main()
}

// Run executes the command.
func (c *cli) Run(ctx context.Context, s program.Streams) error {
	scratch, err := os.MkdirTemp("", "diff-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	return (&comparison{
		before: c.Before, now: c.Now, scratch: scratch, out: s.Out,
		cdkDiff: func(assembly, template, stack string) error { return cdkDiff(ctx, s, assembly, template, stack) },
	}).run()
}

// cdkDiff has the CDK compare a template with that of a stack.
func cdkDiff(ctx context.Context, s program.Streams, assembly, template, stack string) error {
	command := exec.CommandContext(ctx, "npx", "--no-install", "cdk", "diff", "--strict", "--app", assembly, "--template", template, stack)
	command.Stdout, command.Stderr = s.Out, s.Out
	if err := command.Run(); err != nil {
		return fmt.Errorf("cdk diff %s: %w", stack, err)
	}
	return nil
}
