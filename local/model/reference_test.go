package model

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"clinical-risk-pipeline/asl"
)

const validFeatures = `{"site_discontinued_share": 0.3, "medical_history_count": 2, "depression_score": 3, "age": 71}`

func TestReferenceAnswers(t *testing.T) {
	response, err := Reference{}.Invoke(t.Context(), Request{Body: []byte(`{"features": ` + validFeatures + `}`)})
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]float64
	if err := json.Unmarshal([]byte(response.Body), &answer); err != nil {
		t.Fatal(err)
	}
	want := Risk(Features{SiteDiscontinuedShare: 0.3, MedicalHistoryCount: 2, DepressionScore: 3})
	if answer["risk_score"] != want || len(answer) != 1 || response.ContentType != "application/json" {
		t.Errorf("answer %v (%s), want risk_score %v as application/json", answer, response.ContentType, want)
	}
}

// Each feature shifts the odds by its published ratio. The other features do not shift them.
func TestCoefficients(t *testing.T) {
	base := Features{SiteDiscontinuedShare: 0.3, DepressionScore: 5}
	for _, c := range []struct {
		reason string
		change func(*Features)
		ratio  float64
	}{
		{"a condition", func(f *Features) { f.MedicalHistoryCount = 1 }, 1.11},
		{"three conditions", func(f *Features) { f.MedicalHistoryCount = 3 }, 1.11 * 1.11 * 1.11},
		{"depression from 6 on", func(f *Features) { f.DepressionScore = 6 }, 1.3},
		{"a higher depression score", func(f *Features) { f.DepressionScore = 20 }, 1.3},
		{"a site with twice the odds", func(f *Features) { f.SiteDiscontinuedShare = 2 * 0.3 / 0.7 / (1 + 2*0.3/0.7) }, 2},
		{"a site that nobody left counts as 0.02", func(f *Features) { f.SiteDiscontinuedShare = 0 }, 0.02 / 0.98 / (0.3 / 0.7)},
		{"a site that everybody left counts as 0.98", func(f *Features) { f.SiteDiscontinuedShare = 1 }, 0.98 / 0.02 / (0.3 / 0.7)},
	} {
		changed := base
		c.change(&changed)
		if ratio := odds(changed) / odds(base); math.Abs(ratio-c.ratio) > 1e-9 {
			t.Errorf("%s: odds ratio %v, want %v", c.reason, ratio, c.ratio)
		}
	}
}

// A trial without the questionnaire has the odds of people who are not depressed.
func TestWithoutAQuestionnaire(t *testing.T) {
	risk := func(features string) string {
		response, err := Reference{}.Invoke(t.Context(), Request{Body: []byte(`{"features": ` + features + `}`)})
		if err != nil {
			t.Fatal(err)
		}
		return response.Body
	}
	if without := strings.Replace(validFeatures, `"depression_score": 3`, `"depression_score": null`, 1); risk(without) != risk(validFeatures) {
		t.Errorf("got %s, want %s", risk(without), risk(validFeatures))
	}
}

func odds(f Features) float64 {
	risk := Risk(f)
	return risk / (1 - risk)
}

