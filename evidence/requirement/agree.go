package requirement

import (
	"fmt"
	"slices"
)

// Disagreements compares a list of requirements with the marks in the code. It reports ids that occur twice in the list, marks with
// unknown ids, requirements of the design without code or without a test, and criteria whose tests do not name the requirement.
func Disagreements(file string, list []Requirement, marks []Mark) []string {
	var found []string
	known := map[string]Requirement{}
	for _, r := range list {
		if first, twice := known[r.ID]; twice {
			found = append(found, fmt.Sprintf("%s:%d: %s occurs twice, first on line %d", file, r.Line, r.ID, first.Line))
			continue
		}
		known[r.ID] = r
	}
	code, tests := map[string]bool{}, map[string]bool{}
	for _, mark := range marks {
		if _, ok := known[mark.ID]; !ok {
			found = append(found, fmt.Sprintf("%s names %s, which is not in %s", mark, mark.ID, file))
		}
		code[mark.ID] = code[mark.ID] || !mark.Test
		tests[mark.ID] = tests[mark.ID] || mark.Test
	}
	for _, r := range list {
		if !r.InDesign() {
			continue
		}
		if !code[r.ID] {
			found = append(found, fmt.Sprintf("%s:%d: no code names %s (%s)", file, r.Line, r.ID, r.Title))
		}
		if !tests[r.ID] {
			found = append(found, fmt.Sprintf("%s:%d: no test names %s (%s)", file, r.Line, r.ID, r.Title))
		}
		found = append(found, unchecked(file, r, marks)...)
	}
	return found
}

// unchecked reports the tests of criteria that do not exist, or do not name the requirement.
func unchecked(file string, r Requirement, marks []Mark) []string {
	var found []string
	for _, c := range r.Acceptance {
		for _, test := range c.Tests {
			if !slices.ContainsFunc(marks, func(m Mark) bool { return m.Test && m.ID == r.ID && m.Declaration == test }) {
				found = append(found, fmt.Sprintf("%s:%d: %s is a test of the criterion %q, and does not name %s", file, r.Line, test, c.Text, r.ID))
			}
		}
	}
	return found
}
