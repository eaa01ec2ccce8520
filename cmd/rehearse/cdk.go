package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// The place of the rehearsal. The emulator uses this account for every credential.
const (
	account = "123456789012"
	region  = "eu-central-1"
)

// commandLine is the CDK command line with the emulator as its AWS.
type commandLine struct {
	out            io.Writer // gets the commands that run
	server         *server
	assembly, home string
}

// run executes a command. Its output is part of the error if it fails.
func (c commandLine) run(ctx context.Context, command string, arguments ...string) error {
	_, err := c.output(ctx, command, arguments...)
	return err
}

func (c commandLine) output(ctx context.Context, command string, arguments ...string) (string, error) {
	fmt.Fprintln(c.out, "rehearse: cdk", command, strings.Join(arguments, " "))
	cdk := exec.CommandContext(ctx, filepath.Join("node_modules", ".bin", "cdk"),
		append([]string{command, "--app", c.assembly, "--ci", "--no-notices"}, arguments...)...)
	cdk.Env = append(localEnvironment(),
		// The URL of the template contains the host of the CloudFormation endpoint, and moto understands "localhost" in it. The S3
		// client puts the bucket into the path, not into the host name, only if the host is an IP address.
		"AWS_ENDPOINT_URL="+c.server.endpoint("localhost"),
		"AWS_ENDPOINT_URL_S3="+c.server.endpoint("127.0.0.1"),
		"AWS_ACCESS_KEY_ID=rehearsal", "AWS_SECRET_ACCESS_KEY=rehearsal", "AWS_REGION="+region,
		"CDK_HOME="+c.home)
	text, err := cdk.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("cdk %s: %w\n%s", command, err, text)
	}
	failure, err := c.server.failure()
	if err != nil {
		return "", err
	}
	if failure != "" {
		return "", fmt.Errorf("cdk %s: the emulator failed: %s", command, failure)
	}
	return string(text), nil
}

// deployUnchanged deploys again and expects no change in any stack.
func (c commandLine) deployUnchanged(ctx context.Context, stacks string, count int) error {
	text, err := c.output(ctx, "deploy", stacks, "--require-approval", "never")
	if err != nil {
		return err
	}
	if got := strings.Count(text, "(no changes)"); got != count {
		return fmt.Errorf("the second deployment changed something: %d of %d stacks had no changes\n%s", got, count, text)
	}
	return nil
}

// localEnvironment returns the environment of this process without the variables that lead to AWS or to a proxy.
func localEnvironment() []string {
	return append(slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(strings.ToUpper(variable), "=")
		return strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "CDK_") || strings.HasSuffix(name, "_PROXY")
	}),
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_EC2_METADATA_DISABLED=true",
		"CDK_DISABLE_CLI_TELEMETRY=true", "CDK_DISABLE_VERSION_CHECK=true", "NODE_NO_WARNINGS=1")
}
