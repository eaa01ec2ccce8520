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
// It is a logistic regression that starts from the share of the site's subjects who discontinued, and shifts it by published effects. It
// uses three features of the data dictionary, docs/features.md:
//
//	feature                   type and range            coefficient
//	site_discontinued_share   number from 0 to 1        its log odds, coefficient 1: the base rate. A share below 0.02 counts as
//	                                                    0.02, and one above 0.98 as 0.98: the log odds of 0 and 1 are infinite
//	medical_history_count     integer, 0 to 200         ln 1.11 each: odds ratio 1.11 (1.07 to 1.14) for a comorbidity, 92 trials,
//	                                                    Lees 2022, BMJ Medicine e000217
//	depression_score          integer, 0 to 52, or null ln 1.3 from 6 on: hazard ratio 1.3, Edland 2010, PMC2922976 (Hamilton's scale).
//	                                                    null, where a trial has no such questionnaire, shifts nothing
//
// The intercept is calibrated so that the mean over the population of examples/sample is 0.30, the dropout in the trial of
// 769 people with mild cognitive impairment from which Edland took the effect. (Over 90 trials of all kinds the mean is 0.169.) The model
// omits age, which has no effect: odds ratio 1.04. It omits commercial sites, hazard ratio 2.2, because the site's share includes them,
// education, hazard ratio 1.6, which no SDTM table has, and ethnic origin, hazard ratio 2.1, because it must not decide how people are
// treated.
//
// It predicts nothing for three reasons. It uses hazard ratios as odds ratios. It adds effects from different trials as if they were
// independent. And in one real trial of 254 subjects, of whom 57% discontinued, baseline covariates hardly predicted who (AUC 0.6).
// Before you alert about people, train a model on your own trial, as docs/model.md shows, and read its card.
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
	intercept    = -0.419 // see TestPopulation in examples/sample
	perCondition = math.Log(1.11)
	depressed    = math.Log(1.3)
)

const (
	depressedFrom = 6
	maxHistory    = 200
	maxDepression = 52
	smallestShare = 0.02
	largestShare  = 0.98
	referenceTime = 20 * time.Millisecond
)

// Features are the features that Reference uses.
type Features struct {
	SiteDiscontinuedShare float64 // the share of the site's other subjects who discontinued so far, 0 to 1
	MedicalHistoryCount   int     // conditions of the medical history, 0 to 200
	DepressionScore       int     // Hamilton's scale, 0 to 52; 0 where the trial has no such questionnaire
}

// Risk returns the risk of dropout, between 0 and 1.
func Risk(f Features) float64 {
	share := min(max(f.SiteDiscontinuedShare, smallestShare), largestShare)
	logOdds := intercept + math.Log(share/(1-share)) + perCondition*float64(f.MedicalHistoryCount)
	if f.DepressionScore >= depressedFrom {
		logOdds += depressed
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
		response.Body, response.ContentType, err = inForm(answerOf(request.Attributes), predictAll(body.Instances))
		return response, err
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

// Needs describes the features that the model needs, such as "site_discontinued_share: a number from 0 to 1".
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
	check("site_discontinued_share", "a number from 0 to 1", func(value any) (ok bool) {
		f.SiteDiscontinuedShare, ok = value.(float64)
		return ok && f.SiteDiscontinuedShare >= 0 && f.SiteDiscontinuedShare <= 1
	})
	check("medical_history_count", "an integer from 0 to 200", func(value any) (ok bool) {
		f.MedicalHistoryCount, ok = integer(value, maxHistory)
		return ok
	})
	check("depression_score", "an integer from 0 to 52, or null", func(value any) (ok bool) {
		f.DepressionScore, ok = integer(value, maxDepression)
		return ok || value == nil
	})
}

// integer returns the value if it is an integer from 0 to most.
func integer(value any, most int) (int, bool) {
	n, ok := value.(float64)
	return int(n), ok && n == math.Trunc(n) && n >= 0 && n <= float64(most)
}
