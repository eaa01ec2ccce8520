package test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/constructs/risk"
)

// Requirements: P11-10e
func TestTheFirstRecordOfASubjectWins(t *testing.T) {
	store := recordStore{}
	for _, row := range []struct {
		reason string
		record func(*asl.Task) (asl.Reply, error)
		path   string
	}{
		{"the answer was lost", sometimes(1, func(task *asl.Task) (asl.Reply, error) {
			_, err := store.put(task)
			return asl.Reply{Hangs: true}, err
		}, store.put), "RecordDecision ReadRecord CheckRecord NotifyTeam End"},
		{"S3 was busy", sometimes(3, failing("S3.S3Exception", "SlowDown"), store.put), "RecordDecision NotifyTeam End"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			clear(store)
			got := execute(t, recordedPipeline(t), oneSubject, recordServices("0.9", store).with("RecordDecision", row.record))
			if path := join(got.Path()); !strings.HasSuffix(path, "CheckRisk "+row.path) || got.Status != asl.Succeeded {
				t.Errorf("went %s and ended with %q", path, got.Error)
			}
			if got.Status == asl.Succeeded && !strings.HasSuffix(resultOf(got)["record"].(string), "/"+recordsOf(got)+"record.json") {
				t.Errorf("the record is said to be at %v", resultOf(got)["record"])
			}
		})
	}
}

// Requirements: SRC-05, P11-10e
func TestARedriveWritesARecordThatIsNotThere(t *testing.T) {
	p, store := recordedPipeline(t), recordStore{}
	machine, err := asl.Load(p.machine.Definition)
	if err != nil {
		t.Fatal(err)
	}
	down := recordServices("0.9", store).with("RecordDecision", failing("S3.S3Exception", "AccessDenied"))
	failed, err := machine.Run(context.Background(), oneSubject, asl.Options{Handler: down, Name: "run-1"})
	if err != nil {
		t.Fatal(err)
	}
	if failed.Error != "S3.S3Exception" || !strings.HasSuffix(join(failed.Path()), "RecordDecision ReadRecord") {
		t.Fatalf("went %s and ended with %q", join(failed.Path()), failed.Error)
	}
	got, err := machine.Redrive(context.Background(), failed, asl.Options{Handler: recordServices("0.9", store), Name: "run-1"})
	if err != nil {
		t.Fatal(err)
	}
	if path := join(got.Path()); !strings.HasSuffix(path, "ReadRecord ReadRecord CheckRisk RecordDecision NotifyTeam End") || len(store) != 1 {
		t.Errorf("the redrive went %s, ended with %q and recorded %d", path, got.Error, len(store))
	}
}

// Requirements: P11-10e
func TestARecordOfAnotherExecutionIsAConflict(t *testing.T) {
	got := execute(t, recordedPipeline(t), oneSubject, recordServices("0.9", nil).
		with("RecordDecision", failing("S3.S3Exception", "412")).
		with("ReadRecord", answering(object{"Body": `{"run": {"execution": "arn:other"}, "subjects": [{"branch": "no alert"}]}`})))
	if got.Error != "RecordConflict" || !strings.Contains(got.Cause, recordsOf(got)+"record.json") || slices.Contains(got.Path(), "NotifyTeam") {
		t.Errorf("went %s and ended with %q: %s", join(got.Path()), got.Error, got.Cause)
	}
}

// Express children run at least once, and another run may score again.
//
// Requirements: SRC-04, P11-10e
func TestTheFirstRecordOfABatchWinsWithItsCounts(t *testing.T) {
	got := runCohort(t, smallBatchPipeline(t), line("S-0", 0.9)+line("S-1", 0.1)+line("S-2", 0.1), func(s services) services {
		put := s["RecordDecisions"]
		return s.with("RecordDecisions", func(task *asl.Task) (asl.Reply, error) {
			if reply, err := put(task); err != nil {
				return reply, err
			}
			for _, subject := range inputOf(task)["Body"].(object)["subjects"].([]any) {
				subject.(object)["score"], subject.(object)["branch"] = 0.5, "no alert" // what the second run says
			}
			return put(task)
		})
	})
	wantRun(t, got, alertPath, "")
	if counts := resultOf(got.Execution)["counts"]; !cmp.Equal(counts, object{"subjects": 3.0, "scored": 3.0, "high": 1.0, "failed": 0.0}) {
		t.Errorf("counted %v", counts)
	}
}

