package model

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow"
)

// answerOf is the form that a request asks for by its CustomAttributes; "" for those that the pipeline asks for by default.
func answerOf(attributes string) workflow.Answer {
	form, found := strings.CutPrefix(attributes, workflow.AnswerAttribute)
	if !found {
		return ""
	}
	return workflow.Answer(form)
}

// examples shows each form, for two rows.
var examples = map[workflow.Answer]string{
	workflow.AnswerWithIDs: `{"predictions": [{"id": "0", "risk_score": 0.8}, {"id": "1", "risk_score": 0.1}]}`,
	workflow.AnswerObjects: `{"predictions": [{"risk_score": 0.8}, {"risk_score": 0.1}]}`,
	workflow.AnswerNumbers: `{"predictions": [0.8, 0.1]}`,
	workflow.AnswerScores:  `[{"score": 0.8}, {"score": 0.1}]`,
	workflow.AnswerPairs:   `[[0.2, 0.8], [0.9, 0.1]], the probabilities of staying and of dropping out`,
	workflow.AnswerCSV:     `0.8,0.1 as text/csv`,
}

// props names each form as a value of the construct's prop.
var props = map[workflow.Answer]string{
	workflow.AnswerWithIDs: "AnswerWithIDs", workflow.AnswerObjects: "AnswerObjects", workflow.AnswerNumbers: "AnswerNumbers",
	workflow.AnswerScores: "AnswerScores", workflow.AnswerPairs: "AnswerPairs", workflow.AnswerCSV: "AnswerCSV",
}

// fits tells whether an answer has the form, with a usable score for each of the rows.
func fits(form workflow.Answer, body []byte, rows int) bool {
	if form == workflow.AnswerCSV {
		cells := strings.Split(strings.NewReplacer("\r\n", ",", "\n", ",").Replace(strings.TrimRight(string(body), "\r\n")), ",")
		return len(cells) == rows && every(cells, func(cell string) bool {
			number, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
			return err == nil && isScore(number)
		})
	}
	if form == workflow.AnswerScores {
		var list []map[string]any
		return strictjson.Unmarshal(body, &list) == nil && len(list) == rows && every(list, func(one map[string]any) bool {
			return len(one) == 1 && isScore(one["score"])
		})
	}
	if form == workflow.AnswerPairs {
		var list [][]float64
		return strictjson.Unmarshal(body, &list) == nil && len(list) == rows && every(list, func(pair []float64) bool {
			return len(pair) == 2 && pair[0] >= 0 && isScore(pair[1]) && math.Abs(pair[0]+pair[1]-1) <= 0.001
		})
	}
	var object struct {
		Predictions []any `json:"predictions"`
	}
	return strictjson.Unmarshal(body, &object) == nil && len(object.Predictions) == rows && every(object.Predictions, func(one any) bool {
		prediction, isObject := one.(map[string]any)
		_, labelled := prediction["id"].(string)
		switch form {
		case workflow.AnswerNumbers:
			return isScore(one)
		case workflow.AnswerWithIDs:
			return labelled && isScore(prediction["risk_score"])
		}
		return isObject && isScore(prediction["risk_score"])
	})
}

func every[T any](list []T, holds func(T) bool) bool {
	for _, one := range list {
		if !holds(one) {
			return false
		}
	}
	return true
}

// isScore tells whether a value is a number from 0 to 1.
func isScore(value any) bool {
	number, ok := value.(float64)
	return ok && number >= 0 && number <= 1
}

// remedy names the prop that accepts an answer which is not in the wanted form; "" if no form fits.
func remedy(wanted workflow.Answer, body []byte, rows int) string {
	for _, form := range workflow.Answers {
		if form != wanted && fits(form, body, max(rows, 1)) {
			return "; to accept this form, set Container: &risk.Container{Answer: risk." + props[form] + "} in the environment"
		}
	}
	return ""
}

// inForm is the answer about the rows in a form. A row without a score is null or an error; in text/csv it is nan.
func inForm(form workflow.Answer, predictions []prediction) (body, contentType string, err error) {
	scores := make([]any, len(predictions))
	cells := make([]string, len(predictions))
	for i, p := range predictions {
		switch cells[i] = "nan"; {
		case p.Risk != nil && form == workflow.AnswerPairs:
			scores[i] = []float64{1 - *p.Risk, *p.Risk}
		case p.Risk != nil && form == workflow.AnswerScores:
			scores[i] = map[string]any{"score": *p.Risk}
		case p.Risk != nil:
			scores[i], cells[i] = *p.Risk, strconv.FormatFloat(*p.Risk, 'g', -1, 64)
		case form == workflow.AnswerScores:
			scores[i] = map[string]any{"error": p.Error}
		}
	}
	var answer any = map[string]any{"predictions": predictions}
	switch form {
	case workflow.AnswerCSV:
		return strings.Join(cells, ","), "text/csv", nil
	case workflow.AnswerNumbers:
		answer = map[string]any{"predictions": scores}
	case workflow.AnswerPairs, workflow.AnswerScores:
		answer = scores
	}
	var text bytes.Buffer
	err = json.NewEncoder(&text).Encode(answer)
	return strings.TrimSuffix(text.String(), "\n"), "application/json", err
}
