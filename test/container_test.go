package test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/constructs/risk"
)

// containerPipeline scores cohorts with a container of another form.
func containerPipeline(t *testing.T, c risk.Container) *pipeline {
	t.Helper()
	return synthesize(t, fmt.Sprintf("container %v", c), func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := cohortProps(stack)
		p.Container = &c
		return p
	})
}

// containerAnswers are the answers of containers about two subjects: one that is right, and many that are not. What a wrong answer costs
// is the score of both subjects, or of the first.
var containerAnswers = map[risk.Answer]struct {
	right     string
	costsBoth map[string]string
	costsOne  map[string]string
}{
	risk.AnswerWithIDs: {
		`{"predictions": [{"id": "1", "risk_score": 0.1}, {"id": "0", "risk_score": 0.9}]}`,
		map[string]string{"no ids": `{"predictions": [{"risk_score": 0.9}, {"risk_score": 0.1}]}`},
		map[string]string{"a text": `{"predictions": [{"id": "0", "risk_score": "0.9"}, {"id": "1", "risk_score": 0.1}]}`},
	},
	risk.AnswerObjects: {
		`{"predictions": [{"risk_score": 0.9}, {"risk_score": 0.1}]}`,
		map[string]string{
			"one too few":  `{"predictions": [{"risk_score": 0.9}]}`,
			"one too many": `{"predictions": [{"risk_score": 0.9}, {"risk_score": 0.1}, {"risk_score": 0.1}]}`,
			"twins":        `{"predictions": [{"risk_score": 0.9, "risk_score": 0.1}, {"risk_score": 0.1}]}`,
			"an error":     `{"predictions": [{"risk_score": 0.9}, {"risk_score": 0.1}], "error": "late"}`,
		},
		map[string]string{
			"numbers":          `{"predictions": [0.9, {"risk_score": 0.1}]}`,
			"an error of one":  `{"predictions": [{"risk_score": 0.9, "error": "age"}, {"risk_score": 0.1}]}`,
			"another name":     `{"predictions": [{"score": 0.9}, {"risk_score": 0.1}]}`,
			"a score above 1":  `{"predictions": [{"risk_score": 90}, {"risk_score": 0.1}]}`,
			"a negative score": `{"predictions": [{"risk_score": -0.9}, {"risk_score": 0.1}]}`,
		},
	},
	risk.AnswerNumbers: {
		`{"predictions": [0.9, 0.1]}`,
		map[string]string{
			"one too few":    `{"predictions": [0.9]}`,
			"one too many":   `{"predictions": [0.9, 0.1, 0.1]}`,
			"nested":         `{"predictions": [[0.9, 0.1]]}`,
			"a bare list":    `[0.9, 0.1]`,
			"another name":   `{"scores": [0.9, 0.1]}`,
			"a number":       `{"predictions": 0.9}`,
			"nothing":        ``,
			"a page":         `<html>502</html>`,
			"not JSON":       `{"predictions": [NaN, 0.1]}`,
			"an error":       `{"predictions": [0.9, 0.1], "error": null}`,
			"two lists":      `{"predictions": [0.9, 0.1], "predictions": [0.1, 0.1]}`,
			"half an answer": `{"predictions": [0.9, 0.1`,
		},
		map[string]string{
			"a text":         `{"predictions": ["0.9", 0.1]}`,
			"null":           `{"predictions": [null, 0.1]}`,
			"a truth":        `{"predictions": [true, 0.1]}`,
			"a percentage":   `{"predictions": [90, 0.1]}`,
			"below zero":     `{"predictions": [-0.1, 0.1]}`,
			"a list of one":  `{"predictions": [[0.9], 0.1]}`,
			"an object":      `{"predictions": [{"risk_score": 0.9}, 0.1]}`,
			"an empty list":  `{"predictions": [[], 0.1]}`,
			"a log of odds":  `{"predictions": [2.2, 0.1]}`,
			"a text, error":  `{"predictions": ["error", 0.1]}`,
			"an empty thing": `{"predictions": [{}, 0.1]}`,
		},
	},
	risk.AnswerScores: {
		`[{"score": 0.9}, {"score": 0.1}]`,
		map[string]string{
			"one too few":  `[{"score": 0.9}]`,
			"in an object": `{"predictions": [{"score": 0.9}, {"score": 0.1}]}`,
			"twins":        `[{"score": 0.9, "score": 0.1}, {"score": 0.1}]`,
			"nested":       `[[{"score": 0.9}], [{"score": 0.1}]]`,
			"an object":    `{"score": 0.9}`,
		},
		map[string]string{
			"a label beside the score": `[{"label": "STAYS", "score": 0.9}, {"score": 0.1}]`,
			"a text":                   `[{"score": "0.9"}, {"score": 0.1}]`,
			"null":                     `[{"score": null}, {"score": 0.1}]`,
			"another name":             `[{"risk": 0.9}, {"score": 0.1}]`,
			"a number":                 `[0.9, {"score": 0.1}]`,
			"above 1":                  `[{"score": 1.5}, {"score": 0.1}]`,
		},
	},
	risk.AnswerPairs: {
		`[[0.1, 0.9], [0.9, 0.1]]`,
		map[string]string{
			"one too few":  `[[0.1, 0.9]]`,
			"flat":         `[0.1, 0.9, 0.9, 0.1]`,
			"in an object": `{"predictions": [[0.1, 0.9], [0.9, 0.1]]}`,
			"nested":       `[[[0.1, 0.9], [0.9, 0.1]]]`,
		},
		map[string]string{
			"no probabilities":   `[[0.1, 0.8], [0.9, 0.1]]`,
			"three classes":      `[[0.1, 0.2, 0.7], [0.9, 0.1]]`,
			"texts":              `[["0.1", "0.9"], [0.9, 0.1]]`,
			"one number":         `[[0.9], [0.9, 0.1]]`,
			"a number":           `[0.9, [0.9, 0.1]]`,
			"a negative one":     `[[-0.5, 1.5], [0.9, 0.1]]`,
			"above and below":    `[[1.5, -0.5], [0.9, 0.1]]`,
			"nulls":              `[[null, null], [0.9, 0.1]]`,
			"nothing":            `[[], [0.9, 0.1]]`,
			"log probabilities":  `[[-2.3, -0.1], [0.9, 0.1]]`,
			"a list in the pair": `[[[0.1], [0.9]], [0.9, 0.1]]`,
		},
	},
	risk.AnswerCSV: {
		"0.9,0.1",
		map[string]string{
			"one too few":   "0.9",
			"one too many":  "0.9,0.1,0.1",
			"nothing":       "",
			"a header":      "score\n0.9\n0.1",
			"two columns":   "0.1,0.9\n0.9,0.1",
			"a page":        "<html>502</html>",
			"an error":      "error: model",
			"an error, too": "error,0.1",
			"JSON":          `{"predictions": [0.9, 0.1], "more": 1}`,
		},
		map[string]string{
			"not a number":  "nan,0.1",
			"infinite":      "inf,0.1",
			"a hexadecimal": "0x1,0.1",
			"negative":      "-0.9,0.1",
			"above 1":       "90,0.1",
			"a text":        `"0.9",0.1`,
			"empty":         ",0.1",
			"a list":        "[0.9,0.1",
			"a comma":       "0;9,0.1",
		},
	},
}

