package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
)

// Requirements: SRC-19, P11-10e, P11-10h
func TestTheRecordOfABatch(t *testing.T) {
	got := runCohort(t, smallBatchPipeline(t), line("S-0", 0.9)+line("S-1", 0.1)+line("S-2", 0.2), nil)
	if keys := slices.Sorted(maps.Keys(got.records)); !slices.Equal(keys, []string{
		"batch-0000000.json", "batch-0000002.json"}) {
		t.Fatalf("records at %v", keys)
	}
	want := object{
		"schemaVersion": 1.0,
		"recordedAt":    "2026-01-01T00:00:00.000Z",
		"timeSource":    "AWS Step Functions",
		"threshold":     0.75,
		"model":         object{"endpoint": "dropout-inference", "variant": "AllTraffic", "matchedBy": "id"},
		"run": object{
			"execution": got.ARN, "startedAt": "2026-01-01T00:00:00Z", "trialId": "T-1",
			"stateMachine": "arn:aws:states:us-east-1:123456789012:stateMachine:stateMachine",
			"definition":   smallBatchPipeline(t).digest(t), "test": false,
		},
		"input": object{"bucket": "cohorts-bucket", "key": firstAttempt, "versionId": "v-1", "firstIndex": 0.0},
		"subjects": []any{
			object{"index": 0.0, "subject": "S-0", "score": 0.9, "branch": "alert"},
			object{"index": 1.0, "subject": "S-1", "score": 0.1, "branch": "no alert"},
		},
		"notScored": []any{},
	}
	if diff := cmp.Diff(want, got.records["batch-0000000.json"]); diff != "" {
		t.Error(diff)
	}
}

func TestUnusableLinesAreCountedAndTheOthersScored(t *testing.T) {
	for reason, other := range map[string]string{
		"no features":                 `{"subject": "S-1"}`,
		"the features are a string":   `{"subject": "S-1", "features": "none"}`,
		"the features are a list":     `{"subject": "S-1", "features": [1, 2]}`,
		"the line is a string":        `"S-1"`,
		"the line is a list":          `[{"subject": "S-1", "features": {"score": 0.9}}]`,
		"the line is null":            `null`,
		"the subject is not a string": `{"subject": {"name": "Jane"}}`,
	} {
		t.Run(reason, func(t *testing.T) {
			got := runCohort(t, smallBatchPipeline(t), line("S-0", 0.9)+other+"\n", nil)
			wantRun(t, got, alertLossPath, "1 of 2 subjects were not scored and recorded.")
			record := got.records["batch-0000000.json"]
			if n := len(record["subjects"].([]any)); n != 1 {
				t.Errorf("%d subjects are recorded as scored", n)
			}
			lost := record["notScored"].([]any)[0].(object)
			if lost["reason"] != "no features" || lost["index"] != 1.0 {
				t.Errorf("recorded as not scored: %s", text(lost))
			}
		})
	}
}

// Requirements: SRC-07
func TestFeaturesReachTheModelUnchangedAndInOrder(t *testing.T) {
	for reason, lines := range map[string][]string{
		"a batch of one":            {`{"age":71,"score":0.1,"site":"DE-03","visits":[1,2]}`},
		"a list of one":             {`{"score":0.1,"visits":[1]}`, `{"score":0.1,"visits":[]}`},
		"strings, null and numbers": {`{"age":"71","score":0.1,"sex":null}`, `{"nested":{"a":[[1]]},"score":0.1}`},
		"no features":               {`{}`, `{"score":0.1}`},
	} {
		t.Run(reason, func(t *testing.T) {
			var asked string
			var cohort strings.Builder
			for i, features := range lines {
				fmt.Fprintf(&cohort, `{"subject":"S-%d","features":%s}`+"\n", i, features)
			}
			runCohort(t, smallBatchPipeline(t), cohort.String(), func(s services) services {
				return s.with("InvokeModel", func(task *asl.Task) (asl.Reply, error) {
					asked = asl.Encode(inputOf(task)["Body"])
					return scoring(task)
				})
			})
			var instances []string
			for i, features := range lines {
				instances = append(instances, fmt.Sprintf(`{"features":%s,"id":"%d"}`, features, i))
			}
			if want := `{"instances":[` + strings.Join(instances, ",") + `]}`; asked != want {
				t.Errorf("the endpoint got %s\nwant %s", asked, want)
			}
		})
	}
}

// Requirements: SRC-04, P11-10a-records
func TestABatchWithAnUnusableAnswerIsCountedAndTheOthersScored(t *testing.T) {
	for reason, body := range map[string]string{
		"one prediction too few":     `{"predictions": [{"id": "0", "risk_score": 0.1}]}`,
		"one too many":               `{"predictions": [{"id": "0", "risk_score": 0.1}, {"id": "1", "risk_score": 0.1}, {"id": "2", "risk_score": 0.1}]}`,
		"none":                       `{"predictions": []}`,
		"no list":                    `{"predictions": {"id": "0", "risk_score": 0.1}}`,
		"no predictions":             `{"risk_score": 0.1}`,
		"a nested list":              `{"predictions": [[{"id": "0", "risk_score": 0.1}, {"id": "1", "risk_score": 0.1}]]}`,
		"a bare number":              `{"predictions": [0.9, {"id": "1", "risk_score": 0.1}]}`,
		"a list for a subject":       `{"predictions": [[{"id": "0", "risk_score": 0.9}], {"id": "1", "risk_score": 0.1}]}`,
		"nothing for a subject":      `{"predictions": [null, {"id": "1", "risk_score": 0.1}]}`,
		"an error page":              `<html><body>502</body></html>`,
		"half an answer":             `{"predictions": [{"id": "0", "risk_score": 0.1}, {"id": "1", "risk_sc`,
		"nothing":                    ``,
		"a list of the whole answer": `[{"predictions": [{"id": "0", "risk_score": 0.1}, {"id": "1", "risk_score": 0.1}]}]`,
	} {
		t.Run(reason, func(t *testing.T) {
			got := runCohort(t, smallBatchPipeline(t), line("S-0", 0.9)+line("S-1", 0.9)+line("S-2", 0.9), func(s services) services {
				return s.with("InvokeModel", func(task *asl.Task) (asl.Reply, error) {
					if instances := inputOf(task)["Body"].(object)["instances"].([]any); len(instances) == 1 {
						return scoring(task) // the other batch
					}
					return model(body)(task)
				})
			})
			wantRun(t, got, alertLossPath, "2 of 3 subjects were not scored and recorded.")
			if len(got.records) != 1 {
				t.Errorf("%d records, want only that of the other batch", len(got.records))
			}
		})
	}
}

