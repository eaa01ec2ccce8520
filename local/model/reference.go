package model

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"time"
)

// Reference is the built-in model. It illustrates, and predicts nothing about anyone.
//
// It is a logistic regression that starts from the dropout rate of the subject's own site and shifts it by published
// effects:
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
// the mean is 0.169.) Age is left out, since it shows nothing: odds ratio 1.04. Commercial sites, hazard ratio 2.2, are
// left out because that is in the site's rate already, and ethnic origin, 2.1, because nobody should be treated by it.
//
// Why it predicts nothing: hazard ratios are used as odds ratios, effects from different trials are added as if they were
// independent, and in one real trial of 254 subjects, of whom 57% discontinued, baseline covariates barely told who (AUC
// 0.6). Whoever alerts about people uses a model that was validated on their own trial.
//
// A request is {"features": {…}}, the answer {"risk_score": 0.81}; a batch is {"instances": [{…}, …]}, the answer
// {"predictions": [{"risk_score": 0.81}, …]} in the same order. Other features are ignored. A feature that is missing
// or of the wrong type is refused, as a container would with status 400; the message names features, never values.
//
// In a batch a subject that is refused costs the others nothing: its prediction says what is wrong, {"error": "…"}, and has no
// score. A container that refuses the whole batch instead loses all of its subjects, and the coverage shows it.
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

// Features are what Reference looks at.
type Features struct {
	SiteDropoutRate  float64 // share of the site's subjects who left so far, between 0 and 1, both excluded
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

// score is the answer about one subject.
type score struct {
	Risk float64 `json:"risk_score"`
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
	err := json.Unmarshal(request.Body, &body)
	if err != nil || (body.Features == nil) == (body.Instances == nil) {
		return response, modelError(400, `the request must be {"features": {…}} or {"instances": [{…}, …]}`)
	}
	if body.Instances != nil {
		return answer(response, predict(body.Instances))
	}
	f, faults := readFeatures(body.Features)
	if len(faults) > 0 {
		return response, modelError(400, strings.Join(faults, "; "))
	}
	return answer(response, score{Risk(f)})
}

func answer(response Response, body any) (Response, error) {
	text, err := json.Marshal(body)
	response.Body = string(text)
	return response, err
}

// predict answers a batch: for every instance its score, or what is wrong with it.
func predict(instances []map[string]any) map[string]any {
	predictions := make([]any, len(instances))
	for i, instance := range instances {
		if f, faults := readFeatures(instance); len(faults) > 0 {
			predictions[i] = map[string]any{"error": strings.Join(faults, "; ")}
		} else {
			predictions[i] = score{Risk(f)}
		}
	}
	return map[string]any{"predictions": predictions}
}

// readFeatures returns the features, or everything that is wrong with them, in a fixed order.
func readFeatures(values map[string]any) (f Features, faults []string) {
	check := func(name, rule string, read func(value any) bool) {
		if value, ok := values[name]; !ok {
			faults = append(faults, "feature "+name+" is missing")
		} else if !read(value) {
			faults = append(faults, "feature "+name+" must be "+rule)
		}
	}
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
	return f, faults
}

// integer returns the value if it is an integer from 0 to most.
func integer(value any, most int) (int, bool) {
	n, ok := value.(float64)
	return int(n), ok && n == math.Trunc(n) && n >= 0 && n <= float64(most)
}
