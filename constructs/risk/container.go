package risk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/workflow"
)

// Answer is a form in which a container gives the scores.
type Answer = workflow.Answer

// The forms. Without ids, nothing shows that a score belongs to its subject: the answer is taken to be in the order of the request, and
// the decision records say so.
const (
	AnswerWithIDs = workflow.AnswerWithIDs // {"predictions": [{"id": "17", "risk_score": 0.8}, …]}, each id once, in any order
	AnswerObjects = workflow.AnswerObjects // {"predictions": [{"risk_score": 0.8}, …]}
	AnswerNumbers = workflow.AnswerNumbers // {"predictions": [0.8, …]}
	AnswerScores  = workflow.AnswerScores  // [{"score": 0.8}, …], with no other member
	AnswerPairs   = workflow.AnswerPairs   // [[0.2, 0.8], …]: the probabilities of staying and of dropping out
	AnswerCSV     = workflow.AnswerCSV     // 0.8,0.1 or a line for each: text/csv, as SageMaker's XGBoost answers
)

// Container says in which forms the container of a model takes subjects and gives their scores. A request is
//
//	{"instances": [{…}, …]}                                the features of each subject
//	{"instances": [{"id": "17", "features": {…}}, …]}      the same with AnswerWithIDs
//	{"instances": [[71, 0.3], …]}                          with Columns; with AnswerWithIDs, "features" is the array
//
// as application/json: Step Functions sends the JSON text of a body, so that lines of CSV would arrive as a quoted text. The pipeline for
// one subject sends one instance, so that a container serves both. Every answer must have one score for each instance. A score that is
// not a number from 0 to 1 costs its own subject the score; an answer with another number of scores or in another form costs the whole
// request.
type Container struct {
	// Answer is the form of an answer. Default: AnswerWithIDs.
	Answer Answer

	// Columns are the features that the container takes, in its order. Each instance then is an array of their values, null where one is
	// missing. A subject with a list or an object as a value is not scored. Default: an instance is an object with all features.
	Columns []string
}

// maxColumns keeps the expression of a request readable.
const maxColumns = 500

func (c *Container) validate() fault.List {
	var faults fault.List
	if c.Answer != "" && !slices.Contains(workflow.Answers, c.Answer) {
		faults.Add("Answer", fmt.Sprintf("must be one of %v", workflow.Answers), string(c.Answer))
	}
	if len(c.Columns) > maxColumns {
		faults.Add("Columns", fmt.Sprintf("must be %d at most", maxColumns), len(c.Columns))
	}
	for i, name := range c.Columns {
		switch {
		case name == "" || strings.ContainsAny(name, "%{}\\\""):
			faults.Add(fmt.Sprintf("Columns[%d]", i), `must be a name without %, {, }, \ and "`, name)
		case slices.Contains(c.Columns[:i], name):
			faults.Add(fmt.Sprintf("Columns[%d]", i), "must be unique", fault.Twice(name))
		}
	}
	return faults
}

// answer is the form of an answer. A nil container answers with ids.
func (c *Container) answer() Answer {
	if c == nil || c.Answer == "" {
		return AnswerWithIDs
	}
	return c.Answer
}

// attributes are the CustomAttributes of a request, "" for the default form.
func (c *Container) attributes() string {
	if c.answer() == AnswerWithIDs {
		return ""
	}
	return workflow.AnswerAttribute + string(c.answer())
}

// accept is the type of an answer.
func (c *Container) accept() string {
	if c.answer().IsCSV() {
		return "text/csv"
	}
	return "application/json"
}

// sendable is the JSONata expression of whether features, $f, can be sent.
func (c *Container) sendable() string {
	if c == nil || len(c.Columns) == 0 {
		return `$type($f) = "object"`
	}
	return `$type($f) = "object" ? $count($filter(` + c.columns() + `, function($n) { $type($lookup($f, $n)) in ["array", "object"] })) = 0 : false`
}

// row is the JSONata expression of an instance's features, $f.
func (c *Container) row() string {
	if c == nil || len(c.Columns) == 0 {
		return "$f"
	}
	cells := make([]string, len(c.Columns))
	for i, name := range c.Columns {
		cells[i] = fmt.Sprintf("$cell($f, %s)", quoted(name))
	}
	return "[" + strings.Join(cells, ", ") + "]"
}

