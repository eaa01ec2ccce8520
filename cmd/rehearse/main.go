// Rehearsal deploys an environment without AWS: the CDK command line deploys it into moto, an emulator of AWS, which listens on
// this machine's loopback address only. It deploys twice, the second time without a change, checks what was created through the
// AWS SDK, and destroys it.
//
//	go run ./cmd/rehearse [-stacks 'Dev/*']
//
// It synthesizes for itself, without the settings of the shell: the emulator has one account, and the application's are others.
//
// What it shows: the assembly is one that the command line deploys, with its assets; every reference in the templates
// resolves; nothing changes without a change; what is created is what the templates say. What it cannot show: that AWS
// itself accepts a property, what IAM decides, and the types that moto does not create, which it lists.
//
// Without Python it says so, and ends with exit code 0: nothing was rehearsed, and nothing is wrong. Exit codes: 0 rehearsed,
// or no Python; 1 something is wrong; 2 usage.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"clinical-risk-pipeline/internal/synth"
	"clinical-risk-pipeline/internal/venv"
)

// limit bounds a rehearsal, the installation of the emulator included.
const limit = 8 * time.Minute

func main() {
	stacks := flag.String("stacks", "Dev/*", "the stacks to deploy, as the CDK command line selects them")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	err := rehearse(ctx, *stacks)
	stop()
	cancel()
	if errors.Is(err, venv.ErrNoPython) {
		fmt.Println("rehearsal: nothing was rehearsed:", err)
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "rehearsal:", err)
		os.Exit(1)
	}
}

// requirements pin the emulator.
//
//go:embed requirements.txt
var requirements []byte

// rehearse does the steps in their order. Whatever happens, the server ends with it.
func rehearse(ctx context.Context, stacks string) error {
	program, err := venv.Install(ctx, "rehearsal", requirements)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "rehearsal-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	assembly := filepath.Join(scratch, "cdk.out")
	fmt.Println("rehearsal: cdk synth")
	if err := synth.Into(ctx, assembly); err != nil {
		return err
	}
	templates, err := readTemplates(assembly)
	if err != nil {
		return err
	}
	server, err := startServer(ctx, program("python"), filepath.Join(scratch, "server.log"))
	if err != nil {
		return err
	}
	defer server.stop()

	cdk := commandLine{server: server, assembly: assembly, home: filepath.Join(scratch, "cdk")}
	if err := cdk.run(ctx, "bootstrap", "aws://"+account+"/"+region); err != nil {
		return err
	}
	if err := cdk.run(ctx, "deploy", stacks, "--require-approval", "never"); err != nil {
		return err
	}
	aws := newClients(server)
	first, err := aws.deployed(ctx)
	if err != nil {
		return err
	}
	unsupported, err := server.unsupported()
	if err != nil {
		return err
	}
	if err := aws.check(ctx, first, templates, unsupported); err != nil {
		return err
	}
	if err := cdk.deployUnchanged(ctx, stacks, len(first)); err != nil {
		return err
	}
	if err := aws.unchanged(ctx, first); err != nil {
		return err
	}
	if err := cdk.run(ctx, "destroy", stacks, "--force"); err != nil {
		return err
	}
	return aws.gone(ctx, first, templates)
}
