// Command peer times the synthesis of every environment, without validation, against the equal application in TypeScript, compiled
// and through tsx, in one run:
//
//	make peer
//
// The Go application is timed twice: started as cdk.json starts the real one, and built. The difference is the go command, which
// reads and hashes the sources of the CDK to see that nothing changed. Both sides synthesize the one-subject stacks with the kernel
// that jsii brings. Peer compares the templates first, and times nothing where they differ. It fails when the built application
// takes more than 2.5 times as long as compiled TypeScript.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/gates"
	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/stages"
)

const folder = "test/peer"

// limit is how many times as long as compiled TypeScript the built application may take, on the clock.
const limit = 2.5

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

// synthesize is the application in Go: every environment without its cohorts, which would time the CDK's assets rather than Go.
// The gates are compiled in, as in the real application, and off, as in every timed run.
func synthesize() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	for _, environment := range stages.Environments() {
		environment.Cohort, environment.Trials = nil, nil
		stages.NewStage(app, environment)
	}
	gates.Synth(app)
}

// timing is the time of one run: on the clock, and of all processors.
type timing struct{ wall, cpu time.Duration }

// application is a command that synthesizes, and its name.
type application struct{ name, command string }

// settings are the parts of cdk.json that start an application.
type settings struct {
	App     string
	Context json.RawMessage
}

func compare(runs int) error {
	modules := filepath.Join(folder, "node_modules")
	if _, err := os.Stat(modules); err != nil {
		return fmt.Errorf("the TypeScript application is not installed: npm ci --prefix %s", folder)
	}
	compile := exec.Command(filepath.Join(modules, ".bin", "tsc"), "--project", folder)
	if output, err := compile.CombinedOutput(); err != nil {
		return fmt.Errorf("compiling the TypeScript application: %w\n%s", err, output)
	}
	cdk, err := readSettings("cdk.json")
	if err != nil {
		return err
	}
	start, ours := strings.CutSuffix(cdk.App, " .")
	if !ours {
		return fmt.Errorf("cdk.json: app must end with the application's package, %q, got %q", " .", cdk.App)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	applications := []application{
		{"TypeScript, compiled", "node " + filepath.Join(modules, ".compiled", "app.js")}, // tsconfig.json sets this folder
		{"TypeScript, tsx", filepath.Join(modules, ".bin", "tsx") + " " + filepath.Join(folder, "app.ts")},
		{"Go, built", self + " --synth"},
		{"Go, " + cdk.App, start + " ./" + folder + " --synth"},
	}
	timings, err := timeAll(applications, cdk.Context, runs)
	if err != nil {
		return err
	}
	report(applications, timings)
	if times := median(timings[2]).wall.Seconds() / median(timings[0]).wall.Seconds(); times > limit {
		return program.Failed(fmt.Errorf("the built application takes %.2f times as long as compiled TypeScript, at most %.1f is allowed", times, limit))
	}
	return nil
}

func readSettings(file string) (read settings, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return read, err
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return read, fmt.Errorf("%s: %w", file, err)
	}
	return read, nil
}

// timeAll runs the applications in turn. The first round warms the caches and is not timed: it compares the templates.
func timeAll(applications []application, context json.RawMessage, runs int) ([][]timing, error) {
	scratch, err := os.MkdirTemp("", "peer-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	timings := make([][]timing, len(applications))
	for run := range runs + 1 {
		for i, application := range applications {
			t, err := timeOnce(application.command, context, filepath.Join(scratch, fmt.Sprint(i)))
			if err != nil {
				return nil, err
			}
			if run > 0 {
				timings[i] = append(timings[i], t)
			}
		}
		if run == 0 {
			if err := sameTemplates(filepath.Join(scratch, "3"), filepath.Join(scratch, "0")); err != nil {
				return nil, err
			}
		}
	}
	return timings, nil
}

// timeOnce runs an application once, through a shell, as the CDK command line does.
func timeOnce(shell string, context json.RawMessage, dir string) (timing, error) {
	command := exec.Command("sh", "-c", shell)
	command.Env = append(os.Environ(), "CDK_OUTDIR="+dir, "CDK_CONTEXT_JSON="+string(context), "CDK_VALIDATION=false", "NODE_NO_WARNINGS=1")
	start := time.Now()
	if output, err := command.CombinedOutput(); err != nil {
		return timing{}, fmt.Errorf("%s: %w\n%s", shell, err, output)
	}
	return timing{time.Since(start), command.ProcessState.UserTime() + command.ProcessState.SystemTime()}, nil
}

// report prints the medians, and how they compare with the first application's.
func report(applications []application, timings [][]timing) {
	fmt.Printf("%-22s %8s %8s %8s %8s\n", "", "wall", "cpu", "wall", "cpu")
	first := median(timings[0])
	for i, application := range applications {
		m := median(timings[i])
		fmt.Printf("%-22s %7.2fs %7.2fs %7.2fx %7.2fx\n", application.name, m.wall.Seconds(), m.cpu.Seconds(),
			m.wall.Seconds()/first.wall.Seconds(), m.cpu.Seconds()/first.cpu.Seconds())
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
