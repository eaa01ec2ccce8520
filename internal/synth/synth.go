// Package synth synthesizes the application for programs that choose its settings and ignore those of the shell.
package synth

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"clinical-risk-pipeline/workflow"
)

// Into synthesizes the application into a folder. The settings are environment variables of the form "NAME=value". Settings in the
// shell have no effect, but those in ~/.cdk.json do. Into skips the policy gates, which `make synth` passes.
func Into(ctx context.Context, folder string, settings ...string) error {
	command := exec.CommandContext(ctx, "npx", "--no-install", "cdk", "synth", "--quiet", "--output", folder)
	command.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(strings.ToUpper(variable), workflow.SettingPrefix)
	})
	command.Env = append(append(command.Env, "CDK_VALIDATION=false"), settings...)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("cdk synth: %w\n%s", err, output)
	}
	return nil
}
