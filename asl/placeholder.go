package asl

import (
	"bytes"
	"fmt"
	"regexp"

	"clinical-risk-pipeline/asl/value"
)

// placeholders matches what SAM and CloudFormation substitute in a definition, such as ${RiskFunctionArn}, and the tokens of the CDK,
// such as ${Token[AWS.Region.4]}.
var placeholders = regexp.MustCompile(`\$\{[^{}"\n]+\}`)

// aboutPlaceholder explains a fault whose text has a placeholder.
func aboutPlaceholder(text string) string {
	found := placeholders.FindString(text)
	if found == "" {
		return ""
	}
	return "; " + asPlaceholder(found)
}

// typeOf returns the name of a value's type, with the text of a string that has a placeholder.
func typeOf(v any) string {
	if text, ok := v.(string); ok && placeholders.MatchString(text) {
		return fmt.Sprintf("string %q", text)
	}
	return value.TypeName(v)
}

func asPlaceholder(found string) string {
	return found + " is a placeholder of SAM, CloudFormation or the CDK: put its value into the definition first"
}

// barePlaceholders returns a fault for each placeholder outside the strings of a definition, where JSON has no such thing.
func barePlaceholders(definition []byte) (faults []error) {
	quoted := false
	for at := 0; at < len(definition); at++ {
		switch c := definition[at]; {
		case c == '\\' && quoted:
			at++
		case c == '"':
			quoted = !quoted
		case c == '$' && !quoted:
			if found := placeholders.FindIndex(definition[at:]); found != nil && found[0] == 0 {
				line := 1 + bytes.Count(definition[:at], []byte("\n"))
				faults = append(faults, &Fault{Message: fmt.Sprintf("line %d: %s", line, asPlaceholder(string(definition[at:at+found[1]])))})
				at += found[1] - 1
			}
		}
	}
	return faults
}
