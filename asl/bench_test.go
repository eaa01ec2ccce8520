package asl_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"runtime"
	"testing"

	"clinical-risk-pipeline/asl"
)

// echo is a handler that returns its input.
var echo = asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
	return asl.Reply{Output: task.Input}, nil
})

const fiveStatesJSONPath = `{"StartAt": "Prepare", "States": {
	"Prepare": {"Type": "Pass", "Parameters": {"id.$": "$.id", "limits": {"high": 0.75}}, "ResultPath": "$.prepared", "Next": "Score"},
	"Score": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"Payload.$": "$.features"},
		"ResultSelector": {"risk.$": "$.Payload.risk"}, "ResultPath": "$.score", "TimeoutSeconds": 60,
		"Retry": [{"ErrorEquals": ["States.TaskFailed"]}], "Next": "Check"},
	"Check": {"Type": "Choice", "Choices": [{"Variable": "$.score.risk", "NumericGreaterThanPath": "$.prepared.limits.high", "Next": "Pause"}], "Default": "Done"},
	"Pause": {"Type": "Wait", "Seconds": 10, "Next": "Done"},
	"Done": {"Type": "Succeed", "OutputPath": "$.score"}}}`

const fiveStatesJSONata = `{"QueryLanguage": "JSONata", "StartAt": "Prepare", "States": {
	"Prepare": {"Type": "Pass", "Output": "{% $merge([$states.input, {'limit': 0.75}]) %}", "Assign": {"id": "{% $states.input.id %}"}, "Next": "Score"},
	"Score": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"Payload": "{% $states.input.features %}"},
		"Output": "{% $merge([$states.input, {'risk': $states.result.Payload.risk}]) %}", "TimeoutSeconds": 60,
		"Retry": [{"ErrorEquals": ["States.TaskFailed"]}], "Next": "Check"},
	"Check": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.risk > $states.input.limit %}", "Next": "Pause"}], "Default": "Done"},
	"Pause": {"Type": "Wait", "Seconds": 10, "Next": "Done"},
	"Done": {"Type": "Succeed", "Output": {"id": "{% $id %}", "risk": "{% $states.input.risk %}"}}}}`

func BenchmarkJSONPath(b *testing.B) { benchmarkStates(b, fiveStatesJSONPath) }

func BenchmarkJSONata(b *testing.B) { benchmarkStates(b, fiveStatesJSONata) }

func benchmarkStates(b *testing.B, definition string) {
	machine, err := asl.Load([]byte(definition))
	if err != nil {
		b.Fatal(err)
	}
	input := map[string]any{"id": "S-1", "features": map[string]any{"risk": 0.9, "age": 61.0, "visits": []any{1.0, 2.0, 3.0}}}
	states := 0
	for b.Loop() {
		execution, err := machine.Run(context.Background(), input, asl.Options{Handler: echo})
		if err != nil || execution.Status != asl.Succeeded {
			b.Fatal(err, execution)
		}
		states += len(execution.Path())
	}
	b.ReportMetric(float64(states)/b.Elapsed().Seconds(), "states/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLoadAndRun loads a definition with JSONata and runs it once.
func BenchmarkLoadAndRun(b *testing.B) {
	input := map[string]any{"id": "S-1", "features": map[string]any{"risk": 0.9}}
	for b.Loop() {
		machine, err := asl.Load([]byte(fiveStatesJSONata))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := machine.Run(context.Background(), input, asl.Options{Handler: echo}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad loads a definition whose expressions are already compiled.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := asl.Load([]byte(fiveStatesJSONata)); err != nil {
			b.Fatal(err)
		}
	}
}

const scoreCohort = `{"StartAt": "ScoreCohort", "States": {"ScoreCohort": {"Type": "Map", "End": true, "MaxConcurrency": 40,
	"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSONL"}, "Parameters": {"Bucket": "cohort", "Key": "cohort.jsonl"}},
	"ItemBatcher": {"MaxItemsPerBatch": 100},
	"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "Score", "States": {
		"Score": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"Payload.$": "$.Items"},
			"ResultSelector": {"scored.$": "States.ArrayLength($.Payload)"}, "End": true}}},
	"ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "results", "Prefix": "scores"}}}}}`

// BenchmarkDistributedMap maps over a million JSON Lines items in batches of 100. It also reports the peak memory use.
func BenchmarkDistributedMap(b *testing.B) {
	const items = 1_000_000
	machine, err := asl.Load([]byte(scoreCohort))
	if err != nil {
		b.Fatal(err)
	}
	total, peak := 0, uint64(0)
	for b.Loop() {
		calls := 0
		handler := asl.HandlerFunc(func(_ context.Context, task *asl.Task) (asl.Reply, error) {
			if calls++; calls%500 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.Sys-m.HeapReleased)
			}
			return asl.Reply{Output: task.Input}, nil
		})
		execution, err := machine.Run(context.Background(), map[string]any{}, asl.Options{Handler: handler, Objects: cohort(items)})
		if err != nil || execution.Status != asl.Succeeded || calls != items/100 {
			b.Fatal(err, execution, calls)
		}
		total += items
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "items/s")
	b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
}

// cohort is a store with an object of that many generated JSON Lines. It drops what is written.
type cohort int

func (c cohort) Open(context.Context, string, string) (io.ReadCloser, error) {
	return io.NopCloser(&lines{left: int(c)}), nil
}

func (cohort) Create(context.Context, string, string) (io.WriteCloser, error) { return dropped{}, nil }

func (cohort) List(context.Context, string, string) iter.Seq2[asl.Object, error] {
	return func(func(asl.Object, error) bool) {}
}

type lines struct {
	left   int
	buffer bytes.Buffer
}

func (l *lines) Read(p []byte) (int, error) {
	for l.buffer.Len() < len(p) && l.left > 0 {
		l.left--
		fmt.Fprintf(&l.buffer, `{"subject": "S-%07d", "features": {"age": %d, "depression": 4.5, "visits": [1, 2, 3]}}`+"\n", l.left, 20+l.left%60)
	}
	return l.buffer.Read(p)
}

type dropped struct{}

func (dropped) Write(p []byte) (int, error) { return len(p), nil }
func (dropped) Close() error                { return nil }
