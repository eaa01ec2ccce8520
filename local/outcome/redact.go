package outcome

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/workflow"
)

// withheld stands for data in a cause.
const withheld = "…"

// Redactor takes subject data out of the causes of errors.
//
// Some of the engine's causes quote data, as AWS's do: the whole input where a JSONPath finds nothing, a value that cannot
// be cast. A cause that the definition spells out and one that a stand-in reports hold none, and stay as they are.
type Redactor struct{ fixed []string }

// NewRedactor returns the redactor for executions of a definition.
func NewRedactor(definition any) *Redactor {
	r := &Redactor{}
	r.collect(definition)
	return r
}

// collect finds the causes that the definition spells out.
func (r *Redactor) collect(value any) {
	switch v := value.(type) {
	case map[string]any:
		if cause, ok := v["Cause"].(string); ok && v["Type"] == "Fail" {
			r.fixed = append(r.fixed, cause)
		}
		for _, item := range v {
			r.collect(item)
		}
	case []any:
		for _, item := range v {
			r.collect(item)
		}
	}
}

// Cause returns the cause of the execution's error without data of the input.
func (r *Redactor) Cause(execution *asl.Execution, input intake.Input) string {
	if reported(execution.History, execution.Error, execution.Cause) {
		return execution.Cause
	}
	return r.Text(execution.Cause, input)
}

// Text returns a cause without the input's features and without any JSON that it quotes.
func (r *Redactor) Text(cause string, input intake.Input) string {
	if slices.Contains(r.fixed, cause) {
		return cause
	}
	cause = withoutJSON(cause)
	for _, pattern := range leaves(input.Value[workflow.TransformedFeatures], nil) {
		// Twice, because neighbours share the character between them.
		for range 2 {
			cause = pattern.ReplaceAllString(cause, "${1}"+withheld+"${2}")
		}
	}
	return cause
}

// reported tells whether a stand-in reported the error.
func reported(history []asl.Event, name, cause string) bool {
	return slices.ContainsFunc(history, func(e asl.Event) bool {
		failure, ok := e.Details.(*asl.Failure)
		return ok && e.Type == "TaskFailed" && failure.Error == name && failure.Cause == cause
	})
}

// withoutJSON replaces the JSON objects and lists in a text.
func withoutJSON(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '{' || text[i] == '[' {
			decoder := json.NewDecoder(strings.NewReader(text[i:]))
			var quoted any
			if decoder.Decode(&quoted) == nil {
				out.WriteString(withheld)
				i += int(decoder.InputOffset()) - 1
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// leaves returns a pattern for every string and number in the value, as a word of its own.
func leaves(value any, patterns []*regexp.Regexp) []*regexp.Regexp {
	switch v := value.(type) {
	case string:
		if v != "" {
			patterns = append(patterns, word(v))
		}
	case float64:
		patterns = append(patterns, word(strconv.FormatFloat(v, 'f', -1, 64)))
	case json.Number:
		patterns = append(patterns, word(v.String()))
	case map[string]any:
		for _, item := range v {
			patterns = leaves(item, patterns)
		}
	case []any:
		for _, item := range v {
			patterns = leaves(item, patterns)
		}
	}
	return patterns
}

func word(text string) *regexp.Regexp {
	return regexp.MustCompile(`(^|[^\pL\pN])` + regexp.QuoteMeta(text) + `($|[^\pL\pN])`)
}
