package test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/workflow"
)

// variant is a pipeline that the sweep executes, with the tasks that a fault may strike.
type variant struct {
	name      string
	pipeline  *pipeline
	threshold float64
	tasks     []string
	machine   *asl.Machine
}

// variants are the pipelines of the sweep, smallest first.
func variants(t *testing.T) []*variant {
	all := []*variant{
		{name: "one subject", pipeline: recordedPipeline(t)},
		{name: "serverless", pipeline: recordedServerlessPipeline(t)},
		{name: "features", pipeline: featuresPipeline(t)},
		{name: "approval", pipeline: approvalPipeline(t)},
		{name: "downstream", pipeline: recordedIncidentPipeline(t)},
		{name: "cohort", pipeline: smallBatchPipeline(t)},
		{name: "everything", pipeline: fullPipeline(t)},
		{name: registered, pipeline: registeredPipeline(t)},
	}
	for _, v := range all {
		v.threshold, v.tasks = workflow.DefaultThreshold, tasksOf(v.pipeline.definition)
		machine, err := asl.Load(v.pipeline.machine.Definition)
		if err != nil {
			t.Fatal(err)
		}
		v.machine = machine
	}
	return all
}

// tasksOf returns the names of the Task states of a definition, sorted.
func tasksOf(definition object) []string {
	var names []string
	walk(definition, func(name string, state object) {
		if state["Type"] == "Task" {
			names = append(names, name)
		}
	})
	slices.Sort(names)
	return names
}

// registered is the name of the variant of a registered trial.
const registered = "registered trial"

// input is the input of an execution of the variant. Those of a registered trial have no subject.
func (v *variant) input(w *world) object {
	input := w.input()
	if v.pipeline.definition["States"].(object)[workflow.ClaimCut] != nil {
		delete(input, "subject")
	}
	return input
}

func (v *variant) scoresCohort() bool {
	return v.pipeline.definition["States"].(object)["ScoreCohort"] != nil
}

// lastAttempt returns the last attempt that any retrier of a task allows.
func (v *variant) lastAttempt(task string) int {
	last := 1
	for _, r := range retriersOf(v.pipeline.definition, task) {
		last = max(last, 1+int(r.(object)["MaxAttempts"].(float64)))
	}
	return last
}

func retriersOf(definition object, task string) (retriers []any) {
	walk(definition, func(name string, state object) {
		if name == task {
			retriers, _ = state["Retry"].([]any)
		}
	})
	return retriers
}

// faultsOf returns all single faults of a variant: every failure of every task, at the first, the second and the last attempt,
// once and forever, before the call does its work and, if the work leaves traces, after it, and every attack on it.
func (v *variant) faultsOf() []fault {
	var faults []fault
	add := func(task string, attempt int, outcome outcome) {
		for _, forever := range []bool{false, true} {
			faults = append(faults, fault{task, attempt, forever, false, outcome})
			if leavesTraces[task] {
				faults = append(faults, fault{task, attempt, forever, true, outcome})
			}
		}
	}
	for _, task := range v.tasks {
		for _, outcome := range slices.Concat(v.failures(task), v.otherFailures(task)) {
			last := v.lastAttempt(task)
			for _, attempt := range slices.Compact([]int{1, min(2, last), last}) {
				add(task, attempt, outcome)
			}
		}
		for _, outcome := range v.attacks(task) {
			faults = append(faults, fault{task, 1, false, false, outcome}, fault{task, 1, true, false, outcome})
		}
	}
	return faults
}

// scores are the scores of two groups of subjects: some subjects at high risk, and none.
var scores = []map[string]float64{{"S-0": 0.9, "S-1": 0.1, "S-2": 0.8, "S-3": 0.85}, {"S-0": 0.1, "S-1": 0.75, "S-2": 0.2}}

// scenario is a variant and the world in which the sweep executes it.
type scenario struct {
	*variant
	world *world
}

func (s scenario) String() string {
	return fmt.Sprintf("%s, scores %v, decision %q, faults %v", s.name, s.world.subjects, s.world.decision, s.world.faults)
}