// columns is the JSONata array of the columns' names.
func (c *Container) columns() string {
	names := make([]string, len(c.Columns))
	for i, name := range c.Columns {
		names[i] = quoted(name)
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// quoted is a text as a JSONata literal.
func quoted(text string) string {
	literal, err := json.Marshal(text)
	if err != nil {
		panic(err) // No text fails.
	}
	return string(literal)
}

// instances is the JSONata expression of a request's instances. list has the subjects, each with an index and an item. An array of rows
// stays one: $append takes a literal [[…]] as one row, where $map would lose the brackets of a single one.
func (c *Container) instances(list string) string {
	define := ""
	if c != nil && len(c.Columns) > 0 {
		define = `$cell := function($f, $n) { $exists($lookup($f, $n)) ? $lookup($f, $n) : null }; `
	}
	if c.answer() == AnswerWithIDs {
		return define + `[$map(` + list + `, function($i) {( $f := $i.item.features; {"id": $string($i.index), "features": ` + c.row() + `} )})]`
	}
	return define + `$reduce(` + list + `, function($all, $i) {( $f := $i.item.features; $append($all, [` + c.row() + `]) )}, [])`
}

// reading is the JSONata code that reads the answer's predictions. The answer is $clear if its text has every name where it belongs and
// nowhere else, says "error" in predictions only, and has one prediction for each element of $asked. A prediction is $scored if it has a
// $value from 0 to 1 and does not say "error". Its $why are at most three reasons.
func (c *Container) reading() string {
	form := forms[c.answer()]
	return strings.NewReplacer("VALUE", form.value, "LIST", form.list, "NAMED", form.named, "ANSWER", form.parse, "WHY", form.why).Replace(`
  $answer := ANSWER;
  $value := function($p) { VALUE };
  $scored := function($p) { $type($value($p)) = "number" ? ($value($p) >= 0 and $value($p) <= 1 and ($said = 0 ? true : $errors($string($p)) = 0)) : false };
  $why := function($p) { WHY };
  $predictions := LIST;
  $clear := $type($predictions) = "array" ? ($count($predictions) = $count($asked) and $not($contains($body, "\\")) and
    ($said = 0 ? true : $errors($string($predictions)) = $said)NAMED) : false`)
}

// form is how one form of answers is read: parts of [Container.reading].
type form struct {
	parse string // the text
	list  string // the predictions in the answer
	value string // of a prediction, $p
	why   string // the reasons of a prediction, $p
	named string // what the names in the text must be
}

// reasons are those that a prediction gives: at most three, each with the name of a feature and its contribution.
const reasons = `$type($p) = "object" ? ($type($p.reasons) = "array" ? ($count($p.reasons) <= 3 ? [$map($filter($p.reasons, function($r) {
    $type($r) = "object" ? ($type($r.feature) = "string" and $type($r.contribution) = "number" ? $length($r.feature) <= 64 : false) : false
  }), function($r) {{"feature": $r.feature, "contribution": $r.contribution}})] : []) : []) : []`

// inPredictions reads an object with the member predictions.
var inPredictions = form{
	parse: `$parse($body)`,
	list:  `$type($answer) = "object" ? $answer.predictions : null`,
	value: `$type($p) = "object" ? $p.risk_score : null`,
	why:   reasons,
	named: ` and $occurs("\"predictions\"") = 1 and $occurs("\"risk_score\"") = $count($filter($predictions, function($p) { $type($p) = "object" ? $exists($p.risk_score) : false }))`,
}

// forms are all forms of answers.
var forms = map[Answer]form{
	AnswerWithIDs: inPredictions.with(func(f *form) { f.named += ` and $occurs("\"id\"") = $count($asked)` }),
	AnswerObjects: inPredictions,
	AnswerNumbers: inPredictions.with(func(f *form) {
		f.value, f.why, f.named = "$p", "[]", ` and $occurs("\"predictions\"") = 1`
	}),
	AnswerScores: {
		parse: `$parse($body)`,
		list:  `$answer`,
		value: `$type($p) = "object" ? ($count($keys($p)) = 1 ? $p.score : null) : null`,
		why:   "[]",
		named: ` and $occurs("\"score\"") = $count($filter($predictions, function($p) { $type($p) = "object" ? $exists($p.score) : false }))`,
	},
	AnswerPairs: {
		parse: `$parse($body)`,
		list:  `$answer`,
		value: `$type($p) = "array" ? ($count($p) = 2 ? ($type($p[0]) = "number" and $type($p[1]) = "number" ? ($p[0] >= 0 and $abs($p[0] + $p[1] - 1) <= 0.001 ? $p[1] : null) : null) : null) : null`,
		why:   "[]",
	},
	AnswerCSV: {
		parse: `[$map($split($replace($replace($body, /[\r\n]+$/, ""), /[\r\n]+/, ","), ","), function($t) { $contains($trim($t), /^[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/) ? $number($trim($t)) : null })]`,
		list:  `$answer`,
		value: "$p",
		why:   "[]",
	},
}

// with returns a changed copy.
func (f form) with(change func(*form)) form {
	change(&f)
	return f
}
