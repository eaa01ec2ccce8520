package test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/constructs/risk"
)

const (
	calmPath      = "CheckInput StartEMRJob FindCohort CheckCohort ScoreCohort CheckRisk CheckCoverage End"
	alertPath     = "CheckInput StartEMRJob FindCohort CheckCohort ScoreCohort CheckRisk NotifyTeam CheckCoverage End"
	lossPath      = "CheckInput StartEMRJob FindCohort CheckCohort ScoreCohort CheckRisk CheckCoverage IncompleteScoring"
	alertLossPath = "CheckInput StartEMRJob FindCohort CheckCohort ScoreCohort CheckRisk NotifyTeam CheckCoverage IncompleteScoring"
)

func wantRun(t *testing.T, got *cohortRun, path, cause string) {
	t.Helper()
	if went := strings.Join(got.Path(), " "); went != path || got.Cause != cause {
		t.Errorf("went %s and ended with %q (%s)\nwant %s and %q", went, got.Cause, got.Error, path, cause)
	}
}

// Requirements: SRC-02
func TestACohortWithoutHighRiskEndsWithoutAnAlert(t *testing.T) {
	got := runCohort(t, smallBatchPipeline(t), line("S-0", 0.75)+line("S-1", 0)+line("S-2", 0.5), nil)
	wantRun(t, got, calmPath, "")
	if len(got.alerts) != 0 {
		t.Errorf("alerted: %s", text(got.alerts))
	}
	if counts := resultOf(got.Execution)["counts"]; !cmp.Equal(counts, object{"subjects": 3.0, "scored": 3.0, "high": 0.0, "failed": 0.0}) {
		t.Errorf("counted %v", counts)
	}
}

// Requirements: SRC-02, SRC-23
func TestACohortWithHighRiskSendsOneAlertWithCountsAndPlace(t *testing.T) {
	p := smallBatchPipeline(t)
	got := runCohort(t, p, line("S-0", 0.9)+line("S-1", 0.1)+line("S-2", 0.7500001)+line("S-3", 1), nil)
	wantRun(t, got, alertPath, "")
	records := got.alerts[0]["records"].(string)
	if !strings.HasPrefix(records, "s3://") || !strings.HasSuffix(records, "/"+recordsOf(got.Execution)) {
		t.Errorf("the alert names the records %s", records)
	}
	want := []object{{
		"schemaVersion": 1.0, "environment": "default", "message": "High dropout risk detected", "trialId": "T-1", "threshold": 0.75, "execution": got.ARN, "records": records,
		"subjects": 4.0, "scored": 4.0, "highRisk": 3.0, "notScored": 0.0, "test": false,
	}}
	if diff := cmp.Diff(want, got.alerts); diff != "" {
		t.Error(diff)
	}
}

// Requirements: SRC-04
func TestCohortsThatAreEmptyMissingOrTooLarge(t *testing.T) {
	t.Run("an empty cohort fails", func(t *testing.T) {
		got := runCohort(t, smallBatchPipeline(t), "", nil)
		if got.Status != asl.Failed {
			t.Errorf("ended as %s by %v", got.Status, got.Path())
		}
	})
	t.Run("a missing cohort fails in FindCohort", func(t *testing.T) {
		calls := 0
		got := runCohort(t, smallBatchPipeline(t), "", func(s services) services {
			return s.with("FindCohort", func(task *asl.Task) (asl.Reply, error) {
				calls++
				return failing("S3.NoSuchKeyException", "no such key")(task)
			})
		})
		cause := "The object s3://cohorts-bucket/" + firstAttempt + " does not exist. The extraction must write the cohort to its --output."
		if got.Error != "CohortMissing" || got.Cause != cause || calls != 1 {
			t.Errorf("ended with %s (%s) after %d look-ups, want %s", got.Error, got.Cause, calls, cause)
		}
	})
	for name, found := range unversioned {
		t.Run("a cohort without a version fails: "+name, func(t *testing.T) {
			got := runCohort(t, smallBatchPipeline(t), line("S-0", 0.9), func(s services) services {
				return s.with("FindCohort", answering(found))
			})
			cause := "The object s3://cohorts-bucket/" + firstAttempt + " has no version. Enable versioning of the bucket, and extract the cohort again."
			if got.Error != "CohortNotVersioned" || got.Cause != cause || len(got.records) != 0 {
				t.Errorf("ended with %s (%s) and %d records", got.Error, got.Cause, len(got.records))
			}
		})
	}
	t.Run("a cohort that is too large is scored up to the limit, alerts, and fails", func(t *testing.T) {
		var lines strings.Builder
		for i := range 20 {
			lines.WriteString(line(fmt.Sprint("S-", i), 0.9))
		}
		got := runCohort(t, smallBatchPipeline(t), lines.String(), nil)
		wantRun(t, got, alertLossPath, "The cohort has more than 6 subjects: only 6 were scored.")
		if highest := got.alerts[0]["highRisk"]; highest != 7.0 {
			t.Errorf("alerted about %v subjects", highest)
		}
	})
	t.Run("a cohort of exactly the limit succeeds", func(t *testing.T) {
		got := runCohort(t, smallBatchPipeline(t), strings.Repeat(line("S", 0.1), 6), nil)
		wantRun(t, got, calmPath, "")
	})
	t.Run("a line that is not JSON fails the execution", func(t *testing.T) {
		got := runCohort(t, smallBatchPipeline(t), line("S-0", 0.1)+"{\n", nil)
		if got.Status != asl.Failed || got.Error != "States.ItemReaderFailed" {
			t.Errorf("ended as %s with %s", got.Status, got.Error)
		}
	})
}

