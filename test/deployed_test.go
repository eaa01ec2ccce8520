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

// deployedPipeline is the state machine that an environment deploys for one subject or for cohorts.
func deployedPipeline(t *testing.T, dir string, environment stages.Environment, form assembly.Form) *pipeline {
	t.Helper()
	return deployedMachine(t, dir, environment, stateMachine(t, dir, environment.Name, form))
}

// deployedTrial is the state machine that an environment deploys for a registered trial.
func deployedTrial(t *testing.T, dir string, environment stages.Environment, trialID string) *pipeline {
	t.Helper()
	cloudAssembly, err := assembly.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	machine, err := cloudAssembly.TrialStateMachine(environment.Name, trialID)
	if err != nil {
		t.Fatal(err)
	}
	return deployedMachine(t, dir, environment, machine)
}

func deployedMachine(t *testing.T, dir string, environment stages.Environment, machine *assembly.StateMachine) *pipeline {
	t.Helper()
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

// borderlineScores are the scores of two cohorts. One has subjects at high risk. The other has none: one of its scores equals the
// threshold.
func borderlineScores(threshold float64) []map[string]float64 {
	high, low := (1+threshold)/2, threshold/2
	return []map[string]float64{{"S-0": high, "S-1": low, "S-2": high}, {"S-0": low, "S-1": threshold, "S-2": low}}
}

// borderline are the executions of a deployed pipeline of cohorts.
func borderline(t *testing.T, p *pipeline, threshold float64) (all []scenario) {
	t.Helper()
	machine, err := asl.Load(p.machine.Definition)
	if err != nil {
		t.Fatal(err)
	}
	v := &variant{name: p.name, pipeline: p, threshold: threshold, machine: machine}
	for _, w := range worlds(borderlineScores(threshold)) {
		all = append(all, scenario{v, w})
	}
	return all
}

// The test executes the deployed definitions themselves, so that the digest in a record is the digest of an executed definition.
//
// Requirements: P11-10a, P11-10k2
func TestDeployedDefinitionsAreExecuted(t *testing.T) {
	var all []scenario
	environments, dir := settledEnvironments(t)
	for _, environment := range environments {
		threshold := cmp.Or(environment.Threshold, workflow.DefaultThreshold)
		subjects := deployedPipeline(t, dir, environment, assembly.OneSubject)
		for score, want := range map[any]string{(1 + threshold) / 2: "CheckRisk NotifyTeam End", threshold: "CheckRisk End", `"high"`: "CheckRisk InvalidScore"} {
			if got := execute(t, subjects, oneSubject, healthyServices(fmt.Sprint(score))); !strings.HasSuffix(join(got.Path()), want) {
				t.Errorf("%s: a score of %v went %s", subjects.name, score, join(got.Path()))
			}
		}
		if environment.Cohort == nil {
			continue
		}
		all = append(all, borderline(t, deployedPipeline(t, dir, environment, assembly.WholeCohort), threshold)...)
		for _, registered := range environment.Trials {
			of := borderline(t, deployedTrial(t, dir, environment, registered.ID), registered.Threshold.Value)
			for _, s := range of {
				s.world.registry.rules.Trial = registered
				if workflow.IsID(s.world.trial) {
					s.world.trial = registered.ID
				}
			}
			all = append(all, of...)
		}
	}
	for _, violation := range sweep(t, all) {
		t.Error(violation)
	}
}
