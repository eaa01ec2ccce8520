package test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

// bucket is a bucket in S3, by key, from which a Distributed Map reads its items.
type bucket map[string]string

func (b bucket) Open(_ context.Context, _, key string) (io.ReadCloser, error) {
	text, ok := b[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

// OpenVersion implements asl.Versions. Every object has the version "v-1".
func (b bucket) OpenVersion(ctx context.Context, name, key, version string) (io.ReadCloser, error) {
	if version != "v-1" {
		return nil, fs.ErrNotExist
	}
	return b.Open(ctx, name, key)
}

func (b bucket) Create(context.Context, string, string) (io.WriteCloser, error) {
	return nil, fmt.Errorf("a Distributed Map must not write objects")
}

func (b bucket) List(context.Context, string, string) iter.Seq2[asl.Object, error] { return nil }

// firstAttempt is the key of the cohort that the first attempt of the extraction of the execution "run-1" writes.
const firstAttempt = "cohorts/run-1/attempt-0-0/cohort.jsonl"

// line is the line of a subject in a cohort. Its features hold the score that scoring returns.
func line(subject string, score any) string {
	return asl.Encode(object{"subject": subject, "features": object{"score": score, "site": "DE-03"}}) + "\n"
}

// cohortRun is an execution with a cohort, and what it published and recorded.
type cohortRun struct {
	*asl.Execution
	alerts  []object
	store   recordStore
	records map[string]object // by name, such as "batch-0000000.json"
}

func runCohort(t *testing.T, p *pipeline, lines string, change func(services) services) *cohortRun {
	t.Helper()
	run := &cohortRun{store: recordStore{}, records: map[string]object{}}
	s := services{
		"StartEMRJob":     answering(object{}),
		"FindCohort":      answering(object{"ContentLength": float64(len(lines)), "VersionId": "v-1"}),
		"InvokeModel":     scoring,
		"RecordDecisions": run.store.put,
		"ReadRecords":     run.store.get,
		"ReadApproval":    notary.version,
		"NotifyTeam": func(task *asl.Task) (asl.Reply, error) {
			run.alerts = append(run.alerts, message(t, task))
			return asl.Reply{Output: object{"MessageId": "m-1"}}, nil
		},
	}
	if change != nil {
		s = change(s)
	}
	run.Execution = p.run(t, object{"trialId": "T-1"},
		asl.Options{Handler: s, Name: "run-1", Objects: bucket{firstAttempt: lines}})
	for key := range run.store {
		record := run.store.record(key)
		wantValid(t, record)
		run.records[strings.TrimPrefix(key, recordsOf(run.Execution))] = record
	}
	return run
}