// Every form of answers is read, and checked for the number of scores, their type and their range.
//
// Requirements: SRC-04, SRC-07
func TestEveryFormOfAnswers(t *testing.T) {
	for answer, bodies := range containerAnswers {
		p := containerPipeline(t, risk.Container{Answer: answer})
		run := func(body string) *cohortRun {
			return runCohort(t, p, line("S-0", 0.5)+line("S-1", 0.5), func(s services) services { return s.with("InvokeModel", model(body)) })
		}
		t.Run(string(answer), func(t *testing.T) {
			got := run(bodies.right)
			wantRun(t, got, alertPath, "")
			want := []any{
				object{"index": 0.0, "subject": "S-0", "score": 0.9, "branch": "alert"},
				object{"index": 1.0, "subject": "S-1", "score": 0.1, "branch": "no alert"},
			}
			if diff := cmp.Diff(want, got.records["batch-0000000.json"]["subjects"]); diff != "" {
				t.Error(diff)
			}
			for reason, body := range bodies.costsBoth {
				if got := run(body); got.Error != "IncompleteScoring" || len(got.records) != 0 {
					t.Errorf("%s: ended with %q and %d records", reason, got.Error, len(got.records))
				}
			}
			for reason, body := range bodies.costsOne {
				got := run(body)
				record := got.records["batch-0000000.json"]
				if got.Error != "IncompleteScoring" || record == nil {
					t.Errorf("%s: ended with %q and no record", reason, got.Error)
				} else if diff := cmp.Diff(want[1:], record["subjects"]); diff != "" {
					t.Errorf("%s: %s", reason, diff)
				}
			}
		})
	}
}

