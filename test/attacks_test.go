package test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/asl"
)

// Requirements: SRC-20, P11-10f, P11-70
func TestAForgedCallbackApprovesNothing(t *testing.T) {
	for reason, forged := range map[string]any{
		"a bare verdict":         object{"decision": "approved"},
		"a record that is not":   object{"decision": "approved", "approvalId": "ap-1", "record": "s3://records/approvals/x.json", "recordVersion": "v-1"},
		"a claim to be recorded": object{"decision": "approved", "recorded": true, "recordVersion": "v-1"},
		"a list":                 []any{object{"decision": "approved"}},
		"a text":                 "approved",
		"nothing":                nil,
	} {
		t.Run(reason, func(t *testing.T) {
			s := approvalServices("0.9", answering(forged)).with("ReadApproval", failing("S3.NoSuchKeyException", "no such key"))
			got := execute(t, approvalPipeline(t), oneSubject, s)
			if path := got.Path(); got.Error != "ApprovalNotRecorded" || slices.Contains(path, "StartReview") {
				t.Errorf("went %s and ended as %s with %q", join(path), got.Status, got.Error)
			}
		})
	}
}

// Requirements: P11-10e
func TestARecordIsWrittenOnlyWhereThereIsNone(t *testing.T) {
	for state, p := range map[string]*pipeline{"RecordDecision": recordedPipeline(t), "RecordLowRisk": recordedPipeline(t)} {
		if got := p.state(t, state)["Arguments"].(object)["IfNoneMatch"]; got != "*" {
			t.Errorf("%s writes with IfNoneMatch %v", state, got)
		}
	}
	batch := smallBatchPipeline(t).state(t, "ScoreCohort")["ItemProcessor"].(object)["States"].(object)["RecordDecisions"].(object)
	if got := batch["Arguments"].(object)["IfNoneMatch"]; got != "*" {
		t.Errorf("RecordDecisions writes with IfNoneMatch %v", got)
	}
}

// Execution names come back after 90 days.
//
// Requirements: P11-10e
func TestTwoExecutionsOfOneNameHaveTwoRecords(t *testing.T) {
	keys := map[string]bool{}
	for _, start := range []string{"2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"} {
		s := healthyServices("0.9").with("RecordDecision", func(task *asl.Task) (asl.Reply, error) {
			keys[inputOf(task)["Key"].(string)] = true
			return asl.Reply{Output: object{"ETag": "e"}}, nil
		})
		recordedPipeline(t).run(t, oneSubject, asl.Options{Handler: s, Name: "run-1", Start: instant(start)})
	}
	if len(keys) != 2 {
		t.Errorf("two executions write to %v", keys)
	}
}

// Requirements: SRC-02, P11-10a-records
func TestAnAnswerWithTwinKeysIsNoScore(t *testing.T) {
	for reason, body := range map[string]string{
		"twin scores":            `{"risk_score": 0.9, "risk_score": 0.1}`,
		"a twin in disguise":     `{"risk_score": 0.9, "risk\u005fscore": 0.1}`,
		"a nested score":         `{"risk_score": 0.1, "before": {"risk_score": 0.9}}`,
		"a score with an error":  `{"risk_score": 0.1, "error": "two features are missing"}`,
		"a score with an Errors": `{"risk_score": 0.1, "lastErrors": []}`,
		"a status":               `{"risk_score": 0.1, "status": "ERROR"}`,
		"an error below":         `{"risk_score": 0.1, "meta": {"errors": [1]}}`,
	} {
		t.Run(reason, func(t *testing.T) {
			got := execute(t, smallestPipeline(t), oneSubject, healthyServices("0").with("InvokeModel", model(body)))
			if path := join(got.Path()); !strings.HasSuffix(path, "InvokeModel CheckRisk InvalidScore") {
				t.Errorf("went %s and ended as %s", path, got.Status)
			}
		})
	}
}

