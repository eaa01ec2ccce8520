package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"testing"

	"clinical-risk-pipeline/local/model"
)

// The program writes the committed file.
func TestCommittedSample(t *testing.T) {
	var want bytes.Buffer
	if err := write(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../trial-sample.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("examples/trial-sample.jsonl differs from the output of this program: run `go generate ./examples/...`")
	}
}

// The intercept of the reference model is calibrated to the dropout of 30% in the trial.
func TestPopulation(t *testing.T) {
	const draws = 100_000
	draw := newPopulation(301)
	sum := 0.0
	for range draws {
		sum += model.Risk(draw.person().Features)
	}
	if mean := sum / draws; math.Abs(mean-0.30) > 0.002 {
		t.Errorf("mean risk of the population = %.4f, want 0.300: calibrate the intercept of model.Reference", mean)
	}
}

func TestPlantedSubjects(t *testing.T) {
	planted := plant(newPopulation(301))
	if want := len(nearThreshold) + len(breakages); len(planted) != want {
		t.Fatalf("%d subjects planted, want %d", len(planted), want)
	}
	below, above, broken := 0, 0, 0
	for number, features := range planted {
		if number < 1 || number > subjects {
			t.Errorf("subject %d is not in the sample", number)
		}
		switch score, err := invoke(t, features); {
		case err != nil:
			broken++
		case score > 0.735 && score <= 0.75:
			below++
		case score > 0.75 && score < 0.765:
			above++
		default:
			t.Errorf("subject %d: score %v is not close to the threshold", number, score)
		}
	}
	if below != 4 || above != 4 || broken != 10 {
		t.Errorf("%d below the threshold, %d above, %d broken; want 4, 4 and 10, as the documentation says", below, above, broken)
	}
}

// invoke asks the reference model about the features, as the pipeline does.
func invoke(t *testing.T, features record) (float64, error) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"features": features})
	if err != nil {
		t.Fatal(err)
	}
	response, err := model.Reference{}.Invoke(t.Context(), model.Request{Body: body})
	if err != nil {
		return 0, err
	}
	var answer struct {
		RiskScore *float64 `json:"risk_score"`
	}
	if err := json.Unmarshal([]byte(response.Body), &answer); err != nil || answer.RiskScore == nil {
		t.Fatalf("answer %q", response.Body)
	}
	return *answer.RiskScore, nil
}
