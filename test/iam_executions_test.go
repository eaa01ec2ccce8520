package test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// call is a request of an execution or a function to a service.
type call struct {
	integration string // "sns:publish" of a state machine, "SNS:Publish" of a function
	arguments   object
	ofOneTrial  bool // the caller works for the trial T-1, and must not reach T-2
}

func (c call) text(argument string) string { return c.arguments[argument].(string) }

// Calls of a Distributed Map itself.
const (
	readItems  = "s3:getObject"
	startChild = "child execution"
)

// notedObjects is an S3 that notes which objects are read.
type notedObjects struct {
	bucket
	calls *[]call
}

func (n notedObjects) OpenVersion(ctx context.Context, bucket, key, version string) (io.ReadCloser, error) {
	*n.calls = append(*n.calls, call{integration: readItems, arguments: object{"Bucket": bucket, "Key": key, "VersionId": version}})
	return n.bucket.OpenVersion(ctx, bucket, key, version)
}

// watchedWorld is a world that also answers the approval watch.
type watchedWorld struct{ *world }

func (w watchedWorld) Call(ctx context.Context, task *asl.Task) (asl.Reply, error) {
	if task.State == "CountExpiring" || task.State == "ReportCount" {
		return asl.Reply{Output: object{"Count": 1.0}}, nil
	}
	return w.world.Call(ctx, task)
}

// executed returns the calls of a state machine's executions, from their histories and those of their children. Together, the
// executions enter every state, so that no call is missing.
func (d *deployment) executed(t *testing.T, machine string) []call {
	t.Helper()
	loaded, definition := d.machine(t, machine)
	v := &variant{name: d.name, pipeline: &pipeline{definition: definition}, tasks: tasksOf(definition), machine: loaded}
	arn := d.resolver.arn(machine)
	var calls []call
	entered := map[string]bool{}
	for _, w := range v.worlds() {
		options := asl.Options{
			Handler: watchedWorld{w}, Name: "run-1", Objects: notedObjects{w.cohorts, &calls},
			StateMachine: asl.StateMachine{ARN: arn}, ARN: strings.Replace(arn, ":stateMachine:", ":execution:", 1) + ":run-1",
		}
		note := func(x *asl.Execution) { calls = append(calls, historyOf(x, entered)...) }
		options.OnChild = func(child *asl.Execution) {
			calls = append(calls, call{integration: startChild, arguments: object{"StateMachineArn": arn, "ExecutionArn": child.ARN}})
			note(child)
		}
		x, err := loaded.Run(context.Background(), v.input(w), options)
		if err != nil {
			t.Fatalf("%s: %v", d.name, err)
		}
		note(x)
		w.faults = nil
		if x.Status == asl.Succeeded {
			continue
		}
		if x, err = loaded.Redrive(context.Background(), x, options); err != nil {
			t.Fatalf("%s: %v", d.name, err)
		}
		note(x)
	}
	for i := range calls {
		calls[i].ofOneTrial = d.ofOneTrial() && strings.Contains(asl.Encode(calls[i].arguments["Key"]), "/T-1/")
	}
	for _, state := range statesOf(definition) {
		if !entered[state] {
			t.Errorf("%s: no execution enters %s, so its calls are unknown", d.name, state)
		}
	}
	return calls
}

// certainScores are scores whose risk does not depend on the threshold.
var certainScores = []map[string]float64{{"S-0": 1, "S-1": 0, "S-2": 1}, {"S-0": 0, "S-1": 0, "S-2": 0}}

// worlds returns a world for every decision, for every failure of every task, and for every attack on it.
func (v *variant) worlds() []*world {
	all := worlds(certainScores)
	for _, task := range v.tasks {
		for _, failure := range v.failures(task) {
			all = append(all, newWorld(certainScores[0], fault{task, 1, true, false, failure}))
		}
		for _, attack := range v.attacks(task) {
			all = append(all, newWorld(certainScores[0], fault{task, 1, true, false, attack}))
		}
	}
	return all
}

// historyOf returns the calls in a history and notes the states that the execution entered.
func historyOf(x *asl.Execution, entered map[string]bool) []call {
	var calls []call
	for i := range x.History {
		entered[x.History[i].StateName()] = true
		if task, ok := x.History[i].Details.(*asl.TaskScheduled); ok {
			calls = append(calls, call{integration: task.ResourceType + ":" + task.Resource, arguments: value.Plain(task.Parameters).(object)})
		}
	}
	return calls
}

// statesOf are all states of a definition, sorted.
func statesOf(definition object) []string {
	var names []string
	walk(definition, func(name string, _ object) { names = append(names, name) })
	slices.Sort(names)
	return names
}