// scenarios returns the scenarios of a variant: one without a fault for every decision, one with each fault, and some with random
// pairs of faults from a fixed seed.
func (v *variant) scenarios() []scenario {
	var all []scenario
	add := func(w *world) { all = append(all, scenario{v, w}) }
	for _, w := range worlds(scores) {
		add(w)
	}
	faults := v.faultsOf()
	for i, f := range faults {
		add(reached(f))
		if i%16 == 0 { // low risk has fewer tasks to strike
			add(newWorld(scores[1], f))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range len(faults) / 10 {
		w := newWorld(scores[random.IntN(2)], faults[random.IntN(len(faults))], faults[random.IntN(len(faults))])
		w.decision = []string{"approved", "approved", "rejected", ""}[random.IntN(4)]
		add(w)
	}
	return all
}

// worlds returns a world without a fault for every decision and all scores, and one with an invalid input.
func worlds(scores []map[string]float64) []*world {
	var all []*world
	for _, decision := range []string{"approved", "rejected", ""} {
		for _, subjects := range scores {
			w := newWorld(subjects)
			w.decision = decision
			all = append(all, w)
		}
	}
	invalid := newWorld(scores[0])
	invalid.trial = "--output s3://elsewhere/"
	return append(all, invalid)
}

// reached returns a world in which the execution reaches the task that the fault strikes.
func reached(f fault) *world {
	w := newWorld(scores[0], f)
	switch f.state {
	case "RecordLowRisk":
		w.subjects = scores[1]
	case "ReadRecord", "ReadRecords":
		w.faults = append(w.faults, fault{map[string]string{"ReadRecord": "RecordDecision", "ReadRecords": "RecordDecisions"}[f.state],
			1, true, f.effect, failure("S3.S3Exception")})
	case "EscalateApproval":
		w.decision = ""
	case workflow.UpdateAlertsAgain:
		w.faults = append(w.faults, fault{workflow.UpdateAlerts, 1, true, f.effect, failure(workflow.AlertsNotUpdatedError)})
	}
	return w
}

// TestFaultSweep executes all scenarios of all variants, redrives failed executions without the fault, and checks the rules of
// check after each execution.
//
// Requirements: SRC-01, SRC-05, SRC-23, P11-10a, P11-10f
func TestFaultSweep(t *testing.T) {
	var all []scenario
	for _, v := range variants(t) {
		all = append(all, v.scenarios()...)
	}
	var violations []string
	inBackground(t, func() { violations = sweep(t, all) })
	canaries, struck := 0, 0
	for _, s := range all {
		canaries += s.world.canaries
		if s.world.struck {
			struck++
		}
	}
	if canaries < len(all) {
		t.Errorf("%d requests to the endpoint carried a feature in %d scenarios, so checks for features elsewhere prove little", canaries, len(all))
	}
	for _, violation := range violations[:min(20, len(violations))] {
		t.Error(violation)
	}
	fmt.Printf("faults: %d scenarios, %d of them struck, %d violations\n", len(all), struck, len(violations))
	if struck < 8500 || len(violations) > 0 {
		t.Errorf("%d scenarios were struck, want 8,500 or more, with %d violations", struck, len(violations))
	}
}

// sweep executes the scenarios on all processors and returns the broken rules.
func sweep(t *testing.T, all []scenario) (violations []string) {
	found, recorded := make([][]string, len(all)), make([][]byte, len(all))
	forEach(len(all), func(i int) {
		name := all[i].String()
		violations, recording := all[i].execute()
		for _, violation := range violations {
			found[i] = append(found[i], name+": "+violation)
		}
		recorded[i] = recording.line(t, violations)
	})
	keep(t, recorded...)
	return slices.Concat(found...)
}

// forEach calls do for 0 to n-1, on all processors.
func forEach(n int, do func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	workers.Wait()
}

// execute runs the scenario, redrives it without faults if it fails, and returns the broken rules.
func (s scenario) execute() ([]string, *recording) {
	v, w := s.variant, s.world
	options := asl.Options{Handler: w, Name: "run-1", Objects: w.cohorts}
	if v.pipeline.definition["States"].(object)["RequestApproval"] == nil {
		w.decided = "not asked"
	}
	recording := record(s.name, v.pipeline, &options)
	reported := options.OnChild
	options.OnChild = func(child *asl.Execution) {
		w.children = append(w.children, child)
		if reported != nil {
			reported(child)
		}
	}
	recording.world(w)
	x, err := v.machine.Run(context.Background(), v.input(w), options)
	if err != nil {
		return []string{"the execution did not end: " + err.Error()}, recording
	}
	recording.end(x)
	recording.struck(w)
	violations := w.check(v, x)
	w.faults = nil
	if x.Status != asl.Succeeded {
		again, err := v.machine.Redrive(context.Background(), x, options)
		if err != nil {
			return append(violations, "the redrive did not end: "+err.Error()), recording
		}
		recording.end(again)
		for _, violation := range w.check(v, again) {
			violations = append(violations, "after a redrive: "+violation)
		}
	}
	return violations, recording
}
