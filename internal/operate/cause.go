package operate

import (
	"regexp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/local/outcome"
)

// Withheld replaces a cause that may quote data.
const Withheld = "the cause is withheld, because it may quote data: the console shows it"

// Causes decides which causes of errors a person may see here. The cause of an error can quote the data that a task was given: the request
// that a model refused, or the input in which a path found nothing. So a cause is shown if the definition has its text, if a Fail state of
// the definition made it, and else only the part in which AWS says which service answered with which status.
type Causes struct{ redactor *outcome.Redactor }

// NewCauses returns the rules for executions of a definition, JSON. Without it, no text of the definition is known.
func NewCauses(definition []byte) Causes {
	decoded, err := asl.Decode(definition)
	if err != nil {
		decoded = nil
	}
	return Causes{outcome.NewRedactor(decoded)}
}

// answered is how the SDK of AWS ends its messages.
var answered = regexp.MustCompile(`\((Service: [A-Za-z0-9]{1,40}[,;] Status Code: \d{3}(?:[,;] Error Code: [A-Za-z0-9.]{1,80})?[,;] Request ID: [0-9A-Za-z-]{1,64})[^()]*\)(?: ?\(SDK Attempt Count: \d+\))?$`)

// Of returns what a person may see of a cause. failState says that a Fail state ended the execution with it.
func (c Causes) Of(cause string, failState bool) string {
	switch {
	case cause == "" || failState || c.redactor.InDefinition(cause):
		return cause
	}
	if match := answered.FindStringSubmatch(cause); match != nil {
		return match[1]
	}
	return Withheld
}
