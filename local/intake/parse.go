package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/workflow"
)

const example = `like {"subject": "S-0001", "trialId": "T-1", "transformed_features": {…}}`

// idPattern is what the first state of an execution takes for an id.
var idPattern = regexp.MustCompile(fmt.Sprintf(`^[A-Za-z0-9][A-Za-z0-9._-]{0,%d}$`, workflow.MaxID-1))

// object parses the object of a line or document.
func (l line) object(example string) (map[string]any, error) {
	if !utf8.Valid(l.text) {
		return nil, errors.New("not UTF-8 text: save the file as UTF-8")
	}
	value, err := asl.Decode(l.text)
	if err != nil {
		return nil, fmt.Errorf("not valid JSON (%w): write one object, %s", at(l, err), example)
	}
	object, ok := value.(map[string]any)
	switch {
	case !ok && l.single:
		return nil, errors.New("a .json file must be one input, an object: put several inputs into a .jsonl file, one on each line")
	case !ok:
		return nil, fmt.Errorf("the line must be an object, %s", example)
	}
	return object, nil
}

// parse reads one input and checks the fields that every execution needs. The error joins all faults in one line.
func parse(l line) (Input, error) {
	input := Input{Line: l.number}
	object, err := l.object(example)
	if err != nil {
		return input, err
	}
	var faults []string
	note := func(fault string) {
		if fault != "" {
			faults = append(faults, fault)
		}
	}
	input.Value = object
	input.Subject, _ = object[workflow.Subject].(string)
	input.TrialID, _ = object[workflow.TrialID].(string)
	note(checkID(object, workflow.Subject, "the subject's pseudonymous id"))
	note(checkID(object, workflow.TrialID, "the trial's id"))
	if features, given := object[workflow.TransformedFeatures]; !given {
		note(workflow.TransformedFeatures + " is missing: give the model's features, an object")
	} else if _, ok := features.(map[string]any); !ok {
		note(workflow.TransformedFeatures + " must be an object: the model's features by name")
	}
	if len(faults) > 0 {
		return input, errors.New(strings.Join(faults, "; "))
	}
	return input, nil
}

// checkID returns the fault of an id, "" for none. Ids appear on terminals, in the arguments of jobs and in the keys of records.
func checkID(object map[string]any, field, meaning string) string {
	value, given := object[field]
	id, ok := value.(string)
	switch {
	case !given:
		return field + " is missing: give " + meaning + ", a string"
	case !ok || strings.TrimSpace(id) == "":
		return field + " must be a non-empty string: " + meaning
	case !idPattern.MatchString(id):
		return fmt.Sprintf("%s must have at most %d letters, digits, dots, underscores and hyphens, and begin with a letter or a digit", field, workflow.MaxID)
	}
	return ""
}

// at adds the place of a syntax error in the text. The error itself repeats at most one character of the text.
func at(l line, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errors.New("it ends too early")
	}
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	before := l.text[:min(int(syntax.Offset), len(l.text))]
	column := len(before) - 1 - bytes.LastIndexByte(before, '\n')
	if row := bytes.Count(before, []byte("\n")); row > 0 {
		return fmt.Errorf("line %d, column %d: %w", row+1, column, err)
	}
	return fmt.Errorf("column %d: %w", column, err)
}