// XGBoost separates scores by commas or by the ends of lines, and may end the last line.
func TestCSVInLines(t *testing.T) {
	p := containerPipeline(t, risk.Container{Answer: risk.AnswerCSV})
	for _, body := range []string{"0.9\n0.1\n", "0.9\r\n0.1\r\n", " 0.9 , 0.1 ", "9e-1,1E-1"} {
		got := runCohort(t, p, line("S-0", 0.5)+line("S-1", 0.5), func(s services) services { return s.with("InvokeModel", model(body)) })
		if got.Status != asl.Succeeded || len(got.records["batch-0000000.json"]["subjects"].([]any)) != 2 {
			t.Errorf("%q: ended with %q", body, got.Error)
		}
	}
}

// The request says which form the answer must have, and has rows in the order of the columns.
//
// Requirements: SRC-07
func TestRequestsToAContainer(t *testing.T) {
	lines := `{"subject": "S-0", "features": {"b": 2, "a": 1, "c": "x"}}` + "\n" + `{"subject": "S-1", "features": {"a": null}}` + "\n" +
		`{"subject": "S-2", "features": {"a": [1, 2], "b": 3}}` + "\n"
	columns := []string{"a", "b"}
	for reason, row := range map[string]struct {
		container risk.Container
		lines     string
		body      string
		accept    string
		attribute any
	}{
		"objects":          {risk.Container{Answer: risk.AnswerObjects}, lines, `{"instances":[{"a":1,"b":2,"c":"x"},{"a":null},{"a":[1,2],"b":3}]}`, "application/json", "answer=objects"},
		"rows":             {risk.Container{Answer: risk.AnswerPairs, Columns: columns}, lines, `{"instances":[[1,2],[null,null]]}`, "application/json", "answer=pairs"},
		"a single row":     {risk.Container{Answer: risk.AnswerNumbers, Columns: columns}, lines[:len(`{"subject": "S-0", "features": {"b": 2, "a": 1, "c": "x"}}`)+1], `{"instances":[[1,2]]}`, "application/json", "answer=numbers"},
		"a single column":  {risk.Container{Answer: risk.AnswerCSV, Columns: columns[:1]}, lines, `{"instances":[[1],[null]]}`, "text/csv", "answer=csv"},
		"rows with ids":    {risk.Container{Columns: columns}, lines, `{"instances":[{"features":[1,2],"id":"0"},{"features":[null,null],"id":"1"}]}`, "application/json", nil},
		"objects with ids": {risk.Container{}, lines[:len(`{"subject": "S-0", "features": {"b": 2, "a": 1, "c": "x"}}`)+1], `{"instances":[{"features":{"a":1,"b":2,"c":"x"},"id":"0"}]}`, "application/json", nil},
	} {
		t.Run(reason, func(t *testing.T) {
			var asked object
			runCohort(t, containerPipeline(t, row.container), row.lines, func(s services) services {
				return s.with("InvokeModel", func(task *asl.Task) (asl.Reply, error) {
					asked = inputOf(task)
					return model("")(task)
				})
			})
			if got := asl.Encode(asked["Body"]); got != row.body || asked["Accept"] != row.accept || asked["CustomAttributes"] != row.attribute {
				t.Errorf("sent %s, accepts %v, attributes %v; want %s, %s, %v", got, asked["Accept"], asked["CustomAttributes"], row.body, row.accept, row.attribute)
			}
		})
	}
}

