// Peer times the synthesis of every environment, without validation, against the equal application in TypeScript, compiled
// and through tsx, in one run:
//
//	make peer
//
// Both sides synthesize the one-subject stacks, and the templates are compared first: where they differ, nothing is timed.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/gates"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/stages"
)

const folder = "test/peer"

// cli is the command line.
type cli struct {
	Runs  int  `default:"7" help:"How often each application is run. Default: ${default}."`
	Synth bool `hidden:"" help:"Be the application."`
}

func main() {
	program.Program{Name: "peer", Description: "Times a synthesis against the equal application in TypeScript.", CLI: &cli{}}.Main()
}

// Run executes the command.
func (c *cli) Run() error {
	if c.Synth {
		synthesize()
		return nil
	}
	return compare(c.Runs)
}

// synthesize is the application in Go: every environment, without its cohorts, which would say more about the CDK's assets than
// about Go. The gates stand behind it as behind the real one, and are off in a run that is timed.
func synthesize() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	for _, environment := range stages.Environments() {
		environment.Cohort = nil
		stages.NewStage(app, environment)
	}
	gates.Synth(app)
}

// timing is the time of one run: on the clock, and of all processors.
type timing struct{ wall, cpu time.Duration }

func compare(runs int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		return fmt.Errorf("the TypeScript application is not installed: npm ci --prefix %s", folder)
	}
	modules := filepath.Join(folder, "node_modules")
	compile := exec.Command(filepath.Join(modules, ".bin", "tsc"), "--project", folder)
	if output, err := compile.CombinedOutput(); err != nil {
		return fmt.Errorf("compiling the TypeScript application: %w\n%s", err, output)
	}
	applications := [][]string{
		{self, "--synth"},
		{"node", filepath.Join(modules, ".compiled", "app.js")}, // tsconfig.json says where
		{filepath.Join(modules, ".bin", "tsx"), filepath.Join(folder, "app.ts")},
	}
	names := []string{"Go, built", "TypeScript, compiled", "TypeScript, tsx"}

	scratch, err := os.MkdirTemp("", "peer-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	timings := make([][]timing, len(applications))
	for run := range runs + 1 { // the first warms the caches, and is compared
		for i, application := range applications {
			t, err := timeOnce(application, filepath.Join(scratch, fmt.Sprint(i)))
			if err != nil {
				return err
			}
			if run > 0 {
				timings[i] = append(timings[i], t)
			}
		}
		if run == 0 {
			if err := sameTemplates(filepath.Join(scratch, "0"), filepath.Join(scratch, "1")); err != nil {
				return err
			}
		}
	}
	report(names, timings)
	return nil
}

// timeOnce runs an application once, as the CDK command line would.
func timeOnce(application []string, dir string) (timing, error) {
	var file struct{ Context json.RawMessage }
	text, err := os.ReadFile("cdk.json")
	if err != nil {
		return timing{}, err
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return timing{}, err
	}
	command := exec.Command(application[0], application[1:]...)
	command.Env = append(os.Environ(), "CDK_OUTDIR="+dir, "CDK_CONTEXT_JSON="+string(file.Context), "CDK_VALIDATION=false", "NODE_NO_WARNINGS=1",
		"GOGC=400", "JSII_NODE=scripts/jsii/node") // as cdk.json sets them
	start := time.Now()
	if output, err := command.CombinedOutput(); err != nil {
		return timing{}, fmt.Errorf("%s: %w\n%s", application[0], err, output)
	}
	return timing{time.Since(start), command.ProcessState.UserTime() + command.ProcessState.SystemTime()}, nil
}

// report prints the medians, and how they compare with the first application's.
func report(names []string, timings [][]timing) {
	fmt.Printf("%-22s %8s %8s %14s %14s\n", "", "wall", "cpu", "Go is, wall", "Go is, cpu")
	first := median(timings[0])
	for i, name := range names {
		m := median(timings[i])
		fmt.Printf("%-22s %7.2fs %7.2fs %13.2fx %13.2fx\n", name, m.wall.Seconds(), m.cpu.Seconds(),
			first.wall.Seconds()/m.wall.Seconds(), first.cpu.Seconds()/m.cpu.Seconds())
	}
}

func median(timings []timing) timing {
	middle := func(of func(timing) time.Duration) time.Duration {
		var values []time.Duration
		for _, t := range timings {
			values = append(values, of(t))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return timing{middle(func(t timing) time.Duration { return t.wall }), middle(func(t timing) time.Duration { return t.cpu })}
}
