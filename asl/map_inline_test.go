package asl_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

// tasksMap returns a definition that maps over its input with a task that has the given fields.
func tasksMap(mapFields, taskFields string) string {
	return one(`{"Type": "Map", "End": true` + mapFields + `, "ItemProcessor": {"StartAt": "I", "States": {"I": {` + sns + `, "End": true` + taskFields + `}}}}`)
}

func TestMaxConcurrency(t *testing.T) {
	items := "[" + strings.Repeat("{},", 99) + "{}]"
	for _, row := range []struct {
		why    string
		fields string
		took   time.Duration
		most   int
	}{
		{"one at a time", `, "MaxConcurrency": 1`, 1000 * time.Second, 1},
		{"seven at a time", `, "MaxConcurrency": 7`, 150 * time.Second, 7},
		{"0 means the maximum of an inline map: 40", `, "MaxConcurrency": 0`, 30 * time.Second, 40},
		{"absent means the maximum", ``, 30 * time.Second, 40},
		{"more than the maximum", `, "MaxConcurrency": 1000`, 30 * time.Second, 40},
	} {
		t.Run(row.why, func(t *testing.T) {
			x := execute(t, tasksMap(row.fields, ``), items, asl.Options{Handler: tenSeconds})
			took(t, x, row.took)
			running, most := 0, 0
			for _, e := range x.History {
				switch e.Type {
				case "MapIterationStarted":
					running++
					most = max(most, running)
				case "MapIterationSucceeded":
					running--
				}
			}
			if most != row.most {
				t.Errorf("%d iterations ran at a time, want %d", most, row.most)
			}
		})
	}
}

func TestTheNextItemStartsWhenAnIterationEnds(t *testing.T) {
	x := execute(t, tasksMap(`, "MaxConcurrency": 2`, ``), `[{"seconds": 10}, {"seconds": 1}, {"seconds": 1}, {"seconds": 1}]`, asl.Options{Handler: timed})
	var started []float64
	for _, e := range x.History {
		if e.Type == "MapIterationStarted" {
			started = append(started, e.Timestamp.Sub(x.Start).Seconds())
		}
	}
	if diff := cmp.Diff([]float64{0, 0, 1, 2}, started); diff != "" {
		t.Errorf("iterations started at (-want +got):\n%s", diff)
	}
	took(t, x, 10*time.Second)
}

func TestOutputsKeepTheOrderOfTheItems(t *testing.T) {
	x := execute(t, tasksMap(``, ``), `[{"seconds": 3, "out": "a"}, {"seconds": 1, "out": "b"}, {"seconds": 2, "out": "c"}]`, asl.Options{Handler: timed})
	succeeds(t, x, `["a", "b", "c"]`)
}

func TestAFailedIterationStopsTheOthers(t *testing.T) {
	x := execute(t, tasksMap(`, "MaxConcurrency": 3`, ``), `[{"seconds": 9}, {"seconds": 2, "fail": "E"}, {"seconds": 9}, {"seconds": 1}]`, asl.Options{Handler: timed})
	fails(t, x, "E", "because")
	took(t, x, 2*time.Second)
	count := map[string]int{}
	for _, e := range x.History {
		count[e.Type]++
	}
	want := map[string]int{"MapIterationStarted": 3, "MapIterationFailed": 1, "MapIterationAborted": 2, "MapStateFailed": 1, "ExecutionFailed": 1}
	for event, n := range want {
		if count[event] != n {
			t.Errorf("%d events %s, want %d", count[event], event, n)
		}
	}
}

func TestRetriesInOneIterationDoNotDelayOthers(t *testing.T) {
	calls := map[string][]time.Duration{}
	var start time.Time
	handler := asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		if start.IsZero() {
			start = task.Now
		}
		name := task.Input.(string)
		calls[name] = append(calls[name], task.Now.Sub(start))
		if name == "a" && task.Attempt < 3 {
			return asl.Reply{}, &asl.Error{Name: "E"}
		}
		return asl.Reply{Output: name, Duration: 4 * time.Second}, nil
	})
	x := execute(t, tasksMap(``, `, "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 3}]`), `["a", "b"]`, asl.Options{Handler: handler})
	succeeds(t, x, `["a", "b"]`)
	want := map[string][]time.Duration{"a": {0, 3 * time.Second, 9 * time.Second}, "b": {0}}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls at (-want +got):\n%s", diff)
	}
	took(t, x, 13*time.Second)
}

func TestConcurrentRunsAreDeterministic(t *testing.T) {
	definition := tasksMap(`, "MaxConcurrency": 5`, `, "Retry": [{"ErrorEquals": ["E"], "JitterStrategy": "FULL", "MaxAttempts": 5}]`)
	run := func() *asl.Execution {
		calls := 0
		return execute(t, definition, "[1,2,3,4,5,6,7,8,9,10,11,12]", asl.Options{Seed: 3, Handler: asl.HandlerFunc(func(context.Context, *asl.Task) (asl.Reply, error) {
			if calls++; calls%3 == 0 {
				return asl.Reply{Duration: time.Second}, &asl.Error{Name: "E"}
			}
			return asl.Reply{Output: calls, Duration: time.Duration(calls%4) * time.Second}, nil
		})})
	}
	if diff := cmp.Diff(run(), run()); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
}