func TestReferenceRefuses(t *testing.T) {
	with := func(name, value string) string {
		var features map[string]json.RawMessage
		if err := json.Unmarshal([]byte(validFeatures), &features); err != nil {
			t.Fatal(err)
		}
		delete(features, name)
		if value != "" {
			features[name] = json.RawMessage(value)
		}
		text, err := json.Marshal(map[string]any{"features": features})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, c := range []struct{ reason, body, want string }{
		{"missing", with("medical_history_count", ""), "feature medical_history_count is missing"},
		{"null", with("site_discontinued_share", "null"), "feature site_discontinued_share must be a number from 0 to 1"},
		{"a string for a number", with("site_discontinued_share", `"secret"`), "feature site_discontinued_share must be a number from 0 to 1"},
		{"above 1", with("site_discontinued_share", "1.01"), "feature site_discontinued_share must be a number from 0 to 1"},
		{"below 0", with("site_discontinued_share", "-0.01"), "feature site_discontinued_share must be a number from 0 to 1"},
		{"a fraction", with("medical_history_count", "2.5"), "feature medical_history_count must be an integer from 0 to 200"},
		{"negative", with("medical_history_count", "-1"), "feature medical_history_count must be an integer from 0 to 200"},
		{"too many", with("medical_history_count", "201"), "feature medical_history_count must be an integer from 0 to 200"},
		{"null for a count", with("medical_history_count", "null"), "feature medical_history_count must be an integer from 0 to 200"},
		{"a score above the scale", with("depression_score", "53"), "feature depression_score must be an integer from 0 to 52, or null"},
		{"no score at all", with("depression_score", ""), "feature depression_score is missing"},
		{"all faults at once", `{"features": {"age": 71, "medical_history_count": true}}`,
			"feature site_discontinued_share is missing; feature medical_history_count must be an integer from 0 to 200; feature depression_score is missing"},
		{"no features", `{}`, "the request must be"},
		{"a list", `[]`, "the request must be"},
		{"invalid JSON", `secret`, "the request must be"},
	} {
		_, err := Reference{}.Invoke(t.Context(), Request{Body: []byte(c.body)})
		var failure *asl.Error
		if !errors.As(err, &failure) {
			t.Errorf("%s: error %v, want an *asl.Error", c.reason, err)
			continue
		}
		if failure.Name != "SageMakerRuntime.ModelErrorException" || !strings.HasPrefix(failure.Cause, "Received client error (400) from primary") {
			t.Errorf("%s: %v, want the exception for a container's status 400", c.reason, failure)
		}
		if !strings.Contains(failure.Cause, c.want) {
			t.Errorf("%s: cause %q, want it to contain %q", c.reason, failure.Cause, c.want)
		}
		if strings.Contains(failure.Cause, "secret") {
			t.Errorf("%s: the cause repeats a value: %q", c.reason, failure.Cause)
		}
	}
}

func TestReferenceStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Reference{}).Invoke(ctx, Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestReferenceAnswersABatchInOrder(t *testing.T) {
	depressed := strings.Replace(validFeatures, `"depression_score": 3`, `"depression_score": 9`, 1)
	response, err := Reference{}.Invoke(t.Context(), Request{Body: []byte(`{"instances": [` + validFeatures + `,` + depressed + `]}`)})
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Predictions []map[string]float64 `json:"predictions"`
	}
	if err := json.Unmarshal([]byte(response.Body), &answer); err != nil || len(answer.Predictions) != 2 {
		t.Fatalf("answer %s, %v", response.Body, err)
	}
	if first, second := answer.Predictions[0]["risk_score"], answer.Predictions[1]["risk_score"]; first >= second || first <= 0 {
		t.Errorf("scores %v and %v, want the second to be higher", first, second)
	}
	if response, err := (Reference{}).Invoke(t.Context(), Request{Body: []byte(`{"instances": []}`)}); err != nil || response.Body != `{"predictions":[]}` {
		t.Errorf("an empty batch: %s, %v", response.Body, err)
	}
}

// A broken subject has no score, and does not affect the other subjects of its batch.
func TestReferenceNamesBrokenSubjectsOfABatch(t *testing.T) {
	broken := strings.Replace(validFeatures, `"depression_score": 3`, `"depression_score": "secret"`, 1)
	response, err := Reference{}.Invoke(t.Context(), Request{Body: []byte(`{"instances": [` + validFeatures + `,` + broken + `, {}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Predictions []map[string]any `json:"predictions"`
	}
	if err := json.Unmarshal([]byte(response.Body), &answer); err != nil || len(answer.Predictions) != 3 {
		t.Fatalf("answer %s, %v", response.Body, err)
	}
	if _, ok := answer.Predictions[0]["risk_score"].(float64); !ok {
		t.Errorf("no score for the valid subject: %s", response.Body)
	}
	for i, want := range []string{1: "feature depression_score must be an integer from 0 to 52, or null", 2: "feature depression_score is missing"} {
		if i == 0 {
			continue
		}
		fault, _ := answer.Predictions[i]["error"].(string)
		if _, scored := answer.Predictions[i]["risk_score"]; scored || !strings.Contains(fault, want) {
			t.Errorf("instance %d: %v, want %q", i, answer.Predictions[i], want)
		}
	}
	if strings.Contains(response.Body, "secret") {
		t.Errorf("the answer repeats a value: %s", response.Body)
	}
}

// Every prediction of a batch repeats the id of its instance, also one without a score.
func TestReferenceRepeatsTheIDsOfABatch(t *testing.T) {
	response, err := Reference{}.Invoke(t.Context(), Request{Body: []byte(`{"instances": [{"id": "7", "features": ` + validFeatures + `}, {"id": "5", "features": {}}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Predictions []map[string]any `json:"predictions"`
	}
	if err := json.Unmarshal([]byte(response.Body), &answer); err != nil || len(answer.Predictions) != 2 {
		t.Fatalf("answer %s, %v", response.Body, err)
	}
	first, second := answer.Predictions[0], answer.Predictions[1]
	if first["id"] != "7" || first["risk_score"] == nil || second["id"] != "5" || second["error"] == nil || second["risk_score"] != nil {
		t.Errorf("answer %s", response.Body)
	}
}
