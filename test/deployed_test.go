package test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/stages"
	"clinical-risk-pipeline/workflow"
)

// deployed is what an environment deploys for executions of a form.
func deployed(t *testing.T, dir string, environment stages.Environment, form assembly.Form) *pipeline {
	t.Helper()
	machine := stateMachine(t, dir, environment.Name, form)
	files, err := filepath.Glob(filepath.Join(dir, "assembly-"+environment.StageID(), "*.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		p := &pipeline{name: machine.Stack, template: readJSON(t, file), machine: machine}
		if p.resources("AWS::StepFunctions::StateMachine")[machine.LogicalID]["StateMachineName"] != machine.Name {
			continue
		}
		if err := json.Unmarshal(machine.Definition, &p.definition); err != nil {
			t.Fatal(err)
		}
		return p
	}
	t.Fatalf("no template of %s has %s", environment.Name, machine.Name)
	return nil
}

// around are the scores of two cohorts: some at high risk, and none, one of them by a hair.
func around(threshold float64) []map[string]float64 {
	high, low := (1+threshold)/2, threshold/2
	return []map[string]float64{{"S-0": high, "S-1": low, "S-2": high}, {"S-0": low, "S-1": threshold, "S-2": low}}
}

// What is deployed is executed, and not only its like: the digest in a record is that of a definition that was executed.
//
// Requirements: P11-10a, P11-10k2
func TestWhatIsDeployedIsExecuted(t *testing.T) {
	var all []scenario
	environments, dir := settledEnvironments(t)
	for _, environment := range environments {
		threshold := cmp.Or(environment.Threshold, workflow.DefaultThreshold)
		subjects := deployed(t, dir, environment, assembly.OneSubject)
		for score, want := range map[any]string{(1 + threshold) / 2: "CheckRisk NotifyTeam End", threshold: "CheckRisk End", `"high"`: "CheckRisk InvalidScore"} {
			if got := execute(t, subjects, oneSubject, healthyServices(fmt.Sprint(score))); !strings.HasSuffix(join(got.Path()), want) {
				t.Errorf("%s: a score of %v went %s", subjects.name, score, join(got.Path()))
			}
		}
		if environment.Cohort == nil {
			continue
		}
		cohorts := deployed(t, dir, environment, assembly.WholeCohort)
		machine, err := asl.Load(cohorts.machine.Definition)
		if err != nil {
			t.Fatal(err)
		}
		v := &variant{name: cohorts.name, pipeline: cohorts, threshold: threshold, machine: machine}
		for _, w := range worlds(around(threshold)) {
			all = append(all, scenario{v, w})
		}
	}
	for _, violation := range sweep(t, all) {
		t.Error(violation)
	}
}
