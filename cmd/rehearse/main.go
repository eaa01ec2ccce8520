// Command rehearse deploys an environment without AWS. The CDK command line deploys it into moto, an emulator of AWS that listens only
// on the loopback address of this machine. The command deploys twice, the second time without a change, checks the resources through
// the AWS SDK, and destroys the stacks.
//
//	go run ./cmd/rehearse [--stacks 'Dev/*']
//
// It synthesizes without the settings of the shell, because they name real accounts and the emulator has one account of its own.
//
// A rehearsal shows that the command line can deploy the assembly with its assets, that every reference in the templates resolves,
// that a deployment without a change changes nothing, and that the created resources match the templates. It cannot show that AWS
// accepts a property or what IAM decides, and it does not cover the types that moto cannot create, which it lists.
//
// The exit code is 0 after a rehearsal, 1 when a step of the rehearsal fails, 2 when the command line is wrong or the rehearsal
// cannot begin, and 130 after an interruption. Without Python it prints that it rehearsed nothing, and the exit code is 0.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/internal/synth"
	"clinical-risk-pipeline/internal/venv"
)

// cli is the command line.
type cli struct {
	Stacks string `default:"Dev/*" placeholder:"PATTERN" help:"The stacks to deploy, as the CDK command line selects them. Default: ${default}."`
}

// Help returns the details that --help shows.
func (cli) Help() string {
	return `Exit codes: 0, rehearsed, or no Python; 1, a step of the rehearsal failed; 2, the command line is wrong, or the rehearsal cannot begin; 130, interrupted.`
}

func main() { newProgram().Main() }

func newProgram() program.Program {
	return program.Program{Name: "rehearse", Description: "Deploys an environment into an emulated AWS on this machine, checks it, and destroys it.", CLI: &cli{}}
}

// limit is the longest duration of a rehearsal, including the installation of the emulator.
const limit = 8 * time.Minute

// requirements pin the emulator and its dependencies.
//
//go:embed requirements.txt
var requirements []byte

// Run executes the command. The emulator ends when it returns.
func (c *cli) Run(ctx context.Context, s program.Streams) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tool, err := venv.Install(limited, "rehearsal", requirements)
	if errors.Is(err, venv.ErrNoPython) {
		fmt.Fprintln(s.Out, "rehearse: rehearsed nothing:", err)
		return nil
	}
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "rehearsal-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	assembly := filepath.Join(scratch, "cdk.out")
	fmt.Fprintln(s.Out, "rehearse: cdk synth")
	if err := synth.Into(limited, assembly); err != nil {
		return err
	}
	templates, err := readTemplates(assembly)
	if err != nil {
		return err
	}
	server, err := startServer(limited, tool("python"), filepath.Join(scratch, "server.log"))
	if err != nil {
		return err
	}
	defer server.stop()
	cdk := commandLine{out: s.Out, server: server, assembly: assembly, home: filepath.Join(scratch, "cdk")}
	err = c.rehearse(limited, cdk, newClients(s.Out, server), templates)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return program.Failed(err)
}

// rehearse executes the steps in their order.
func (c *cli) rehearse(ctx context.Context, cdk commandLine, aws clients, templates map[string]template) error {
	if err := cdk.run(ctx, "bootstrap", "aws://"+account+"/"+region); err != nil {
		return err
	}
	if err := cdk.run(ctx, "deploy", c.Stacks, "--require-approval", "never"); err != nil {
		return err
	}
	first, err := aws.deployed(ctx)
	if err != nil {
		return err
	}
	unsupported, err := cdk.server.unsupported()
	if err != nil {
		return err
	}
	if err := aws.check(ctx, first, templates, unsupported); err != nil {
		return err
	}
	if err := cdk.deployUnchanged(ctx, c.Stacks, len(first)); err != nil {
		return err
	}
	if err := aws.unchanged(ctx, first); err != nil {
		return err
	}
	if err := cdk.run(ctx, "destroy", c.Stacks, "--force"); err != nil {
		return err
	}
	return aws.gone(ctx, first, templates)
}
