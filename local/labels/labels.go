// Package labels compares scores with outcomes that are known, such as those of a trial that has ended.
//
// A file of labels has a subject and its outcome on each line or row: true or 1 if the subject dropped out, false or 0 if not. An outcome
// that is null or an empty cell is not known, and does not count. The formats are those of a cohort: see package intake.
package labels

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/workflow"
)

// Outcome is the name of the member or column that has the outcome. Case does not matter.
const Outcome = "outcome"

// Labels are known outcomes by subject. They collect the scores of these subjects.
//
// Requirements: SRC-19
type Labels struct {
	Name     string // of the file
	outcomes map[string]bool
	scored   []scored
	seen     int // subjects of the run that have an outcome
	lost     int // of these, without a score
	unknown  int // scores without an outcome
}

// scored is a subject with a score and an outcome.
type scored struct {
	score         float64
	high, outcome bool
}

// Open reads the file at path.
func Open(ctx context.Context, path string, stdin io.Reader, table intake.Table) (l *Labels, err error) {
	file, err := intake.OpenCohort(ctx, path, stdin, table)
	if err != nil {
		return nil, fmt.Errorf("--labels: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	l = &Labels{Name: file.Name, outcomes: map[string]bool{}}
	wrong, first := 0, 0
	for input, err := range file.Inputs() {
		if err != nil {
			return nil, err
		}
		outcome, known, ok := outcomeOf(input.Value)
		switch {
		case !ok:
			if wrong++; wrong == 1 {
				first = input.Line
			}
		case known:
			l.outcomes[input.Subject] = outcome
		}
	}
	if wrong > 0 {
		return nil, fmt.Errorf("--labels: %s:%d: %s must be true, false, 1, 0 or missing, and is not on %d of %d lines: write a column %s with 1 for a dropout",
			file.Name, first, Outcome, wrong, file.Count, Outcome)
	}
	if len(l.outcomes) == 0 {
		return nil, fmt.Errorf("--labels: %s: no subject has an outcome: write a column %s with 1 for a dropout and 0 for the others", file.Name, Outcome)
	}
	return l, nil
}

// Of returns labels of outcomes that are known, by subject: true is a dropout. The name is that of their source.
func Of(name string, outcomes map[string]bool) *Labels {
	return &Labels{Name: name, outcomes: outcomes}
}

// outcomeOf returns the outcome of a line, if it is known. Ok tells whether it has a form that counts.
func outcomeOf(line *value.Object) (outcome, known, ok bool) {
	for _, object := range []*value.Object{line, line.Object(workflow.Features)} {
		for _, m := range object.Members() {
			if !strings.EqualFold(m.Key, Outcome) {
				continue
			}
			switch m.Value {
			case nil:
				return false, false, true
			case true, 1.0:
				return true, true, true
			case false, 0.0:
				return false, true, true
			}
			return false, false, false
		}
	}
	return false, false, false
}

// Add adds a subject of the run, with its score, nil without one, and whether the pipeline found a high risk.
func (l *Labels) Add(subject string, score *float64, high bool) {
	outcome, known := l.outcomes[subject]
	switch {
	case !known && score != nil:
		l.unknown++
	case known && score == nil:
		l.seen++
		l.lost++
	case known:
		l.seen++
		l.scored = append(l.scored, scored{*score, high, outcome})
	}
}
