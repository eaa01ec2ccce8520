package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	subjects, without, broken, high, nulls := 0, 0, 0, 0, 0
	names, sites := map[string]bool{}, map[string]bool{}
	for line := range bytes.Lines(text.Bytes()) {
		subjects++
		var subject struct {
			Site     string
			Features map[string]any
		}
		if err := json.Unmarshal(line, &subject); err != nil {
			t.Fatal(err)
		}
		sites[subject.Site] = true
		if subject.Features == nil {
			without++
			continue
		}
		for name, value := range subject.Features {
			names[name] = true
			if value == nil {
				nulls++
			}
		}
		switch score := invokeCohort(t, subject.Features); {
		case score == nil:
			broken++
		case *score > 0.75:
			high++
		}
	}
	if subjects != cohortSubjects || without != 1 || len(sites) != 10 || broken != 6 || nulls < 50 || high < 4 || high > 25 {
		t.Errorf("%d subjects at %d sites, %d without features, %d null, %d subjects broken and %d at high risk",
			subjects, len(sites), without, nulls, broken, high)
	}
	if diff := cmp.Diff(dictionary(t), slices.Sorted(maps.Keys(names))); diff != "" {
		t.Errorf("the features are not those of the dictionary: %s", diff)
	}
}

// dictionary returns the names of the features that jobs/etl.py writes, sorted.
func dictionary(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../jobs/dictionary.py")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, row := range regexp.MustCompile(`(?m)^    Feature\(\s*"([a-z_]+)"`).FindAllSubmatch(text, -1) {
		names = append(names, string(row[1]))
	}
	return slices.Sorted(slices.Values(names))
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
