package requirement

import "fmt"

// Disagreements says where a list of requirements and the marks of the code do not agree: an id that stands in the list
// twice, a mark that names an id which is not there, and a requirement of the design that no code or no test names.
func Disagreements(file string, list []Requirement, marks []Mark) []string {
	var found []string
	known := map[string]Requirement{}
	for _, r := range list {
		if first, twice := known[r.ID]; twice {
			found = append(found, fmt.Sprintf("%s:%d: %s stands there twice, first on line %d", file, r.Line, r.ID, first.Line))
			continue
		}
		known[r.ID] = r
	}
	code, tests := map[string]bool{}, map[string]bool{}
	for _, mark := range marks {
		if _, ok := known[mark.ID]; !ok {
			found = append(found, fmt.Sprintf("%s names %s, which %s does not have", mark, mark.ID, file))
		}
		code[mark.ID] = code[mark.ID] || !mark.Test
		tests[mark.ID] = tests[mark.ID] || mark.Test
	}
	for _, r := range list {
		if r.AnsweredBy != Design {
			continue
		}
		if !code[r.ID] {
			found = append(found, fmt.Sprintf("%s:%d: no construct and no other code names %s (%s)", file, r.Line, r.ID, r.Title))
		}
		if !tests[r.ID] {
			found = append(found, fmt.Sprintf("%s:%d: no test names %s (%s)", file, r.Line, r.ID, r.Title))
		}
	}
	return found
}
