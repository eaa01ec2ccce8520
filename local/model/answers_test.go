package model

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/workflow"
)

// Each form has an example that it fits, and that no form in another shape fits.
func TestFormsDiffer(t *testing.T) {
	for form, example := range examples {
		body, _, _ := strings.Cut(strings.TrimSuffix(example, " as text/csv"), "], the")
		if form == workflow.AnswerPairs {
			body += "]"
		}
		for _, other := range workflow.Answers {
			same := form == other || form == workflow.AnswerWithIDs && other == workflow.AnswerObjects
			if got := fits(other, []byte(body), 2); got != same {
				t.Errorf("%s as %s: %v", body, other, got)
			}
		}
		if fits(form, []byte(body), 3) {
			t.Errorf("%s fits three rows", body)
		}
	}
}

// The built-in model answers in the form that the request asks for. A row that it cannot score costs nobody else the score.
func TestReferenceAnswersInEveryForm(t *testing.T) {
	both := `{"instances": [{"id": "0", "features": ` + validFeatures + `}, {"id": "1", "features": ` + validFeatures + `}]}`
	for _, form := range workflow.Answers {
		response, err := Reference{}.Invoke(t.Context(), Request{Body: []byte(both), Attributes: workflow.AnswerAttribute + string(form)})
		if err != nil || !fits(form, []byte(response.Body), 2) || strings.HasPrefix(response.ContentType, "text/csv") != form.IsCSV() {
			t.Errorf("%s: %s %s, %v", form, response.ContentType, response.Body, err)
		}
	}
	broken := strings.Replace(both, `"id": "1", "features": `+validFeatures, `"id": "1", "features": {}`, 1)
	for form, want := range map[workflow.Answer]string{
		workflow.AnswerNumbers: `,null]}`, workflow.AnswerPairs: `,null]`, workflow.AnswerScores: `,{"error":"feature site_discontinued_share is missing`, workflow.AnswerCSV: ",nan",
	} {
		response, err := Reference{}.Invoke(t.Context(), Request{Body: []byte(broken), Attributes: workflow.AnswerAttribute + string(form)})
		if err != nil || !strings.Contains(response.Body, want) {
			t.Errorf("%s: %s, %v, want %s", form, response.Body, err, want)
		}
	}
}

// The message about an answer in another form says what came, in types and keys, and names the prop that accepts it.
//
// Requirements: SRC-07
func TestExplainNamesTheProp(t *testing.T) {
	ids := `{"instances": [{"id": "0", "features": {}}]}`
	for _, c := range []struct {
		reason, request string
		answer          workflow.Answer
		body, want      string
	}{
		{"numbers", ids, "", `{"predictions": [0.8]}`, "got predictions[0] = number, want an object with id and risk_score; to accept this form, set Container: &risk.Container{Answer: risk.AnswerNumbers} in the environment"},
		{"scores", ids, "", `[{"score": 0.8}]`, `got an array of 1 (the first: an object with score = number), want {"predictions": [{"id": "0", "risk_score": 0.8}]}, one for each row, with the id of its instance; to accept this form, set Container: &risk.Container{Answer: risk.AnswerScores} in the environment`},
		{"pairs", ids, "", `[[0.2, 0.8]]`, "risk.AnswerPairs} in the environment"},
		{"CSV", ids, "", "0.8\n", "risk.AnswerCSV} in the environment"},
		{"objects", ids, "", `{"predictions": [{"risk_score": 0.8}]}`, "risk.AnswerObjects} in the environment"},
		{"one subject", `{"features": {}}`, "", `{"predictions": [0.8]}`, "risk.AnswerNumbers} in the environment"},
		{"a form of nobody", ids, "", `{"predictions": [80]}`, "got predictions[0] = number, want an object with id and risk_score"},
		{"pairs for numbers", `{"instances": [{}]}`, workflow.AnswerNumbers, `[[0.2, 0.8]]`, "got an array of 1 (the first: an array of 2 (the first: number)), want {\"predictions\": [0.8, 0.1]}, one score for each row; to accept this form, set Container: &risk.Container{Answer: risk.AnswerPairs}"},
		{"JSON for CSV", `{"instances": [{}]}`, workflow.AnswerCSV, `{"predictions": [0.8]}`, "want 0.8,0.1 as text/csv, one score for each row; to accept this form, set Container: &risk.Container{Answer: risk.AnswerNumbers}"},
		{"text for CSV", `{"instances": [{}]}`, workflow.AnswerCSV, `high`, "does not have one number from 0 to 1 for each row: want 0.8,0.1 as text/csv"},
		{"too few", `{"instances": [[1], [2]]}`, workflow.AnswerPairs, `[[0.2, 0.8]]`, "got an array of 1 (the first: an array of 2 (the first: number)), want [[0.2, 0.8], [0.9, 0.1]], the probabilities of staying and of dropping out, one score for each row"},
	} {
		x := Exchange{Request: []byte(c.request), Answer: c.answer, Status: 200, ContentType: "text/plain", Body: []byte(c.body)}
		if got := x.Explain(); !strings.Contains(got, c.want) || strings.Contains(got, "80") {
			t.Errorf("%s: %s\nwant %s", c.reason, got, c.want)
		}
	}
}
