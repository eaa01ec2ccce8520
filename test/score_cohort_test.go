package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/constructs/risk"
)

const (
	calmPath       = "StartEMRJob FindCohort ScoreCohort CheckRisk CheckCoverage End"
	alertPath      = "StartEMRJob FindCohort ScoreCohort CheckRisk NotifyTeam CheckCoverage End"
	lossPath       = "StartEMRJob FindCohort ScoreCohort CheckRisk CheckCoverage IncompleteScoring"
	alertLossPath  = "StartEMRJob FindCohort ScoreCohort CheckRisk NotifyTeam CheckCoverage IncompleteScoring"
	smallBatchSize = 2
)

// smallBatches is the cohort in batches of two, of at most six subjects.
func smallBatches(t *testing.T) *pipeline {
	return synthesize(t, "small batches", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := cohort(stack)
		p.Cohort.BatchSize, p.Cohort.MaxSubjects = smallBatchSize, 6
		return p
	})
}

func wantRun(t *testing.T, got *cohortRun, path, cause string) {
	t.Helper()
	if went := strings.Join(got.Path(), " "); went != path || got.Cause != cause {
		t.Errorf("went %s and ended with %q (%s)\nwant %s and %q", went, got.Cause, got.Error, path, cause)
	}
}

// Requirements: SRC-02
func TestACohortWithoutHighRiskEndsWithoutAnAlert(t *testing.T) {
	got := runCohort(t, smallBatches(t), line("S-0", 0.75)+line("S-1", 0)+line("S-2", 0.5), nil)
	wantRun(t, got, calmPath, "")
	if len(got.alerts) != 0 {
		t.Errorf("alerted: %s", text(got.alerts))
	}
	if counts := got.Output.(object)["counts"]; !cmp.Equal(counts, object{"subjects": 3.0, "scored": 3.0, "high": 0.0, "failed": 0.0}) {
		t.Errorf("counted %v", counts)
	}
}

// Requirements: SRC-02, SRC-23
func TestACohortWithHighRiskIsOneAlertWithCountsAndPlace(t *testing.T) {
	p := smallBatches(t)
	got := runCohort(t, p, line("S-0", 0.9)+line("S-1", 0.1)+line("S-2", 0.7500001)+line("S-3", 1), nil)
	wantRun(t, got, alertPath, "")
	records := got.alerts[0]["records"].(string)
	if !strings.HasPrefix(records, "s3://") || !strings.HasSuffix(records, "/decisions/run-1/") {
		t.Errorf("the records are said to be at %s", records)
	}
	want := []object{{
		"schemaVersion": 1.0, "environment": "default", "message": "High dropout risk detected", "trialId": "T-1", "threshold": 0.75, "execution": got.ARN, "records": records,
		"subjects": 4.0, "scored": 4.0, "highRisk": 3.0, "notScored": 0.0, "test": false,
	}}
	if diff := cmp.Diff(want, got.alerts); diff != "" {
		t.Error(diff)
	}
}

// Requirements: SRC-19, P11-10e, P11-10h
func TestTheRecordOfABatch(t *testing.T) {
	got := runCohort(t, smallBatches(t), line("S-0", 0.9)+line("S-1", 0.1)+line("S-2", 0.2), nil)
	if keys := slices.Sorted(maps.Keys(got.records)); !slices.Equal(keys, []string{
		"decisions/run-1/batch-0000000.json", "decisions/run-1/batch-0000002.json"}) {
		t.Fatalf("records at %v", keys)
	}
	want := object{
		"schemaVersion": 1.0,
		"recordedAt":    "2026-01-01T00:00:00.000Z",
		"threshold":     0.75,
		"model":         object{"endpoint": "dropout-inference", "variant": "AllTraffic"},
		"run": object{
			"execution": got.ARN, "startedAt": "2026-01-01T00:00:00.000Z", "trialId": "T-1",
			"stateMachine": "arn:aws:states:us-east-1:123456789012:stateMachine:stateMachine",
			"definition":   smallBatches(t).digest(t), "test": false,
		},
		"input": object{"bucket": "cohorts-bucket", "key": "cohorts/run-1/cohort.jsonl", "versionId": "v-1", "firstIndex": 0.0},
		"subjects": []any{
			object{"index": 0.0, "subject": "S-0", "score": 0.9, "branch": "alert"},
			object{"index": 1.0, "subject": "S-1", "score": 0.1, "branch": "no alert"},
		},
		"notScored": []any{},
	}
	if diff := cmp.Diff(want, got.records["decisions/run-1/batch-0000000.json"]); diff != "" {
		t.Error(diff)
	}
}

