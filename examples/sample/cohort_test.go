package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"clinical-risk-pipeline/local/model"
)

// The program writes the committed file.
func TestCommittedCohort(t *testing.T) {
	var want bytes.Buffer
	if err := writeCohort(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../cohort-sample.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("examples/cohort-sample.jsonl differs from the output of this program: run `go generate ./examples/...`")
	}
}

// The cohort resembles real ones, and the reference model scores almost every subject with features.
func TestCohort(t *testing.T) {
	var text bytes.Buffer
	if err := writeCohort(&text); err != nil {
		t.Fatal(err)
	}
	subjects, without, broken, high, nulls, gone := 0, 0, 0, 0, 0, 0
	kinds := map[string]map[bool]bool{} // feature → whether it is a text → seen
	for line := range bytes.Lines(text.Bytes()) {
		subjects++
		var subject struct{ Features map[string]any }
		if err := json.Unmarshal(line, &subject); err != nil {
			t.Fatal(err)
		}
		if subject.Features == nil {
			without++
			continue
		}
		gone += 36 - len(subject.Features)
		for name, value := range subject.Features {
			if value == nil {
				nulls++
				continue
			}
			if kinds[name] == nil {
				kinds[name] = map[bool]bool{}
			}
			_, isText := value.(string)
			kinds[name][isText] = true
		}
		switch score := invokeCohort(t, subject.Features); {
		case score == nil:
			broken++
		case *score > 0.75:
			high++
		}
	}
	mixed := 0
	for _, seen := range kinds {
		mixed += len(seen) - 1
	}
	if subjects != cohortSubjects || without != 1 || len(kinds) != 36 || mixed != 6 || broken != 6 || nulls < 50 || gone < 50 || high < 4 || high > 25 {
		t.Errorf("%d subjects, %d without features, %d features, %d of them mixed, %d null, %d missing, %d subjects broken and %d at high risk",
			subjects, without, len(kinds), mixed, nulls, gone, broken, high)
	}
}

func invokeCohort(t *testing.T, features map[string]any) *float64 {
	t.Helper()
	body, err := json.Marshal(map[string]any{"instances": []any{features}})
	if err != nil {
		t.Fatal(err)
	}
	response, err := model.Reference{}.Invoke(t.Context(), model.Request{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Predictions []struct {
			RiskScore *float64 `json:"risk_score"`
		} `json:"predictions"`
	}
	if err := json.Unmarshal([]byte(response.Body), &answer); err != nil || len(answer.Predictions) != 1 {
		t.Fatalf("answer %q, %v", response.Body, err)
	}
	return answer.Predictions[0].RiskScore
}
