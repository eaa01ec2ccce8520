// Package test has all tests that synthesize, and all tests that execute synthesized definitions. Each file of a construct has a
// test file of the same name.
//
// Fixtures are in variants_test.go (pipelines), environments_test.go, stacks_test.go (other constructs) and services_test.go (what
// an execution calls). statements_test.go and states_test.go describe what tests expect.
//
// The tests share one CDK kernel. Tests that synthesize are not parallel, and each variant is synthesized once.
package test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/local/assembly"
)

type object = map[string]any

// scratch holds the cloud assemblies of the variants.
var scratch string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

// validation is the environment variable that switches the CDK's built-in validator, which takes seconds per process. Only
// TestGates switches it on.
const validation = "CDK_VALIDATION"

func run(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "clinical-risk-test-"); err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	if os.Getenv(validation) == "" {
		// The CDK's kernel has read its environment already.
		return rerun(os.Args[1:], "false", os.Stdout, os.Stderr)
	}
	debug.SetGCPercent(400) // the sweep makes a lot of garbage
	return m.Run()
}

// rerun executes this test program again with the validator on or off, and returns its exit code.
func rerun(arguments []string, value string, stdout, stderr io.Writer) int {
	again := exec.Command(os.Args[0], arguments...)
	// The kernel unpacks itself into the folder for temporary files and does not remove the files.
	again.Env = append(os.Environ(), validation+"="+value, "TMPDIR="+scratch)
	again.Stdout, again.Stderr = stdout, stderr
	if err := again.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exit.ExitCode()
		}
		panic(err)
	}
	return 0
}

// pipeline is a synthesized variant of the construct.
type pipeline struct {
	name       string // of the variant
	template   object
	machine    *assembly.StateMachine
	definition object
}

var synthesized = map[string]*pipeline{}

// synthesize returns the variant of that name, and synthesizes it on first use. A panic of the CDK fails the test.
func synthesize(t *testing.T, name string, props props) *pipeline {
	t.Helper()
	if p := synthesized[name]; p != nil {
		return p
	}
	dir := filepath.Join(scratch, name)
	orFatal(t, func() {
		app := newApp(dir)
		stack := awscdk.NewStack(app, jsii.String("Variant"), nil)
		risk.NewClinicalRiskPipeline(stack, "Pipeline", props(stack))
		app.Synth(nil)
	})
	p := &pipeline{name: name, template: readJSON(t, filepath.Join(dir, "Variant.template.json"))}
	p.machine = stateMachine(t, dir, "Variant")
	if err := json.Unmarshal(p.machine.Definition, &p.definition); err != nil {
		t.Fatal(err)
	}
	synthesized[name] = p
	return p
}

func stateMachine(t *testing.T, dir, environment string, forms ...assembly.Form) *assembly.StateMachine {
	t.Helper()
	cloudAssembly, err := assembly.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	machine, err := cloudAssembly.StateMachine(environment, forms...)
	if err != nil {
		t.Fatal(err)
	}
	return machine
}

// newApp returns an application with the feature flags of cdk.json, as the CDK command line starts it.
func newApp(dir string) awscdk.App {
	text, err := os.ReadFile("../cdk.json")
	if err != nil {
		panic(err)
	}
	var file struct{ Context map[string]any }
	if err := json.Unmarshal(text, &file); err != nil {
		panic(err)
	}
	return awscdk.NewApp(&awscdk.AppProps{
		Outdir: &dir, Context: &file.Context,
		AnalyticsReporting: jsii.Bool(false), TreeMetadata: jsii.Bool(false), StackTraces: jsii.Bool(false), // no test reads them
	})
}

// localAccount is the account that the local run puts in the place of AWS::AccountId.
const localAccount = "111111111111"

// orFatal fails the test when build panics.
func orFatal(t *testing.T, build func()) {
	t.Helper()
	if fault := panicOf(build); fault != nil {
		t.Fatalf("synthesis failed: %v", fault)
	}
}

func panicOf(build func()) (fault any) {
	defer func() { fault = recover() }()
	build()
	return nil
}

func readJSON(t *testing.T, file string) object {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var value object
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return value
}

// state returns a state of the definition.
func (p *pipeline) state(t *testing.T, name string) object {
	t.Helper()
	state, ok := p.definition["States"].(object)[name].(object)
	if !ok {
		t.Fatalf("no state %q", name)
	}
	return state
}

// resources returns the properties of the template's resources of a type, by logical id.
func (p *pipeline) resources(kind string) map[string]object {
	found := map[string]object{}
	for id, r := range p.template["Resources"].(object) {
		if resource := r.(object); resource["Type"] == kind {
			properties, _ := resource["Properties"].(object)
			found[id] = properties
		}
	}
	return found
}

// resource returns the properties of the template's only resource of a type.
func (p *pipeline) resource(t *testing.T, kind string) object {
	t.Helper()
	found := p.resources(kind)
	if len(found) != 1 {
		t.Fatalf("%d resources of type %s, want one", len(found), kind)
	}
	for _, properties := range found {
		return properties
	}
	return nil
}

// inBackground does work that does not use the CDK while the next tests use it. It returns when the work is done. The work must
// not end the test.
func inBackground(t *testing.T, work func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	t.Parallel() // returns when all tests that are not parallel have ended
	<-done
}

// join writes the names of states on one line.
func join(path []string) string { return strings.Join(path, " ") }

// text formats a value as JSON with sorted keys.
func text(value any) string {
	var b []byte
	b, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(b)
}

// one returns the only resource of a type whose logical id contains a part.
func (p *pipeline) one(t *testing.T, kind, part string) (string, object) {
	t.Helper()
	found := p.resources(kind)
	maps.DeleteFunc(found, func(id string, _ object) bool { return !strings.Contains(id, part) })
	if len(found) != 1 {
		t.Fatalf("%d resources of type %s with %q, want one", len(found), kind, part)
	}
	id := slices.Collect(maps.Keys(found))[0]
	return id, found[id]
}

func (p *pipeline) deletionPolicy(id string) any {
	return p.template["Resources"].(object)[id].(object)["DeletionPolicy"]
}
