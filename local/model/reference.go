package model

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/strictjson"
)

// Reference is the built-in model. It is an illustration and predicts nothing about anyone.
//
// It is a logistic regression that starts from the dropout rate of the subject's site and shifts it by published effects:
//
//	feature             type and range           coefficient
//	site_dropout_rate   number between 0 and 1   its log odds, coefficient 1: the base rate
//	comorbidity_count   integer, 0 to 30         ln 1.11 each: odds ratio 1.11 (1.07 to 1.14), 92 trials, Lees 2022,
//	                                             BMJ Medicine e000217
//	college_education   boolean                  ln 1.6 without: hazard ratio 1.6, Edland 2010, PMC2922976
//	depression_score    integer, 0 to 52         ln 1.3 from 6 on: hazard ratio 1.3, Edland 2010 (Hamilton's scale)
//	sex, married        "female" or "male",      ln 2.1 for an unmarried man: hazard ratio 2.1 against married men,
//	                    boolean                  Edland 2010
//
// The intercept is calibrated so that the mean over the population of examples/sample is 0.30, the dropout in the trial of
// 769 people with mild cognitive impairment from which Edland took three of the four effects. (Over 90 trials of all kinds
// the mean is 0.169.) The model omits age, which has no effect: odds ratio 1.04. It omits commercial sites, hazard ratio 2.2,
// because the site's rate includes them, and ethnic origin, hazard ratio 2.1, because it must not decide how people are treated.
//
// It predicts nothing for three reasons. It uses hazard ratios as odds ratios. It adds effects from different trials as if they were
// independent. And in one real trial of 254 subjects, of whom 57% discontinued, baseline covariates hardly predicted who (AUC 0.6).
// Before you alert about people, validate a model on your own trial.
//
// A request is {"features": {…}}, and the answer is {"risk_score": 0.81}. A batch is {"instances": [{"id": "17", "features": {…}}, …]},
// and the answer is {"predictions": [{"id": "17", "risk_score": 0.81}, …]}: every prediction repeats the id of its instance. Instances
// that are features alone have predictions without ids, in the same order. The model ignores other features. It refuses a missing or
// mistyped feature, as a container does with status 400. The message names features, never values.
//
// In a batch, a refused subject does not affect the others: its prediction has an "error" and no score. A container that
// refuses the whole batch loses all of its subjects, and the coverage shows it.
type Reference struct{}

// The coefficients, in log odds.
var (
	intercept      = -0.743 // see TestPopulation in examples/sample
	perComorbidity = math.Log(1.11)
	withoutCollege = math.Log(1.6)
	depressed      = math.Log(1.3)
	unmarriedMan   = math.Log(2.1)
)

const (
	depressedFrom  = 6
	maxComorbidity = 30
	maxDepression  = 52
	referenceTime  = 20 * time.Millisecond
)

// Features are the features that Reference uses.
type Features struct {
	SiteDropoutRate  float64 // the share of the site's subjects who left so far, between 0 and 1, both excluded
	ComorbidityCount int     // 0 to 30
	CollegeEducation bool
	DepressionScore  int    // Hamilton's scale, 0 to 52
	Sex              string // "female" or "male"
	Married          bool
}

// Risk returns the risk of dropout, between 0 and 1.
func Risk(f Features) float64 {
	logOdds := intercept + math.Log(f.SiteDropoutRate/(1-f.SiteDropoutRate)) + perComorbidity*float64(f.ComorbidityCount)
	if !f.CollegeEducation {
		logOdds += withoutCollege
	}
	if f.DepressionScore >= depressedFrom {
		logOdds += depressed
	}
	if f.Sex == "male" && !f.Married {
		logOdds += unmarriedMan
	}
	return 1 / (1 + math.Exp(-logOdds))
}

// prediction is the answer for one subject: a score or an error, in a batch with the id of the instance.
type prediction struct {
	ID    string   `json:"id,omitempty"`
	Risk  *float64 `json:"risk_score,omitempty"`
	Error string   `json:"error,omitempty"`
}

