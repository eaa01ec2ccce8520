// Package gotest runs tests with the go command and returns the result of each.
package gotest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// The statuses of a test.
const (
	Passed  = "pass"
	Failed  = "fail"
	Skipped = "skip"
	NotRun  = "not run" // the test does not exist, or its package ended before it
)

// Test is the result of a test.
type Test struct {
	Package string  `json:"package"` // the folder below the root of the module
	Name    string  `json:"name"`    // such as "TestRecordStore"
	Status  string  `json:"status"`  // Skipped also if a subtest was skipped: the test then did not show everything
	Cases   int     `json:"cases"`   // the number of subtests, at all depths
	Seconds float64 `json:"seconds"`
	Output  string  `json:"output,omitempty"` // the last lines of a failed test
}

// Run is the result of a run.
type Run struct {
	Tests   []Test   // in the order of their ends
	Faults  []string // failures outside tests: of a compilation, a test program or the go command
	Seconds float64  // the duration of the slowest package
}

// Find returns a test by the folder of its package and its name. The status of an unknown test is NotRun.
func (r *Run) Find(folder, name string) Test {
	for _, t := range r.Tests {
		if t.Package == folder && t.Name == name {
			return t
		}
	}
	return Test{Package: folder, Name: name, Status: NotRun}
}

// event is a line of `go test -json`, see `go doc test2json`.
type event struct {
	Action, Package, Test, Output, ImportPath, FailedBuild string
	Elapsed                                                float64
}

// Options configure a run.
type Options struct {
	Root     string            // the folder of the module
	Packages []string          // folders below it
	Env      map[string]string // environment variables to set
	OnTest   func(Test)        // called for each test that ends, but not for subtests
}

// Do runs all tests of the packages, without cached results. It returns an error if the go command cannot run them, but not if
// tests fail.
func Do(ctx context.Context, o Options) (*Run, error) {
	module, err := moduleOf(ctx, o.Root)
	if err != nil {
		return nil, err
	}
	arguments := []string{"test", "-json", "-count=1"}
	for _, folder := range o.Packages {
		arguments = append(arguments, "./"+folder)
	}
	command := exec.CommandContext(ctx, "go", arguments...)
	together(command)
	command.Dir, command.Env = o.Root, os.Environ()
	for name, value := range o.Env {
		command.Env = append(command.Env, name+"="+value)
	}
	var diagnostics bytes.Buffer
	command.Stderr = &diagnostics
	lines, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("cannot run go test: %w", err)
	}
	c := &collector{module: module, onTest: o.OnTest, output: map[string][]string{}, cases: map[string]int{}, skipped: map[string]bool{}}
	scanner := bufio.NewScanner(lines)
	scanner.Buffer(nil, 16<<20)
	for scanner.Scan() {
		var e event
		if json.Unmarshal(scanner.Bytes(), &e) == nil { // other lines are messages of the go command
			c.add(&e)
		}
	}
	scanErr := scanner.Err()
	waitErr := command.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case scanErr != nil:
		return nil, fmt.Errorf("go test: %w", scanErr)
	case waitErr != nil && len(c.run.Tests) == 0 && len(c.run.Faults) == 0:
		return nil, fmt.Errorf("go test: %w: %s", waitErr, strings.TrimSpace(diagnostics.String()))
	case waitErr != nil && !c.run.failed():
		c.run.Faults = append(c.run.Faults, fmt.Sprintf("go test: %v: %s", waitErr, strings.TrimSpace(diagnostics.String())))
	}
	return &c.run, nil
}

// failed reports whether the run explains why the go command failed.
func (r *Run) failed() bool {
	return len(r.Faults) > 0 || slices.ContainsFunc(r.Tests, func(t Test) bool { return t.Status == Failed })
}

// moduleOf returns the path of the module.
func moduleOf(ctx context.Context, root string) (string, error) {
	command := exec.CommandContext(ctx, "go", "list", "-m")
	command.Dir = root
	path, err := command.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = errors.New(strings.TrimSpace(string(exit.Stderr)))
		}
		return "", fmt.Errorf("%s: go list -m: %w", root, err)
	}
	return strings.TrimSpace(string(path)), nil
}

// collector builds a run from events.
type collector struct {
	run     Run
	module  string
	onTest  func(Test)
	output  map[string][]string // by package and test: the last lines
	cases   map[string]int      // by package and test
	skipped map[string]bool     // by package and test: a subtest was skipped
}

// lastLines is the number of output lines kept of a failure.
const lastLines = 40

func (c *collector) add(e *event) {
	test, _, isCase := strings.Cut(e.Test, "/")
	key := e.Package + e.ImportPath + " " + test
	switch e.Action {
	case "output", "build-output":
		lines := append(c.output[key], e.Output)
		c.output[key] = lines[max(0, len(lines)-lastLines):]
	case Passed, Failed, Skipped:
		folder := strings.TrimPrefix(strings.TrimPrefix(e.Package, c.module), "/")
		switch {
		case isCase:
			c.cases[key]++
			c.skipped[key] = c.skipped[key] || e.Action == Skipped
		case test != "":
			c.test(e, folder, key)
		default:
			c.packageEnded(e, folder, key)
		}
	case "build-fail":
		c.run.Faults = append(c.run.Faults, fmt.Sprintf("%s does not compile:\n%s", e.ImportPath, strings.Join(c.output[key], "")))
	}
}

// test adds the result of a test.
func (c *collector) test(e *event, folder, key string) {
	t := Test{Package: folder, Name: e.Test, Status: e.Action, Cases: c.cases[key], Seconds: e.Elapsed}
	if t.Status == Passed && c.skipped[key] {
		t.Status = Skipped
	}
	if t.Status == Failed {
		t.Output = strings.Join(c.output[key], "")
	}
	delete(c.output, key)
	c.run.Tests = append(c.run.Tests, t)
	if c.onTest != nil {
		c.onTest(t)
	}
}

// packageEnded records a package that failed although none of its tests did.
func (c *collector) packageEnded(e *event, folder, key string) {
	c.run.Seconds = max(c.run.Seconds, e.Elapsed)
	if e.Action != Failed || e.FailedBuild != "" { // a failed build is recorded already
		return
	}
	for _, t := range c.run.Tests {
		if t.Package == folder && t.Status == Failed {
			return
		}
	}
	c.run.Faults = append(c.run.Faults, fmt.Sprintf("%s failed:\n%s", folder, strings.Join(c.output[key], "")))
}