func TestSubjectsWithoutUsableLinesAreCountedAndTheOthersScored(t *testing.T) {
	for reason, other := range map[string]string{
		"no features":               `{"subject": "S-1"}`,
		"features that are a text":  `{"subject": "S-1", "features": "none"}`,
		"features that are a list":  `{"subject": "S-1", "features": [1, 2]}`,
		"a line that is no object":  `"S-1"`,
		"a line that is a list":     `[{"subject": "S-1", "features": {"score": 0.9}}]`,
		"a line that says nothing":  `null`,
		"a subject that is no text": `{"subject": {"name": "Jane"}}`,
	} {
		t.Run(reason, func(t *testing.T) {
			got := runCohort(t, smallBatches(t), line("S-0", 0.9)+other+"\n", nil)
			wantRun(t, got, alertLossPath, "1 of 2 subjects were not scored and recorded.")
			record := got.records["decisions/run-1/batch-0000000.json"]
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
		"a batch of one":          {`{"age":71,"score":0.1,"site":"DE-03","visits":[1,2]}`},
		"a list of one":           {`{"score":0.1,"visits":[1]}`, `{"score":0.1,"visits":[]}`},
		"texts, null and numbers": {`{"age":"71","score":0.1,"sex":null}`, `{"nested":{"a":[[1]]},"score":0.1}`},
		"no feature at all":       {`{}`, `{"score":0.1}`},
	} {
		t.Run(reason, func(t *testing.T) {
			var asked string
			var cohort strings.Builder
			for i, features := range lines {
				fmt.Fprintf(&cohort, `{"subject":"S-%d","features":%s}`+"\n", i, features)
			}
			runCohort(t, smallBatches(t), cohort.String(), func(s services) services {
				return s.with("InvokeModel", func(task *asl.Task) (asl.Reply, error) {
					asked = asl.Encode(task.Input.(object)["Body"])
					return scoring(task)
				})
			})
			if want := `{"instances":[` + strings.Join(lines, ",") + `]}`; asked != want {
				t.Errorf("the endpoint got %s\nwant %s", asked, want)
			}
		})
	}
}

// Requirements: SRC-04, P11-10a-records
func TestABatchWhoseAnswerIsNotUsableIsCountedAndTheOthersScored(t *testing.T) {
	for reason, body := range map[string]string{
		"one prediction too few":     `{"predictions": [{"risk_score": 0.1}]}`,
		"one too many":               `{"predictions": [{"risk_score": 0.1}, {"risk_score": 0.1}, {"risk_score": 0.1}]}`,
		"none":                       `{"predictions": []}`,
		"no list":                    `{"predictions": {"risk_score": 0.1}}`,
		"no predictions":             `{"risk_score": 0.1}`,
		"a nested list":              `{"predictions": [[{"risk_score": 0.1}, {"risk_score": 0.1}]]}`,
		"an error page":              `<html><body>502</body></html>`,
		"half an answer":             `{"predictions": [{"risk_score": 0.1}, {"risk_sc`,
		"nothing":                    ``,
		"a list of the whole answer": `[{"predictions": [{"risk_score": 0.1}, {"risk_score": 0.1}]}]`,
	} {
		t.Run(reason, func(t *testing.T) {
			got := runCohort(t, smallBatches(t), line("S-0", 0.9)+line("S-1", 0.9)+line("S-2", 0.9), func(s services) services {
				return s.with("InvokeModel", func(task *asl.Task) (asl.Reply, error) {
					if instances := task.Input.(object)["Body"].(object)["instances"].([]any); len(instances) == 1 {
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
func TestASubjectWithoutAUsableScoreIsCountedAndTheOthersOfItsBatchScored(t *testing.T) {
	for reason, prediction := range map[string]string{
		"a text":                  `{"risk_score": "0.9"}`,
		"null":                    `{"risk_score": null}`,
		"above one":               `{"risk_score": 1.1}`,
		"below zero":              `{"risk_score": -0.1}`,
		"a score of another name": `{"score": 0.9}`,
		"an error of its own":     `{"error": "feature age is missing"}`,
		"a list of scores":        `{"risk_score": [0.9, 0.9]}`,
		"a bare number":           `0.9`,
		"a list":                  `[{"risk_score": 0.9}]`,
		"nothing":                 `null`,
	} {
		t.Run(reason, func(t *testing.T) {
			got := runCohort(t, smallBatches(t), line("S-0", 0.9)+line("S-1", 0.9), func(s services) services {
				return s.with("InvokeModel", model(`{"predictions": [`+prediction+`, {"risk_score": 0.8}]}`))
			})
			wantRun(t, got, alertLossPath, "1 of 2 subjects were not scored and recorded.")
			record := got.records["decisions/run-1/batch-0000000.json"]
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
func TestWhatABatchCannotDoIsCounted(t *testing.T) {
	cohortOfThree := line("S-0", 0.1) + line("S-1", 0.1) + line("S-2", 0.1)
	for _, row := range []struct {
		reason, state string
		fault         func(*asl.Task) (asl.Reply, error)
		times         int
		path, cause   string
	}{
		{"a throttled endpoint is asked again", "InvokeModel", failing("SageMakerRuntime.SageMakerRuntimeException", "Rate exceeded"), 2, calmPath, ""},
		{"but not for ever", "InvokeModel", failing("SageMakerRuntime.SageMakerRuntimeException", "Rate exceeded"), 3, lossPath,
			"2 of 3 subjects were not scored and recorded."},
		{"a request that hangs is given up", "InvokeModel", hanging, 3, lossPath, "2 of 3 subjects were not scored and recorded."},
		{"all requests hang", "InvokeModel", hanging, 99, lossPath, "3 of 3 subjects were not scored and recorded."},
		{"a record is written again", "RecordDecisions", failing("S3.S3Exception", "SlowDown"), 2, calmPath, ""},
		{"scores that are not recorded do not count", "RecordDecisions", failing("S3.S3Exception", "AccessDenied"), 3, lossPath,
			"2 of 3 subjects were not scored and recorded."},
		{"a store that hangs", "RecordDecisions", hanging, 99, lossPath, "3 of 3 subjects were not scored and recorded."},
	} {
		t.Run(row.reason, func(t *testing.T) {
			got := runCohort(t, sequential(t), cohortOfThree, func(s services) services {
				return s.with(row.state, sometimes(row.times, row.fault, s[row.state]))
			})
			wantRun(t, got, row.path, row.cause)
		})
	}
}

// sequential is the cohort in batches of two, one after the other, so that a fault strikes one of them.
func sequential(t *testing.T) *pipeline {
	return synthesize(t, "sequential", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := cohort(stack)
		p.Cohort.BatchSize, p.Cohort.Concurrency = smallBatchSize, 1
		return p
	})
}

func TestAChildThatUsesUpEveryAttemptEndsWithinItsLifetime(t *testing.T) {
	got := runCohort(t, sequential(t), line("S-0", 0.1), func(s services) services {
		return s.with("InvokeModel", sometimes(2, hanging, scoring)).with("RecordDecisions", hanging)
	})
	if took := got.Stop.Sub(got.Start); took > 5*time.Minute {
		t.Errorf("the child took %v", took)
	}
	wantRun(t, got, lossPath, "1 of 1 subjects were not scored and recorded.")
}

// Requirements: SRC-04
func TestCohortsThatAreEmptyMissingOrTooLarge(t *testing.T) {
	t.Run("an empty one is no success", func(t *testing.T) {
		got := runCohort(t, smallBatches(t), "", nil)
		if got.Status != asl.Failed {
			t.Errorf("ended as %s by %v", got.Status, got.Path())
		}
	})
	t.Run("one that is not there ends where it is looked for", func(t *testing.T) {
		calls := 0
		got := runCohort(t, smallBatches(t), "", func(s services) services {
			return s.with("FindCohort", func(task *asl.Task) (asl.Reply, error) {
				calls++
				return failing("S3.NoSuchKeyException", "no such key")(task)
			})
		})
		if got.Error != "S3.NoSuchKeyException" || calls != 1 {
			t.Errorf("ended with %s after %d look-ups", got.Error, calls)
		}
	})
	t.Run("one that is too large is scored as far as allowed, alerted about, and fails", func(t *testing.T) {
		var lines strings.Builder
		for i := range 20 {
			lines.WriteString(line(fmt.Sprint("S-", i), 0.9))
		}
		got := runCohort(t, smallBatches(t), lines.String(), nil)
		wantRun(t, got, alertLossPath, "The cohort has more than 6 subjects, and only as many were scored.")
		if highest := got.alerts[0]["highRisk"]; highest != 7.0 {
			t.Errorf("alerted about %v subjects", highest)
		}
	})
	t.Run("exactly as many as allowed are fine", func(t *testing.T) {
		got := runCohort(t, smallBatches(t), strings.Repeat(line("S", 0.1), 6), nil)
		wantRun(t, got, calmPath, "")
	})
	t.Run("a line that is no JSON fails the execution", func(t *testing.T) {
		got := runCohort(t, smallBatches(t), line("S-0", 0.1)+"{\n", nil)
		if got.Status != asl.Failed || got.Error != "States.ItemReaderFailed" {
			t.Errorf("ended as %s with %s", got.Status, got.Error)
		}
	})
}

// Requirements: SRC-04
func TestScoreCohort(t *testing.T) {
	state := maps.Clone(synthesize(t, "cohort", cohort).state(t, "ScoreCohort"))
	processor := state["ItemProcessor"].(object)
	if config := processor["ProcessorConfig"]; !cmp.Equal(config, object{"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}) {
		t.Errorf("children are executed as %v", config)
	}
	delete(state, "ItemProcessor")
	delete(state, "Output")
	want := object{
		"Type": "Map", "Comment": "Scores the subjects of the cohort, batch by batch.", "Label": "ScoreCohort",
		"ItemReader": object{
			"Resource":     "arn:aws:states:::s3:getObject",
			"ReaderConfig": object{"InputType": "JSONL", "MaxItems": 100001.0},
			"Arguments":    object{"Bucket": "cohorts-bucket", "Key": `{% "cohorts/" & $states.context.Execution.Name & "/cohort.jsonl" %}`},
		},
		"ItemSelector": object{"index": "{% $states.context.Map.Item.Index %}", "item": "{% $states.context.Map.Item.Value %}"},
		"ItemBatcher": object{
			"MaxItemsPerBatch": 100.0, "MaxInputBytesPerBatch": 131072.0,
			"BatchInput": object{
				"name": "{% $states.context.Execution.Name %}", "input": "{% $states.input.cohort %}",
				"run": object{
					"execution": "{% $states.context.Execution.Id %}", "startedAt": "{% $states.context.Execution.StartTime %}",
					"stateMachine": "{% $states.context.StateMachine.Id %}", "trialId": textOf("trialId"),
					"definition": synthesize(t, "cohort", cohort).digest(t), "test": "{% " + isTest + " %}",
				},
			},
		},
		"MaxConcurrency": 10.0,
		"Retry":          []any{retrier(3, 5, 60, "States.ItemReaderFailed")},
		"Next":           "CheckRisk",
	}
	if diff := cmp.Diff(want, state); diff != "" {
		t.Error(diff)
	}
}

// Requirements: SRC-08
func TestTheExtractionIsToldWhereToWriteTheCohort(t *testing.T) {
	arguments := synthesize(t, "cohort", cohort).state(t, "StartEMRJob")["Arguments"].(object)
	command := arguments["Step"].(object)["HadoopJarStep"].(object)["Args"].([]any)
	want := []any{"--output", `{% "s3://cohorts-bucket/" & "cohorts/" & $states.context.Execution.Name & "/cohort.jsonl" %}`}
	if diff := cmp.Diff(want, command[len(command)-2:]); diff != "" {
		t.Error(diff)
	}
}
