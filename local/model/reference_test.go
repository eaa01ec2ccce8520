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

const validFeatures = `{"site_dropout_rate": 0.3, "comorbidity_count": 2, "college_education": true, "depression_score": 3, "sex": "female", "married": true}`

func TestReferenceAnswers(t *testing.T) {
	response, err := Reference{}.Invoke(t.Context(), Request{Body: []byte(`{"features": ` + validFeatures + `}`)})
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]float64
	if err := json.Unmarshal([]byte(response.Body), &answer); err != nil {
		t.Fatal(err)
	}
	want := Risk(Features{SiteDropoutRate: 0.3, ComorbidityCount: 2, CollegeEducation: true, DepressionScore: 3, Sex: "female", Married: true})
	if answer["risk_score"] != want || len(answer) != 1 || response.ContentType != "application/json" {
		t.Errorf("answer %v (%s), want risk_score %v as application/json", answer, response.ContentType, want)
	}
}

// Each feature shifts the odds by its published ratio. The other features do not shift them.
func TestCoefficients(t *testing.T) {
	base := Features{SiteDropoutRate: 0.3, CollegeEducation: true, DepressionScore: 5, Sex: "male", Married: true}
	for _, c := range []struct {
		reason string
		change func(*Features)
		ratio  float64
	}{
		{"a comorbidity", func(f *Features) { f.ComorbidityCount = 1 }, 1.11},
		{"three comorbidities", func(f *Features) { f.ComorbidityCount = 3 }, 1.11 * 1.11 * 1.11},
		{"no college", func(f *Features) { f.CollegeEducation = false }, 1.6},
		{"depression from 6 on", func(f *Features) { f.DepressionScore = 6 }, 1.3},
		{"a higher depression score", func(f *Features) { f.DepressionScore = 20 }, 1.3},
		{"an unmarried man", func(f *Features) { f.Married = false }, 2.1},
		{"a married woman", func(f *Features) { f.Sex = "female" }, 1},
		{"an unmarried woman", func(f *Features) { f.Sex, f.Married = "female", false }, 1},
		{"a site with twice the odds", func(f *Features) { f.SiteDropoutRate = 2 * 0.3 / 0.7 / (1 + 2*0.3/0.7) }, 2},
	} {
		changed := base
		c.change(&changed)
		if ratio := odds(changed) / odds(base); math.Abs(ratio-c.ratio) > 1e-9 {
			t.Errorf("%s: odds ratio %v, want %v", c.reason, ratio, c.ratio)
		}
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
		{"missing", with("comorbidity_count", ""), "feature comorbidity_count is missing"},
		{"null", with("depression_score", "null"), "feature depression_score must be an integer from 0 to 52"},
		{"a string for a number", with("site_dropout_rate", `"secret"`), "feature site_dropout_rate must be a number between 0 and 1, both excluded"},
		{"1, whose log odds are infinite", with("site_dropout_rate", "1"), "feature site_dropout_rate must be a number between 0 and 1, both excluded"},
		{"0, whose log odds are infinite", with("site_dropout_rate", "0"), "feature site_dropout_rate must be a number between 0 and 1, both excluded"},
		{"a fraction", with("comorbidity_count", "2.5"), "feature comorbidity_count must be an integer from 0 to 30"},
		{"negative", with("comorbidity_count", "-1"), "feature comorbidity_count must be an integer from 0 to 30"},
		{"too many", with("comorbidity_count", "31"), "feature comorbidity_count must be an integer from 0 to 30"},
		{"a string for a boolean", with("married", `"secret"`), "feature married must be true or false"},
		{"an unknown code", with("sex", `"secret"`), "feature sex must be female or male"},
		{"all faults at once", `{"features": {"sex": "male", "married": true, "college_education": 1}}`,
			"feature site_dropout_rate is missing; feature comorbidity_count is missing; feature college_education must be true or false; feature depression_score is missing"},
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
	unmarried := strings.Replace(strings.Replace(validFeatures, `"married": true`, `"married": false`, 1), "female", "male", 1)
	response, err := Reference{}.Invoke(t.Context(), Request{Body: []byte(`{"instances": [` + validFeatures + `,` + unmarried + `]}`)})
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
	broken := strings.Replace(validFeatures, `"married": true`, `"married": "secret"`, 1)
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
	for i, want := range []string{1: "feature married must be true or false", 2: "feature married is missing"} {
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
