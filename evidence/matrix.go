package evidence

import (
	"slices"

	"clinical-risk-pipeline/evidence/gotest"
	"clinical-risk-pipeline/evidence/requirement"
)

// Row is a requirement with the code and the tests that name it.
type Row struct {
	requirement.Requirement
	Code   []requirement.Mark `json:"code"`
	Tests  []Tested           `json:"tests"`
	Result string             `json:"result"` // Shown, InPart, NotShown, or Procedural
	// Criteria has, for each criterion of the requirement, whether its tests passed.
	Criteria []bool `json:"criteria"`
}

// The results of a requirement.
const (
	Shown      = "shown"         // code and tests name it, and all these tests, those of the criteria among them, passed
	InPart     = "shown in part" // the same; a procedure answers the residual
	NotShown   = "not shown"     // no code or no test names it, a test did not pass, or nothing shows it yet
	Procedural = "procedure"     // a procedure answers it
)

// Tested is a test that names a requirement, with its result.
type Tested struct {
	requirement.Mark
	Status string `json:"status"`
	Cases  int    `json:"cases"`
}

// matrix joins requirements, declarations and results.
func (t *Traced) matrix(run *gotest.Run) []Row {
	rows := make([]Row, len(t.Requirements))
	for i, r := range t.Requirements {
		row := Row{Requirement: r, Code: []requirement.Mark{}, Tests: []Tested{}}
		for _, mark := range t.Marks {
			switch {
			case mark.ID != r.ID:
			case mark.Test:
				result := run.Find(mark.Package, mark.Declaration)
				row.Tests = append(row.Tests, Tested{mark, result.Status, result.Cases})
			default:
				row.Code = append(row.Code, mark)
			}
		}
		row.Criteria = row.checked()
		row.Result = row.result()
		rows[i] = row
	}
	return rows
}

func (r *Row) result() string {
	if r.AnsweredBy == requirement.Procedure {
		return Procedural
	}
	if !r.InDesign() || len(r.Code) == 0 || len(r.Tests) == 0 || slices.Contains(r.Criteria, false) {
		return NotShown
	}
	for _, t := range r.Tests {
		if t.Status != gotest.Passed {
			return NotShown
		}
	}
	if r.AnsweredBy == requirement.Shared {
		return InPart
	}
	return Shown
}

// checked reports for each criterion whether all its tests passed.
func (r *Row) checked() []bool {
	met := make([]bool, len(r.Acceptance))
	for i, c := range r.Acceptance {
		met[i] = !slices.ContainsFunc(c.Tests, func(name string) bool {
			return !slices.ContainsFunc(r.Tests, func(t Tested) bool { return t.Declaration == name && t.Status == gotest.Passed })
		})
	}
	return met
}