// Requirements: SRC-04
func TestScoreCohort(t *testing.T) {
	state := maps.Clone(cohortPipeline(t).state(t, "ScoreCohort"))
	processor := state["ItemProcessor"].(object)
	if config := processor["ProcessorConfig"]; !cmp.Equal(config, object{"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}) {
		t.Errorf("the configuration of the children is %v", config)
	}
	delete(state, "ItemProcessor")
	delete(state, "Output")
	want := object{
		"Type": "Map", "Comment": "Scores the subjects of the cohort, batch by batch.", "Label": "ScoreCohort",
		"ItemReader": object{
			"Resource":     "arn:aws:states:::s3:getObject",
			"ReaderConfig": object{"InputType": "JSONL", "MaxItems": 100001.0},
			"Arguments": object{
				"Bucket": "cohorts-bucket", "ExpectedBucketOwner": localAccount,
				"Key": "{% $states.input.cohort.key %}", "VersionId": "{% $states.input.cohort.versionId %}",
			},
		},
		"ItemSelector": object{"index": "{% $states.context.Map.Item.Index %}", "item": "{% $states.context.Map.Item.Value %}"},
		"ItemBatcher": object{
			"MaxItemsPerBatch": 100.0, "MaxInputBytesPerBatch": 131072.0,
			"BatchInput": object{
				"folder": "{% " + recordFolder + " %}", "input": "{% $states.input.cohort %}",
				"run": object{
					"execution": "{% $states.context.Execution.Id %}", "startedAt": "{% $states.context.Execution.StartTime %}",
					"stateMachine": "{% $states.context.StateMachine.Id %}", "trialId": trialID,
					"definition": cohortPipeline(t).digest(t), "test": "{% " + isTest + " %}",
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

// attemptKey is the JSONata expression of the key of the cohort of one attempt of the extraction.
const attemptKey = `"cohorts/" & $states.context.Execution.Name & "/attempt-" & $states.context.Execution.RedriveCount & "-" & ` +
	`$states.context.State.RetryCount & "/cohort.jsonl"`

// Requirements: SRC-08
func TestTheExtractionHandsThePlaceOfTheCohortOn(t *testing.T) {
	for name, extraction := range map[string]risk.Extraction{
		"StartEMRJob":  risk.EMRStep{ClusterID: "j-ABC123", Script: "s3://bucket/etl.py"},
		"StartGlueJob": risk.GlueJob{JobName: "etl"},
	} {
		p := synthesize(t, "cohort by "+name, func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
			p := cohortProps(stack)
			p.Extraction = extraction
			return p
		})
		want := `{% $merge([$states.input, {"cohort": {"bucket": "cohorts-bucket", "key": ` + attemptKey + `}}]) %}`
		if got := p.state(t, name)["Output"]; got != want {
			t.Errorf("the output of %s is %v, want %s", name, got, want)
		}
		if got := p.state(t, "FindCohort")["Arguments"].(object)["Key"]; got != "{% $states.input.cohort.key %}" {
			t.Errorf("FindCohort looks for %v", got)
		}
	}
}

// Names of buckets are global. A call that does not say whose bucket it means may reach a stranger's.
func TestEveryCallOfS3NamesTheOwnerOfTheBucket(t *testing.T) {
	for _, v := range variants(t) {
		walk(v.pipeline.definition, func(name string, state object) {
			calls := []any{state}
			if reader := state["ItemReader"]; reader != nil {
				calls = append(calls, reader)
			}
			for _, c := range calls {
				call := c.(object)
				if resource, _ := call["Resource"].(string); strings.Contains(resource, ":s3:") && call["Arguments"].(object)["ExpectedBucketOwner"] != localAccount {
					t.Errorf("%s: %s does not name the owner of the bucket: %v", v.name, name, call["Arguments"])
				}
			}
		})
	}
}

// Requirements: SRC-08
func TestWithoutAnExtractionTheExecutionsNameSaysWhereTheCohortIs(t *testing.T) {
	p := synthesize(t, "cohort without extraction", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := cohortProps(stack)
		p.Extraction = risk.NoExtraction{}
		return p
	})
	want := `{% "cohorts/" & $states.context.Execution.Name & "/cohort.jsonl" %}`
	if got := p.state(t, "FindCohort")["Arguments"].(object)["Key"]; got != want {
		t.Errorf("FindCohort looks for %v, want %s", got, want)
	}
}

// Requirements: SRC-08
func TestTheExtractionGetsThePlaceOfTheCohort(t *testing.T) {
	arguments := cohortPipeline(t).state(t, "StartEMRJob")["Arguments"].(object)
	command := arguments["Step"].(object)["HadoopJarStep"].(object)["Args"].([]any)
	want := []any{"--output", `{% "s3://cohorts-bucket/" & ` + attemptKey + ` %}`}
	if diff := cmp.Diff(want, command[len(command)-2:]); diff != "" {
		t.Error(diff)
	}
}
