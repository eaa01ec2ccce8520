package test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// example runs an example application in the background and returns its only stack. The application has no feature flags, as when a
// team starts it without our cdk.json.
func example(t *testing.T, name, stack string) *pipeline {
	t.Helper()
	dir := filepath.Join(scratch, "example-"+name)
	// The go command reruns cached tests when a file that they looked at has changed.
	if _, err := os.Stat(filepath.Join("..", "examples", name, "main.go")); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("go", "run", "./examples/"+name)
	command.Dir = ".."
	command.Env = append(os.Environ(), "CDK_OUTDIR="+dir)
	var output []byte
	var err error
	inBackground(t, func() { output, err = command.CombinedOutput() })
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	p := &pipeline{template: readJSON(t, filepath.Join(dir, stack+".template.json"))}
	p.machine = stateMachine(t, dir, stack)
	if err := json.Unmarshal(p.machine.Definition, &p.definition); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestExampleMinimal(t *testing.T) {
	p := example(t, "minimal", "ClinicalRisk")
	for _, state := range []string{"StartEMRJob", "InvokeModel", "CheckRisk", "NotifyTeam", "End"} {
		p.state(t, state)
	}
	if topics := len(p.resources("AWS::SNS::Topic")); topics != 2 {
		t.Errorf("%d topics, want one for alerts and one for operations", topics)
	}
}

func TestExampleCohort(t *testing.T) {
	p := example(t, "cohort", "CohortRisk")
	for _, state := range []string{"StartEMRServerlessJob", "ScoreCohort", "NotifyTeam", "RequestApproval", "ForEachOutreach", "CheckCoverage"} {
		p.state(t, state)
	}
	if buckets := text(p.resources("AWS::S3::Bucket")); !strings.Contains(buckets, `"Days": 3650`) {
		t.Errorf("the records are not locked for ten years: %s", buckets)
	}
}

func TestExampleExisting(t *testing.T) {
	p := example(t, "existing", "ClinicalRisk")
	for _, kind := range []string{"AWS::KMS::Key", "AWS::SNS::Topic"} {
		if found := p.resources(kind); len(found) != 0 {
			t.Errorf("creates another %s: %s", kind, text(found))
		}
	}
	if got := text(p.state(t, "NotifyTeam")); !strings.Contains(got, ":ClinicalAlerts") {
		t.Errorf("publishes to another topic: %s", got)
	}
	if got := text(p.resources("AWS::IAM::ManagedPolicy")); !strings.Contains(got, "key/01234567-89ab-cdef-0123-456789abcdef") {
		t.Error("the role cannot use the key of the topic")
	}
}
