package requirement

import (
	"fmt"
	"slices"
	"strings"
)

// Clause is a clause of EU GMP Annex 11 (2011), with what answers it.
type Clause struct {
	Number       int      `yaml:"clause" json:"clause"` // from 1 to Annex11Clauses
	Title        string   `yaml:"title" json:"title"`   // as in the annex
	AnsweredBy   Answer   `yaml:"answeredBy" json:"answeredBy"`
	Requirements []string `yaml:"requirements" json:"requirements,omitempty"` // their ids, if requirements answer the clause
	Note         string   `yaml:"note" json:"note,omitempty"`                 // what they leave out, or why none answers the clause
}

// Answer says what answers a clause.
type Answer string

// What answers a clause.
const (
	ByRequirements Answer = "requirements"  // requirements of the list
	ByProcedure    Answer = "procedure"     // a procedure of the operator
	NotApplicable  Answer = "notApplicable" // the clause does not apply
)

// Annex11Clauses is the number of clauses of Annex 11. The list has all of them, also those that do not apply.
const Annex11Clauses = 17

// clauseFaults describes the wrong clauses of a list.
func (l *List) clauseFaults() []string {
	var faults []string
	add := func(format string, values ...any) { faults = append(faults, fmt.Sprintf(format, values...)) }
	if len(l.Annex11) != Annex11Clauses {
		add("annex11 must list all %d clauses, got %d", Annex11Clauses, len(l.Annex11))
	}
	for i, c := range l.Annex11 {
		if c.Number != i+1 {
			add("annex11: clause %d is out of order, want %d", c.Number, i+1)
		}
		if strings.TrimSpace(c.Title) == "" {
			add("annex11, clause %d: title is missing", c.Number)
		}
		switch {
		case !slices.Contains([]Answer{ByRequirements, ByProcedure, NotApplicable}, c.AnsweredBy):
			add("annex11, clause %d: answeredBy must be %s, %s or %s, got %q", c.Number, ByRequirements, ByProcedure, NotApplicable, c.AnsweredBy)
		case (c.AnsweredBy == ByRequirements) != (len(c.Requirements) > 0):
			add("annex11, clause %d: requirements must be set if and only if they answer the clause", c.Number)
		case c.AnsweredBy != ByRequirements && strings.TrimSpace(c.Note) == "":
			add("annex11, clause %d: note is missing: say which procedure answers it, or why it does not apply", c.Number)
		}
		for _, id := range c.Requirements {
			if !slices.ContainsFunc(l.Requirements, func(r Requirement) bool { return r.ID == id }) {
				add("annex11, clause %d: %s is not in the list", c.Number, id)
			}
		}
	}
	return faults
}
