package intake

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/workflow"
)

const cohortExample = `like {"subject": "S-0001", "features": {…}}`

// OpenCohort reads the file at path, or stdin for "-", as a cohort, and checks it as Open does.
//
// In JSON Lines, a line has a subject, and may have features, an object. A subject without features is not a fault of the file: the
// pipeline counts it as not scored. A line may have other fields. In a CSV or Parquet file, a row has a subject and its features, a
// column each. An empty cell, NA, NaN, NULL and a dot are missing values, null. The cells of a CSV column are all numbers, all true
// or false, or all text. A column with the site of the subject is no feature.
//
// Requirements: SRC-12
func OpenCohort(ctx context.Context, path string, stdin io.Reader, table Table) (*File, error) {
	f := &File{parse: parseSubject, example: cohortExample}
	convert := func(ctx context.Context) error { return f.convert(ctx, table) }
	if err := f.openAndCheck(ctx, path, stdin, convert); err != nil {
		return nil, err
	}
	return f, nil
}

// parseSubject reads one line of a cohort. The error joins all faults in one line.
func parseSubject(l line) (Input, error) {
	input := Input{Line: l.number}
	object, err := l.object(cohortExample)
	if err != nil {
		return input, err
	}
	input.Value = object
	input.Subject = strings.Clone(object.Text(workflow.Subject))
	var faults []string
	if fault := checkID(object, workflow.Subject, "the subject's pseudonymous id"); fault != "" {
		faults = append(faults, fault)
	}
	if object.Has(workflow.TransformedFeatures) {
		faults = append(faults, "this line is an input for a run without --cohort: omit --cohort, or rename "+workflow.TransformedFeatures+" to "+workflow.Features)
	}
	if features := object.Value(workflow.Features); features != nil {
		if _, ok := features.(*value.Object); !ok {
			faults = append(faults, workflow.Features+" must be an object: the model's features by name")
		}
	}
	if len(faults) > 0 {
		return input, errors.New(strings.Join(faults, "; "))
	}
	return input, nil
}

// WriteLines writes the lines of the file unchanged, except that it drops byte order mark, empty lines and carriage returns.
func (f *File) WriteLines(w io.Writer) error {
	out := bufio.NewWriter(w)
	for line, err := range f.lines() {
		if err != nil {
			return err
		}
		if _, err := out.Write(append(line.text, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}