// One container serves the pipeline for one subject and that for cohorts.
//
// Requirements: SRC-04, SRC-07
func TestOneSubjectInTheFormOfACohort(t *testing.T) {
	for answer, row := range map[risk.Answer]struct {
		body  string
		score any
	}{
		risk.AnswerWithIDs: {`{"predictions": [{"id": "0", "risk_score": 0.9}]}`, 0.9},
		risk.AnswerObjects: {`{"predictions": [{"risk_score": 0.9}]}`, 0.9},
		risk.AnswerNumbers: {`{"predictions": [0.9]}`, 0.9},
		risk.AnswerScores:  {`[{"score": 0.9}]`, 0.9},
		risk.AnswerPairs:   {`[[0.1, 0.9]]`, 0.9},
		risk.AnswerCSV:     {"0.9\n", 0.9},
	} {
		p := synthesize(t, "one subject, "+string(answer), func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
			p := smallestProps(stack)
			p.Container = &risk.Container{Answer: answer}
			return p
		})
		input := object{"subject": "S-1", "trialId": "T-1", "transformed_features": object{"age": 71.0}}
		got := execute(t, p, input, healthyServices("0").with("InvokeModel", model(row.body)))
		if got.Status != asl.Succeeded || join(got.Path()) != highPath {
			t.Errorf("%s: went %s and ended with %q", answer, join(got.Path()), got.Error)
		}
		for other, bodies := range containerAnswers {
			if got := execute(t, p, input, healthyServices("0").with("InvokeModel", model(bodies.right))); got.Status == asl.Succeeded {
				t.Errorf("%s: two scores in the form %s succeed for one subject", answer, other)
			}
		}
	}
	p := synthesize(t, "one subject, ids", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		p := smallestProps(stack)
		p.Container = &risk.Container{}
		return p
	})
	for reason, body := range map[string]string{
		"another id":    `{"predictions": [{"id": "1", "risk_score": 0.1}]}`,
		"no id":         `{"predictions": [{"risk_score": 0.1}]}`,
		"our own form":  `{"risk_score": 0.1}`,
		"a text":        `{"predictions": [{"id": "0", "risk_score": "0.1"}]}`,
		"above 1":       `{"predictions": [{"id": "0", "risk_score": 1.1}]}`,
		"an error":      `{"predictions": [{"id": "0", "risk_score": 0.1, "error": "age"}]}`,
		"two spellings": `{"predictions": [{"id": "0", "risk_score": 0.1, "risk\u005fscore": 0.9}]}`,
	} {
		got := execute(t, p, object{"subject": "S-1", "transformed_features": object{}}, healthyServices("0").with("InvokeModel", model(body)))
		if got.Error != "InvalidScore" || join(got.Path()) != invalidPath {
			t.Errorf("%s: went %s and ended with %q", reason, join(got.Path()), got.Error)
		}
	}
}

// Records keep the reasons that a container gives for a score, three at most, and the site of a subject.
//
// Requirements: SRC-19
func TestRecordsKeepReasonsAndSites(t *testing.T) {
	one := `{"feature": "age", "contribution": 0.4}`
	for reason, row := range map[string]struct {
		reasons string
		want    any
	}{
		"one":            {`[` + one + `]`, []any{object{"feature": "age", "contribution": 0.4}}},
		"another member": {`[{"feature": "age", "contribution": 0.4, "value": 83}]`, []any{object{"feature": "age", "contribution": 0.4}}},
		"too many":       {`[` + one + `,` + one + `,` + one + `,` + one + `]`, nil},
		"no list":        {one, nil},
		"none":           {`[]`, nil},
		"a text":         {`"age"`, nil},
		"a wrong type":   {`[{"feature": 1, "contribution": 0.4}, {"feature": "age", "contribution": "0.4"}, ` + one + `]`, []any{object{"feature": "age", "contribution": 0.4}}},
	} {
		t.Run(reason, func(t *testing.T) {
			got := runCohort(t, smallBatchPipeline(t), `{"subject": "S-0", "site": "DE-03", "features": {"age": 83}}`+"\n", func(s services) services {
				return s.with("InvokeModel", model(`{"predictions": [{"id": "0", "risk_score": 0.9, "reasons": `+row.reasons+`}]}`))
			})
			want := object{"index": 0.0, "subject": "S-0", "site": "DE-03", "score": 0.9, "branch": "alert"}
			if row.want != nil {
				want["reasons"] = row.want
			}
			if diff := cmp.Diff([]any{want}, got.records["batch-0000000.json"]["subjects"]); diff != "" {
				t.Error(diff)
			}
			store := recordStore{}
			single := execute(t, recordedPipeline(t), object{"subject": "S-0", "trialId": "T-1", "transformed_features": object{"age": 83.0}},
				recordServices("0.9", store).with("InvokeModel", model(`{"risk_score": 0.9, "reasons": `+row.reasons+`}`)))
			delete(want, "index")
			delete(want, "site")
			for key := range store {
				if diff := cmp.Diff([]any{want}, store.record(key)["subjects"]); diff != "" {
					t.Errorf("one subject, %s: %s", single.Status, diff)
				}
			}
			if len(store) != 1 {
				t.Errorf("%d records, %s %s", len(store), single.Status, single.Error)
			}
		})
	}
}
