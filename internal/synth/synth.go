// Package synth synthesizes the application for commands that choose its settings themselves, whatever the shell's are.
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

// Into synthesizes the application into a folder, with these settings, environment variables "NAME=value" each, and with none of
// the shell's; what stands in ~/.cdk.json counts nevertheless. The policy gates are left out: `make synth` passes them.
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