// Requirements: SRC-04, P11-10e
func TestRecordsOfAnotherCohortAreAConflictAndAskNobody(t *testing.T) {
	got := runCohort(t, cohortApprovalPipeline(t), strings.Repeat(line("S-0", 0.9), 101), func(s services) services {
		put := s["RecordDecisions"]
		return s.with("RecordDecisions", func(task *asl.Task) (asl.Reply, error) {
			input := inputOf(task)
			cohort := input["Body"].(object)["input"].(object)
			if cohort["firstIndex"] == 100.0 {
				cohort["versionId"] = "v-0"
				another := *task
				another.Input = value.Must(input)
				_, _ = put(&another)
			}
			return put(task)
		})
	})
	wantRun(t, got, "CheckInput StartEMRJob FindCohort CheckCohort ScoreCohort CheckRisk NotifyTeam CheckTest CheckCoverage RecordConflict",
		"Another execution, cohort or definition wrote the records of 1 batches.")
	if got.Error != "RecordConflict" {
		t.Errorf("ended with %q", got.Error)
	}
}

// A record that names its own execution where it is asked for, and is no record, is an error.
func TestAnythingElseInThePlaceOfABatchIsCounted(t *testing.T) {
	got := runCohort(t, smallBatchPipeline(t), line("S-0", 0.9), func(s services) services {
		return s.with("RecordDecisions", failing("S3.S3Exception", "412")).
			with("ReadRecords", answering(object{"Body": `{"arn:aws:states:us-east-1:123456789012:execution:stateMachine:run-1`}))
	})
	wantRun(t, got, lossPath, "1 of 1 subjects were not scored and recorded.")
}

// Requirements: SRC-04, SRC-19
func TestAnEndpointThatCannotRepeatIDs(t *testing.T) {
	p := synthesize(t, "positional", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := cohortProps(stack)
		p.Container = &risk.Container{Answer: risk.AnswerObjects}
		return p
	})
	var asked string
	got := runCohort(t, p, line("S-0", 0.9)+line("S-1", 0.1), func(s services) services {
		return s.with("InvokeModel", func(task *asl.Task) (asl.Reply, error) {
			asked = asl.Encode(inputOf(task)["Body"])
			return model(`{"predictions": [{"risk_score": 0.9}, {"risk_score": 0.1}]}`)(task)
		})
	})
	wantRun(t, got, alertPath, "")
	if want := `{"instances":[{"score":0.9,"site":"DE-03"},{"score":0.1,"site":"DE-03"}]}`; asked != want {
		t.Errorf("the endpoint got %s, want %s", asked, want)
	}
	if matched := got.records["batch-0000000.json"]["model"].(object)["matchedBy"]; matched != "position" {
		t.Errorf("the record says that predictions were matched by %v", matched)
	}
	for reason, body := range map[string]string{
		"twin scores":       `{"predictions": [{"risk_score": 0.9, "risk_score": 0.1}, {"risk_score": 0.1}]}`,
		"a partial failure": `{"predictions": [{"risk_score": 0.9}, {"risk_score": 0.1}], "error": "partial failure"}`,
	} {
		got := runCohort(t, p, line("S-0", 0.9)+line("S-1", 0.1), func(s services) services { return s.with("InvokeModel", model(body)) })
		if got.Error != "IncompleteScoring" || len(got.records) != 0 {
			t.Errorf("%s: went %s and ended with %q", reason, join(got.Path()), got.Error)
		}
	}
}