// Invoke implements Model.
func (Reference) Invoke(ctx context.Context, request Request) (Response, error) {
	response := Response{ContentType: "application/json", Duration: referenceTime}
	if err := ctx.Err(); err != nil {
		return response, err
	}
	var body struct {
		Features  map[string]any   `json:"features"`
		Instances []map[string]any `json:"instances"`
	}
	err := strictjson.Unmarshal(request.Body, &body)
	if err != nil || (body.Features == nil) == (body.Instances == nil) {
		return response, modelError(400, `the request must be {"features": {…}} or {"instances": [{"id": "…", "features": {…}}, …]}`)
	}
	if body.Instances != nil {
		return answer(response, map[string]any{"predictions": predictAll(body.Instances)})
	}
	one := predict(body.Features)
	if one.Error != "" {
		return response, modelError(400, one.Error)
	}
	return answer(response, one)
}

func answer(response Response, body any) (Response, error) {
	text, err := json.Marshal(body)
	response.Body = string(text)
	return response, err
}

// predictAll answers a batch: with the score or the faults of every instance.
func predictAll(instances []map[string]any) []prediction {
	predictions := make([]prediction, len(instances))
	for i, instance := range instances {
		id, labelled := instance["id"].(string)
		features, nested := instance["features"].(map[string]any)
		if labelled && nested {
			predictions[i] = predict(features)
			predictions[i].ID = id
		} else {
			predictions[i] = predict(instance)
		}
	}
	return predictions
}

// predict returns the score of one subject, or the faults of its features.
func predict(features map[string]any) prediction {
	f, faults := readFeatures(features)
	if len(faults) > 0 {
		return prediction{Error: strings.Join(faults, "; ")}
	}
	risk := Risk(f)
	return prediction{Risk: &risk}
}

// Needs describes the features that the model needs, such as "sex: female or male".
func (Reference) Needs() []string {
	var needs []string
	readAll(func(name, rule string, _ func(any) bool) { needs = append(needs, name+": "+rule) }, &Features{})
	return needs
}

// readFeatures returns the features, or all their faults in a fixed order.
func readFeatures(values map[string]any) (f Features, faults []string) {
	check := func(name, rule string, read func(value any) bool) {
		if value, ok := values[name]; !ok {
			faults = append(faults, "feature "+name+" is missing")
		} else if !read(value) {
			faults = append(faults, "feature "+name+" must be "+rule)
		}
	}
	readAll(check, &f)
	return f, faults
}

// readAll checks every feature in a fixed order, and reads it into f.
func readAll(check func(name, rule string, read func(value any) bool), f *Features) {
	check("site_dropout_rate", "a number between 0 and 1, both excluded", func(value any) (ok bool) {
		f.SiteDropoutRate, ok = value.(float64)
		return ok && f.SiteDropoutRate > 0 && f.SiteDropoutRate < 1
	})
	check("comorbidity_count", "an integer from 0 to 30", func(value any) (ok bool) {
		f.ComorbidityCount, ok = integer(value, maxComorbidity)
		return ok
	})
	check("college_education", "true or false", func(value any) (ok bool) {
		f.CollegeEducation, ok = value.(bool)
		return ok
	})
	check("depression_score", "an integer from 0 to 52", func(value any) (ok bool) {
		f.DepressionScore, ok = integer(value, maxDepression)
		return ok
	})
	check("sex", "female or male", func(value any) (ok bool) {
		f.Sex, ok = value.(string)
		return ok && (f.Sex == "female" || f.Sex == "male")
	})
	check("married", "true or false", func(value any) (ok bool) {
		f.Married, ok = value.(bool)
		return ok
	})
}

// integer returns the value if it is an integer from 0 to most.
func integer(value any, most int) (int, bool) {
	n, ok := value.(float64)
	return int(n), ok && n == math.Trunc(n) && n >= 0 && n <= float64(most)
}