// Requirements: SRC-04, P11-10a-records
func TestASubjectWithAnUnusableScoreIsCountedAndTheOthersScored(t *testing.T) {
	for reason, prediction := range map[string]string{
		"a string":                `{"id": "0", "risk_score": "0.9"}`,
		"null":                    `{"id": "0", "risk_score": null}`,
		"above one":               `{"id": "0", "risk_score": 1.1}`,
		"below zero":              `{"id": "0", "risk_score": -0.1}`,
		"a score of another name": `{"id": "0", "score": 0.9}`,
		"an error of its own":     `{"id": "0", "error": "feature age is missing"}`,
		"a list of scores":        `{"id": "0", "risk_score": [0.9, 0.9]}`,
		"a score with an error":   `{"id": "0", "risk_score": 0.9, "error": "feature age is missing"}`,
		"a score with an Error":   `{"id": "0", "risk_score": 0.9, "Error": null}`,
		"a score with errors":     `{"id": "0", "risk_score": 0.9, "errors": ["age"]}`,
		"a score with a status":   `{"id": "0", "risk_score": 0.9, "status": "error"}`,
	} {
		t.Run(reason, func(t *testing.T) {
			got := runCohort(t, smallBatchPipeline(t), line("S-0", 0.9)+line("S-1", 0.9), func(s services) services {
				return s.with("InvokeModel", model(`{"predictions": [`+prediction+`, {"id": "1", "risk_score": 0.8}]}`))
			})
			wantRun(t, got, alertLossPath, "1 of 2 subjects were not scored and recorded.")
			record := got.records["batch-0000000.json"]
			want := object{
				"subjects":  []any{object{"index": 1.0, "subject": "S-1", "score": 0.8, "branch": "alert"}},
				"notScored": []any{object{"index": 0.0, "subject": "S-0", "reason": "no usable score"}},
			}
			if diff := cmp.Diff(want, object{"subjects": record["subjects"], "notScored": record["notScored"]}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Requirements: SRC-04, SRC-21
func TestFailuresOfABatchAreCounted(t *testing.T) {
	cohortOfThree := line("S-0", 0.1) + line("S-1", 0.1) + line("S-2", 0.1)
	for _, row := range []struct {
		reason, state string
		fault         func(*asl.Task) (asl.Reply, error)
		times         int
		path, cause   string
	}{
		{"a throttled endpoint is called again", "InvokeModel", failing("SageMakerRuntime.SageMakerRuntimeException", "Rate exceeded"), 2, calmPath, ""},
		{"a throttled endpoint is not called forever", "InvokeModel", failing("SageMakerRuntime.SageMakerRuntimeException", "Rate exceeded"), 3, lossPath,
			"2 of 3 subjects were not scored and recorded."},
		{"an endpoint that wakes up is called again", "InvokeModel", failing("SageMakerRuntime.ModelNotReadyException", "still provisioning"), 3, calmPath, ""},
		{"an endpoint that does not wake up costs the batch", "InvokeModel", failing("SageMakerRuntime.ModelNotReadyException", "still provisioning"), 6, lossPath,
			"2 of 3 subjects were not scored and recorded."},
		{"a request that hangs is abandoned", "InvokeModel", hanging, 3, lossPath, "2 of 3 subjects were not scored and recorded."},
		{"all requests hang", "InvokeModel", hanging, 99, lossPath, "3 of 3 subjects were not scored and recorded."},
		{"a record is written again", "RecordDecisions", failing("S3.S3Exception", "SlowDown"), 2, calmPath, ""},
		{"a batch whose record fails does not count", "RecordDecisions", failing("S3.S3Exception", "AccessDenied"), 3, lossPath,
			"2 of 3 subjects were not scored and recorded."},
		{"the store hangs", "RecordDecisions", hanging, 99, lossPath, "3 of 3 subjects were not scored and recorded."},
	} {
		t.Run(row.reason, func(t *testing.T) {
			got := runCohort(t, sequentialPipeline(t), cohortOfThree, func(s services) services {
				return s.with(row.state, sometimes(row.times, row.fault, s[row.state]))
			})
			wantRun(t, got, row.path, row.cause)
		})
	}
}

func TestAChildThatUsesUpEveryAttemptEndsWithinItsLifetime(t *testing.T) {
	got := runCohort(t, sequentialPipeline(t), line("S-0", 0.1), func(s services) services {
		return s.with("InvokeModel", sometimes(2, hanging, scoring)).with("RecordDecisions", hanging)
	})
	if took := got.Stop.Sub(got.Start); took > 5*time.Minute {
		t.Errorf("the child took %v", took)
	}
	wantRun(t, got, lossPath, "1 of 1 subjects were not scored and recorded.")
}
