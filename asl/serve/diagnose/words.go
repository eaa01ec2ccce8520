package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
)

// The codes of diagnostics.
const (
	schema      = "SCHEMA_VALIDATION_FAILED"
	transition  = "MISSING_TRANSITION_TARGET"
	duplicate   = "DUPLICATE_STATE_NAME"
	noEnd       = "MISSING_END_STATE"
	badName     = "INVALID_STATE_NAME"
	badLabel    = "INVALID_LABEL_NAME"
	badResource = "INVALID_RESOURCE"
	invalidJSON = "INVALID_JSON_DESCRIPTION"
	fails       = "RUNTIME_FAILURE" // of warnings; a code of this server
)

// missingField starts the message of a missing field until all of an object are known.
const missingField = "\x00"

// rule turns faults of the engine into AWS's words.
type rule struct {
	field   *regexp.Regexp // the end of the fault's field
	message *regexp.Regexp
	code    string
	whole   bool   // the location is the object that has the field, not the field
	words   string // "": the engine's. FIELD: the field's name. STATE: the state's. UNQUOTED: the quoted text that message matched
}

// rules are the faults whose words were recorded, or whose code AWS documents:
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html. The first that matches
// counts.
var rules = []rule{
	{match(`\w+`), match(`is missing.*`), schema, true, missingField + "FIELD"},
	{match(`Resource`), match(`an activity, \.sync or \.waitForTaskToken is not supported in an Express workflow`), schema, false, "EXPRESS"},
	{match(`QueryLanguage`), match(`cannot be JSONPath in a state machine whose QueryLanguage is JSONata`), schema, true,
		"'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"},
	{match(`StartAt`), match(`there is no state ("(?:[^"\\]|\\.)*").*`), transition, false, "Missing 'StartAt' target: UNQUOTED"},
	{match(`Next|Default`), match(`there is no state ("(?:[^"\\]|\\.)*").*`), transition, false, "Missing 'FIELD' target: UNQUOTED"},
	{match(``), match(`no state leads to it`), transition, false, `State "STATE" is not reachable.`},
	{match(``), match(`is defined twice.*`), duplicate, false, "Duplicate State name: STATE"},
	{match(`States`), match(`no state ends here.*`), noEnd, true, ""},
	{match(``), match(`the name must have .*`), badName, false, ""},
	{match(`Label`), match(`must have .*`), badLabel, false, ""},
	{match(`Resource`), match(`.*`), badResource, false, ""},
	{match(``), match(`needs "Next" or "End": true`), schema, false, "These fields are required: [Next] or [End]"},
}

func match(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?s:` + pattern + `)$`) }

// express are the words for what an Express workflow does not support, by the resource of the task. One text has a blank at its end.
var express = []struct{ part, words string }{
	{".waitForTaskToken", "Express state machine does not support '.waitForTaskToken' service integration "},
	{".sync", "Express state machine does not support '.sync' service integration"},
	{":activity:", "Express state machine does not support Activity ARN"},
}

// render writes a fault in AWS's words.
func (p places) render(fault *asl.Fault) Diagnostic {
	d := Diagnostic{Severity: Error, Code: schema, Message: fault.Message, Location: p.location(fault.State, fault.Field)}
	if fault.Lint {
		d.Severity, d.Code = Warning, fails
	}
	object, name := "", fault.Field
	if dot := strings.LastIndexByte(fault.Field, '.'); dot >= 0 {
		object, name = fault.Field[:dot], fault.Field[dot+1:]
	}
	d.Message = sentence(name, fault.Message)
	if fault.Lint {
		return d
	}
	for _, r := range rules {
		if !r.field.MatchString(name) || !r.message.MatchString(fault.Message) {
			continue
		}
		d.Code = r.code
		if r.words != "" {
			d.Message = p.words(r, fault, name)
		}
		if r.whole {
			d.Location = p.location(fault.State, object)
		}
		break
	}
	return d
}

// sentence puts the name of a field before the engine's words, as their subject if they need one.
func sentence(field, message string) string {
	verb, _, _ := strings.Cut(message, " ")
	switch {
	case field == "":
		return message
	case slices.Contains([]string{"is", "must", "cannot", "needs", "uses", "assigns", "has"}, verb):
		return field + " " + message
	}
	return field + ": " + message
}

// words fills in the words of a rule.
func (p places) words(r rule, fault *asl.Fault, name string) string {
	if r.words == "EXPRESS" {
		for _, e := range express {
			if strings.Contains(p.resources[fault.State], e.part) {
				return e.words
			}
		}
	}
	unquoted := ""
	if found := r.message.FindStringSubmatch(fault.Message); len(found) > 1 {
		_, _ = fmt.Sscanf(found[1], "%q", &unquoted) // The engine wrote it with %q.
	}
	return strings.NewReplacer("FIELD", name, "STATE", fault.State, "UNQUOTED", unquoted).Replace(r.words)
}
