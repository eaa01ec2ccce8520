package intake

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow"
)

const example = `like {"subject": "S-0001", "trialId": "T-1", "transformed_features": {…}}`

// object parses the object of a line or document.
func (l line) object(example string) (*value.Object, error) {
	if !utf8.Valid(l.text) {
		return nil, errors.New("not UTF-8 text: save the file as UTF-8")
	}
	if err := strictjson.Check(l.text); err != nil {
		return nil, fmt.Errorf("not valid JSON (%w): write one object, %s", at(l, err), example)
	}
	decoded, err := asl.Decode(l.text)
	if err != nil {
		return nil, err
	}
	object, ok := decoded.(*value.Object)
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
	// Copies: the texts of the object share the memory of the whole line.
	input.Subject, input.TrialID = strings.Clone(object.Text(workflow.Subject)), strings.Clone(object.Text(workflow.TrialID))
	note(checkID(object, workflow.Subject, "the subject's pseudonymous id"))
	note(checkID(object, workflow.TrialID, "the trial's id"))
	if features, given := object.Get(workflow.TransformedFeatures); !given {
		note(workflow.TransformedFeatures + " is missing: give the model's features, an object")
	} else if _, ok := features.(*value.Object); !ok {
		note(workflow.TransformedFeatures + " must be an object: the model's features by name")
	}
	if len(faults) > 0 {
		return input, errors.New(strings.Join(faults, "; "))
	}
	return input, nil
}

// checkID returns the fault of an id, "" for none. Ids appear on terminals, in the arguments of jobs and in the keys of records.
func checkID(object *value.Object, field, meaning string) string {
	given := object.Has(field)
	id, ok := object.Value(field).(string)
	switch {
	case !given:
		return field + " is missing: give " + meaning + ", a string"
	case !ok:
		return field + " must be a string: " + meaning
	case !workflow.IsID(id):
		return field + " " + workflow.IDRule
	}
	return ""
}

// at adds the place of a fault in the text.
func at(l line, err error) error {
	fault, ok := errors.AsType[*strictjson.SyntaxError](err)
	if !ok || int(fault.Offset) >= len(bytes.TrimRight(l.text, " \t\r\n")) {
		return err
	}
	before := l.text[:fault.Offset]
	column := len(before) - bytes.LastIndexByte(before, '\n')
	if row := bytes.Count(before, []byte("\n")); row > 0 {
		return fmt.Errorf("line %d, column %d: %w", row+1, column, err)
	}
	return fmt.Errorf("column %d: %w", column, err)
}
