package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

// FuzzRun loads any definition and runs it with any input. No run may panic or hang, every execution must end with a known status,
// and two equal runs must be equal.
func FuzzRun(f *testing.F) {
	for _, definition := range []string{fiveStatesJSONPath, fiveStatesJSONata, scoreCohort,
		distributed(`, "ToleratedFailureCount": 1, "ItemBatcher": {"MaxItemsPerBatch": 2}, "ResultWriter": {"WriterConfig": {"Transformation": "FLATTEN"}}`),
		tasksMap(`, "MaxConcurrency": 2, "ItemSelector": {"i.$": "$$.Map.Item.Index"}`, `, "TimeoutSeconds": 3, "HeartbeatSeconds": 2`),
		catching(`[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "A"}, {"ErrorEquals": ["E"], "Next": "B"}]`),
		chooses(`{"And": [{"Variable": "$.a[*]", "IsPresent": true}, {"Not": {"Variable": "$..b", "StringMatches": "a*\\*"}}]}`),
		oneJSONata(`{"Type": "Map", "Items": "{% [1..3] %}", "Assign": {"v": "{% $states.result %}"}, ` + pass + `, "End": true}`),
		one(`{"Type": "Wait", "TimestampPath": "$.a", "End": true}`),
		one(`{"Type": "Pass", "Parameters": {"x.$": "States.ArrayPartition(States.ArrayRange(0, 9, 2), 2)", "y.$": "$.a[?(@.b > 1)]"}, "ResultPath": "$.a[0]", "End": true}`),
		`{"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}, {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 9, "End": true}}}],
			"Retry": [{"ErrorEquals": ["E"], "JitterStrategy": "FULL"}], "End": true}}}`,
	} {
		f.Add([]byte(definition), []byte(`{"a": [{"b": 1}, {"b": 2}], "id": "x", "features": {"risk": 0.9}}`), uint64(1))
		f.Add([]byte(definition), []byte(`[{"seconds": 2}, {"fail": "E"}, null]`), uint64(2))
	}
	f.Fuzz(func(t *testing.T, definition, text []byte, seed uint64) {
		input, err := asl.Decode(text)
		if err != nil || len(text) > 10_000 || len(definition) > 10_000 {
			return
		}
		_, _ = asl.Load(definition)
		machine, err := asl.Load(definition, asl.Lenient())
		if err != nil {
			return
		}
		fuzzTwice(t, machine, input, seed)
	})
}

// fuzzTwice runs the machine twice and compares the executions.
func fuzzTwice(t *testing.T, machine *asl.Machine, input any, seed uint64) {
	t.Helper()
	first, err := fuzzRun(t, machine, input, seed)
	again, errAgain := fuzzRun(t, machine, input, seed)
	if !reflect.DeepEqual(first, again) || (err == nil) != (errAgain == nil) {
		t.Errorf("two equal runs differ: %v, %v\n%s", err, errAgain, cmp.Diff(first, again))
	}
}

// fuzzRun runs the machine with a handler that does anything a service might do. The seed decides what it does.
func fuzzRun(t *testing.T, machine *asl.Machine, input any, seed uint64) (*asl.Execution, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	random := rand.New(rand.NewPCG(seed, 1))
	calls := 0
	store := &memory{objects: map[string]string{"cohort/cohort.jsonl": "1\n{\"a\": 2}\n[3]\n"}}
	x, err := machine.Run(ctx, input, asl.Options{Seed: seed, Objects: store, Handler: asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
		if calls++; calls > 200 {
			return asl.Reply{}, errors.New("the execution calls too often")
		}
		reply := asl.Reply{Output: task.Input, Duration: time.Duration(random.IntN(5)) * time.Second, Heartbeat: time.Duration(random.IntN(3)) * time.Second}
		switch random.IntN(6) {
		case 0:
			return reply, &asl.Error{Name: "E", Cause: "because"}
		case 1:
			reply.Hangs = true
		}
		return reply, nil
	})})
	if ctx.Err() != nil {
		t.Fatal("the execution hangs")
	}
	if err != nil {
		return nil, err
	}
	switch x.Status {
	case asl.Succeeded, asl.Failed, asl.TimedOut:
	default:
		t.Fatalf("status %q", x.Status)
	}
	if store.open != 0 {
		t.Errorf("%d objects stay open", store.open)
	}
	if _, err := json.Marshal(x.History[max(0, len(x.History)-3):]); err != nil { // a whole long history would take too long
		t.Error(err)
	}
	return x, nil
}