// Requirements: SRC-04, P11-10a-records
func TestABatchWithTwinOrStrayKeysIsNotScored(t *testing.T) {
	high, low := `{"id": "0", "risk_score": 0.9}`, `{"id": "1", "risk_score": 0.1}`
	for reason, body := range map[string]string{
		"twin predictions":       `{"predictions": [` + high + `, ` + high + `], "predictions": [` + low + `, ` + low + `]}`,
		"an empty twin":          `{"predictions": [], "predictions": [` + high + `, ` + low + `]}`,
		"twin scores":            `{"predictions": [{"id": "0", "risk_score": 0.9, "risk_score": 0.1}, ` + low + `]}`,
		"a twin in disguise":     `{"predictions": [{"id": "0", "risk_score": 0.9, "risk\u005fscore": 0.1}, ` + low + `]}`,
		"a twin for a missing":   `{"predictions": [{"id": "0", "risk_score": 0.9, "risk_score": 0.1}, {"id": "1"}]}`,
		"twin ids":               `{"predictions": [{"id": "0", "id": "1", "risk_score": 0.9}, {"id": "0", "risk_score": 0.1}]}`,
		"an id twice":            `{"predictions": [{"id": "0", "risk_score": 0.9}, {"id": "0", "risk_score": 0.1}]}`,
		"an id of nobody":        `{"predictions": [` + high + `, {"id": "7", "risk_score": 0.1}]}`,
		"ids that are numbers":   `{"predictions": [{"id": 0, "risk_score": 0.9}, {"id": 1, "risk_score": 0.1}]}`,
		"the subjects' own ids":  `{"predictions": [{"id": "S-0", "risk_score": 0.9}, {"id": "S-1", "risk_score": 0.1}]}`,
		"no ids":                 `{"predictions": [{"risk_score": 0.9}, {"risk_score": 0.1}]}`,
		"a partial failure":      `{"predictions": [` + high + `, ` + low + `], "error": "partial failure"}`,
		"errors beside":          `{"predictions": [` + high + `, ` + low + `], "modelErrors": [1]}`,
		"errors below":           `{"predictions": [` + high + `, ` + low + `], "meta": {"errors": [1]}}`,
		"a status":               `{"predictions": [` + high + `, ` + low + `], "status": "Error"}`,
		"a status with a twin":   `{"predictions": [` + high + `, ` + low + `], "status": "error", "status": "ok"}`,
		"a twin in a prediction": `{"predictions": [{"id": "0", "risk_score": 0.9, "error": "x", "id": "0"}, ` + low + `]}`,
		"an echo of the request": `{"predictions": [` + high + `, ` + low + `], "instances": [{"id": "0"}, {"id": "1"}]}`,
	} {
		t.Run(reason, func(t *testing.T) {
			got := runCohort(t, smallBatchPipeline(t), line("S-0", 0.9)+line("S-1", 0.1), func(s services) services {
				return s.with("InvokeModel", model(body))
			})
			wantRun(t, got, lossPath, "2 of 2 subjects were not scored and recorded.")
			if len(got.records) != 0 {
				t.Errorf("recorded %s", text(got.records))
			}
		})
	}
}

// Requirements: SRC-04, P11-10a-records
func TestPredictionsInAnotherOrderBelongToTheirSubjects(t *testing.T) {
	got := runCohort(t, smallBatchPipeline(t), line("S-0", 0.9)+line("S-1", 0.1), func(s services) services {
		return s.with("InvokeModel", model(`{"predictions": [{"id": "1", "risk_score": 0.1}, {"id": "0", "risk_score": 0.9}]}`))
	})
	wantRun(t, got, alertPath, "")
	for _, record := range got.records {
		for i, want := range []string{"S-0 0.9 alert", "S-1 0.1 no alert"} {
			s := record["subjects"].([]any)[i].(object)
			if was := s["subject"].(string) + " " + asl.Encode(s["score"]) + " " + s["branch"].(string); was != want {
				t.Errorf("recorded %s, want %s", was, want)
			}
		}
	}
}

// Requirements: SRC-12, SRC-23
func TestIdsAreCheckedFirst(t *testing.T) {
	for reason, id := range map[string]any{
		"rows of a terminal":      "T-1\x1b[1A\x1b[2K",
		"an option":               "--output=s3://elsewhere/",
		"a path":                  "../../approvals",
		"a line":                  "T-1\n",
		"letters of another kind": "Т-1", // Cyrillic
		"a space":                 "T 1",
		"65 characters":           strings.Repeat("x", 65),
		"nothing":                 "",
		"a number":                7.0,
		"an object":               object{"name": "Jane"},
		"null":                    nil,
	} {
		for _, field := range []string{"trialId", "subject"} {
			t.Run(field+": "+reason, func(t *testing.T) {
				input := object{"subject": "S-001", "trialId": "T-1", "transformed_features": object{}}
				input[field] = id
				got := execute(t, smallestPipeline(t), input, healthyServices("0.9"))
				if got.Error != "InvalidInput" || slices.Contains(got.Path(), "StartEMRJob") {
					t.Errorf("went %s and ended as %s with %q", join(got.Path()), got.Status, got.Error)
				}
			})
		}
	}
	for reason, date := range map[string]any{
		"an option": "--x", "a month": "2026-11", "a time": "2026-11-01T10:00", "no such month": "2026-13-01", "no such day": "2026-11-32",
		"a line": "2026-11-01\n", "a number": 20261101.0, "null": nil, "nothing": "", "an option that long": "--input=s3",
		"30 February": "2026-02-30", "29 February of a common year": "2025-02-29", "of 1900": "1900-02-29", "31 April": "2026-04-31",
		"a day after the run": "2100-01-01",
	} {
		got := execute(t, smallestPipeline(t), object{"trialId": "T-1", "cutDate": date, "transformed_features": object{}}, healthyServices("0.9"))
		if got.Error != "InvalidInput" || slices.Contains(got.Path(), "StartEMRJob") {
			t.Errorf("cut date, %s: went %s and ended as %s with %q", reason, join(got.Path()), got.Status, got.Error)
		}
	}
	for _, date := range []string{"2024-02-29", "2000-02-29", "2025-12-31", "2025-04-30"} {
		got := execute(t, smallestPipeline(t), object{"trialId": "T-1", "cutDate": date, "transformed_features": object{}}, healthyServices("0.1"))
		if got.Status != asl.Succeeded {
			t.Errorf("the cut date %s: ended as %s with %q", date, got.Status, got.Error)
		}
	}
	for _, id := range []string{"T-1", "x", "S_0.1", strings.Repeat("x", 64)} {
		got := execute(t, smallestPipeline(t), object{"subject": id, "trialId": id, "transformed_features": object{}}, healthyServices("0.1"))
		if got.Status != asl.Succeeded {
			t.Errorf("%q: ended as %s with %q", id, got.Status, got.Error)
		}
	}
}

func instant(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at
}
