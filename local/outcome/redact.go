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
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/workflow"
)

// withheld replaces data in a cause.
const withheld = "…"

// Redactor removes subject data from the causes of errors.
//
// Like those of AWS, some causes of the engine quote data: the whole input if a JSONPath finds nothing, or a value that cannot be
// cast. Causes in the definition and causes of stand-ins hold no data and stay unchanged.
type Redactor struct{ fixed []string } // the causes in the definition

// NewRedactor returns the redactor for the executions of a definition.
func NewRedactor(definition any) *Redactor {
	r := &Redactor{}
	r.collect(definition)
	return r
}

// collect finds the causes in the definition.
func (r *Redactor) collect(part any) {
	switch v := part.(type) {
	case *value.Object:
		if cause, ok := v.Value("Cause").(string); ok && v.Text("Type") == "Fail" {
			r.fixed = append(r.fixed, cause)
		}
		for _, m := range v.Members() {
			r.collect(m.Value)
		}
	case []any:
		for _, item := range v {
			r.collect(item)
		}
	}
}

// InDefinition tells whether a Fail state of the definition has the cause as its text.
func (r *Redactor) InDefinition(cause string) bool { return slices.Contains(r.fixed, cause) }

// For returns the function that removes the data of an execution and of its input from the causes in its history.
func (r *Redactor) For(execution *asl.Execution, input intake.Input) func(cause string) string {
	pattern := sync.OnceValue(func() *regexp.Regexp { return words(leaves(input.Value.Value(workflow.TransformedFeatures), nil)) })
	return func(cause string) string {
		if r.InDefinition(cause) || reported(execution.History, cause) {
			return cause
		}
		cause = withoutJSON(cause)
		if pattern() == nil {
			return cause
		}
		// Twice, because neighbors share the character between them.
		for range 2 {
			cause = pattern().ReplaceAllString(cause, "${1}"+withheld+"${2}")
		}
		return cause
	}
}

// Strictly returns the function that removes every cause that may quote data. A cohort has too much data to look for it in a cause.
// The cause of a Fail state stays: in a cohort pipeline it has counts.
func (r *Redactor) Strictly(execution *asl.Execution) func(cause string) string {
	return func(cause string) string {
		if r.InDefinition(cause) || reported(execution.History, cause) || cause == execution.Cause && endedInFail(execution.History) {
			return cause
		}
		return withheld
	}
}

// endedInFail tells whether a Fail state ended the execution.
func endedInFail(history []asl.Event) bool {
	return len(history) > 1 && history[len(history)-2].Type == "FailStateEntered"
}

// reported tells whether a stand-in reported an error with the cause. The names of the engine's own errors begin with "States.".
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

// leaves adds every string and number in the value to found, as they appear in a text.
func leaves(part any, found []string) []string {
	switch v := part.(type) {
	case string:
		if v != "" {
			found = append(found, v)
		}
	case float64:
		found = append(found, strconv.FormatFloat(v, 'f', -1, 64))
	case json.Number:
		found = append(found, v.String())
	case *value.Object:
		for _, m := range v.Members() {
			found = leaves(m.Value, found)
		}
	case []any:
		for _, item := range v {
			found = leaves(item, found)
		}
	}
	return found
}

// words returns a pattern that matches each text as a whole word, the longest first, or nil without texts.
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
