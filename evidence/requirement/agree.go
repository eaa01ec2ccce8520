package requirement

import "fmt"

// Disagreements compares a list of requirements with the marks in the code. It reports ids that occur twice in the list, marks with
// unknown ids, and requirements of the design without code or without a test.
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
		if r.AnsweredBy != Design {
			continue
		}
		if !code[r.ID] {
			found = append(found, fmt.Sprintf("%s:%d: no code names %s (%s)", file, r.Line, r.ID, r.Title))
		}
		if !tests[r.ID] {
			found = append(found, fmt.Sprintf("%s:%d: no test names %s (%s)", file, r.Line, r.ID, r.Title))
		}
	}
	return found
}
