package outcome

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

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

// For returns the function that takes the data of an execution, and of its input, out of the causes in its history.
func (r *Redactor) For(execution *asl.Execution, input intake.Input) func(cause string) string {
	pattern := sync.OnceValue(func() *regexp.Regexp { return words(leaves(input.Value[workflow.TransformedFeatures], nil)) })
	return func(cause string) string {
		if slices.Contains(r.fixed, cause) || reported(execution.History, cause) {
			return cause
		}
		cause = withoutJSON(cause)
		if pattern() == nil {
			return cause
		}
		// Twice, because neighbours share the character between them.
		for range 2 {
			cause = pattern().ReplaceAllString(cause, "${1}"+withheld+"${2}")
		}
		return cause
	}
}

// Strictly returns the function that takes every cause out of a history that may quote data, as a whole: a cohort has too much
// of it to look for. What a Fail state says stays; that of a cohort says counts.
func (r *Redactor) Strictly(execution *asl.Execution) func(cause string) string {
	return func(cause string) string {
		if slices.Contains(r.fixed, cause) || reported(execution.History, cause) || cause == execution.Cause && endedInFail(execution.History) {
			return cause
		}
		return withheld
	}
}

// endedInFail tells whether a Fail state ended the execution.
func endedInFail(history []asl.Event) bool {
	return len(history) > 1 && history[len(history)-2].Type == "FailStateEntered"
}

// reported tells whether a stand-in reported an error with that cause. Errors of the engine are called States.….
func reported(history []asl.Event, cause string) bool {
	return slices.ContainsFunc(history, func(e asl.Event) bool {
		failure, ok := e.Details.(*asl.Failure)
		return ok && e.Type == "TaskFailed" && failure.Cause == cause && !strings.HasPrefix(failure.Error, "States.")
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

// leaves returns every string and number in the value, as they appear in a text.
func leaves(value any, found []string) []string {
	switch v := value.(type) {
	case string:
		if v != "" {
			found = append(found, v)
		}
	case float64:
		found = append(found, strconv.FormatFloat(v, 'f', -1, 64))
	case json.Number:
		found = append(found, v.String())
	case map[string]any:
		for _, item := range v {
			found = leaves(item, found)
		}
	case []any:
		for _, item := range v {
			found = leaves(item, found)
		}
	}
	return found
}

// words returns the pattern of any of the texts as a word of its own, the longest first; nil for none.
func words(texts []string) *regexp.Regexp {
	if len(texts) == 0 {
		return nil
	}
	slices.SortFunc(texts, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	for i, text := range texts {
		texts[i] = regexp.QuoteMeta(text)
	}
	return regexp.MustCompile(`(^|[^\pL\pN])(?:` + strings.Join(slices.Compact(texts), "|") + `)($|[^\pL\pN])`)
}
