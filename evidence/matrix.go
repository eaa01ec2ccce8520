package evidence

import (
	"clinical-risk-pipeline/evidence/gotest"
	"clinical-risk-pipeline/evidence/requirement"
)

// Row is a requirement with the code and the tests that name it.
type Row struct {
	requirement.Requirement
	Code   []requirement.Mark `json:"code"`
	Tests  []Tested           `json:"tests"`
	Result string             `json:"result"` // Shown, NotShown, or Procedural
}

// The results of a requirement.
const (
	Shown      = "shown"     // code and tests name it, and all these tests passed
	NotShown   = "not shown" // no code or no test names it, or a test did not pass
	Procedural = "procedure" // a procedure answers it
)

// Tested is a test that names a requirement, with its result.
type Tested struct {
	requirement.Mark
	Status string `json:"status"`
	Cases  int    `json:"cases"`
}

// matrix joins requirements, declarations and results.
func (t *Traced) matrix(run *gotest.Run) []Row {
	rows := make([]Row, len(t.List))
	for i, r := range t.List {
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
		row.Result = row.result()
		rows[i] = row
	}
	return rows
}

func (r *Row) result() string {
	if r.AnsweredBy == requirement.Procedure {
		return Procedural
	}
	if len(r.Code) == 0 || len(r.Tests) == 0 {
		return NotShown
	}
	for _, t := range r.Tests {
		if t.Status != gotest.Passed {
			return NotShown
		}
	}
	return Shown
}
