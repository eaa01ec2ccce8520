package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow"
)

// decode parses an answer. The fault says why it is not JSON, "" if it is.
func decode(body []byte) (value any, fault string) {
	if strictjson.Unmarshal(body, &value) == nil {
		return value, ""
	}
	if text := string(body); strings.Contains(text, "NaN") || strings.Contains(text, "Infinity") {
		return nil, " (it has NaN or Infinity, which JSON does not have)"
	}
	if bytes.ContainsRune(bytes.TrimSpace(body), '\'') {
		return nil, " (it has single quotes: it may be Python's own text of an object; use json.dumps)"
	}
	return nil, " (it may be CSV or plain text)"
}

// wanted is the answer that a request asks for.
type wanted struct {
	text string // the remedy
	rows int    // of the request's instances; 0 for one subject
	ids  []string
	form workflow.Answer
	any  bool // the request is in neither form of this package
}

// want returns what the request asks for.
func (x *Exchange) want() wanted {
	var request struct {
		Features  json.RawMessage
		Instances []json.RawMessage
	}
	_ = json.Unmarshal(x.Request, &request)
	if x.Answer != "" && x.Answer != workflow.AnswerObjects {
		return wanted{text: "want " + examples[x.Answer] + ", one score for each row", rows: len(request.Instances), form: x.Answer}
	}
	if request.Features != nil {
		return wanted{text: `want an object with risk_score, such as {"risk_score": 0.8}`}
	}
	if request.Instances == nil {
		return wanted{text: "see docs/run.md for the answers that the pipeline accepts", any: true}
	}
	w := wanted{text: `want {"predictions": [{"risk_score": 0.8}]}, one for each row`, rows: len(request.Instances), form: workflow.AnswerObjects}
	for _, text := range request.Instances {
		var instance struct{ ID string }
		if json.Unmarshal(text, &instance) == nil && instance.ID != "" {
			w.ids = append(w.ids, instance.ID)
			w.form = workflow.AnswerWithIDs
			w.text = `want {"predictions": [{"id": "0", "risk_score": 0.8}]}, one for each row, with the id of its instance`
		}
	}
	return w
}

// compare says where an answer differs from the wanted one.
func (w wanted) compare(value any, body []byte) string {
	if w.any {
		return "got " + shape(value) + ": " + w.text
	}
	object, isObject := value.(map[string]any)
	if w.rows == 0 {
		return w.orOther(w.score("", value), body)
	}
	predictions, given := object["predictions"]
	list, isList := predictions.([]any)
	switch {
	case !isObject, !given:
		return "got " + shape(value) + ", " + w.text
	case !isList:
		return "got predictions = " + shape(predictions) + ", want an array with one prediction for each row"
	case len(list) != w.rows:
		return fmt.Sprintf("got %d predictions for the number of rows that were sent, %d: want one for each row", len(list), w.rows)
	}
	for i, prediction := range list {
		at := fmt.Sprintf("predictions[%d]", i)
		if difference := w.score(at, prediction); difference != "" {
			return difference
		}
		if difference := w.id(at, prediction); difference != "" {
			return difference
		}
	}
	return w.orOther("", body)
}

// score says how a prediction differs from an object with a risk score, "" if it does not.
func (w wanted) score(at string, prediction any) string {
	name, what := at, "an object with risk_score"
	if w.ids != nil {
		what = "an object with id and risk_score"
	}
	if at != "" {
		name, at = at+" = ", at+"."
	}
	object, isObject := prediction.(map[string]any)
	risk, given := object["risk_score"]
	number, isNumber := risk.(float64)
	switch {
	case !isObject, !given:
		return "got " + name + shape(prediction) + ", want " + what
	case !isNumber:
		return "got " + at + "risk_score = " + shape(risk) + ", want a number from 0 to 1"
	case number < 0:
		return "got " + at + "risk_score = a number below 0, want a number from 0 to 1, a probability"
	case number > 1:
		return "got " + at + "risk_score = a number above 1, want a number from 0 to 1, a probability"
	}
	return ""
}

// id says how the id of a prediction differs from those of the request.
func (w wanted) id(at string, prediction any) string {
	if w.ids == nil {
		return ""
	}
	id, given := prediction.(map[string]any)["id"]
	text, isText := id.(string)
	switch {
	case !given:
		return "got " + at + " = " + shape(prediction) + ", want the id of its instance, too"
	case !isText:
		return "got " + at + ".id = " + shape(id) + ", want the id of its instance, a string"
	case !slices.Contains(w.ids, text):
		return "got " + at + ".id = another id than that of the instance: repeat the id of the request"
	}
	return ""
}

// orOther explains an answer that has a score where it belongs.
func (w wanted) orOther(difference string, body []byte) string {
	switch {
	case difference != "":
		return difference
	case bytes.Contains(bytes.ToLower(body), []byte("error")):
		return `the answer says "error" somewhere: the pipeline trusts no score of such an answer`
	case bytes.Contains(body, []byte(`\`)):
		return "the answer has a backslash: the pipeline reads no answer with escapes"
	}
	return "the answer has the wanted form, and the pipeline does not use it: a name, such as risk_score, may be in it more than once"
}

// The limits of a described value.
const (
	maxKeys = 8
	maxKey  = 40
)

// shape describes a value by its types and keys.
func shape(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		if len(value) == 0 {
			return "an empty array"
		}
		return fmt.Sprintf("an array of %d (the first: %s)", len(value), shape(value[0]))
	}
	object, _ := value.(map[string]any)
	if len(object) == 0 {
		return "an empty object"
	}
	var members []string
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if len(members) == maxKeys {
			members = append(members, fmt.Sprintf("%d more", len(object)-maxKeys))
			break
		}
		kind := shape(object[key])
		switch key = clip(key); {
		case strings.HasPrefix(kind, "an array of"):
			kind = "an array"
		case strings.HasPrefix(kind, "an object with"):
			kind = "an object"
		}
		members = append(members, key+" = "+kind)
	}
	return "an object with " + strings.Join(members, ", ")
}

func clip(key string) string {
	if runes := []rune(key); len(runes) > maxKey {
		return string(runes[:maxKey]) + "…"
	}
	return key
}
