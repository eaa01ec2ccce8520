package evidence

import (
	_ "embed"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"

	"clinical-risk-pipeline/evidence/gotest"
	"clinical-risk-pipeline/evidence/requirement"
	"clinical-risk-pipeline/evidence/scenario"
)

//go:embed page.gohtml
var pageSource string

//go:embed verification.gohtml
var verificationSource string

//go:embed style.css
var style string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"count":  count,
	"plural": plural,
	"bytes":  bytesOf,
	"sub":    func(a, b int) int { return a - b },
	"moment": func(t time.Time) string { return t.Format("2006-01-02 15:04:05 MST") },
}).Parse(pageSource + verificationSource))

// view is the data of the page's template.
type view struct {
	*Evidence
	Style      template.CSS
	Design     int // requirements that the design answers, alone or in part
	Shown      int // how many of these are shown, alone or in part
	Shared     int // how many of these the design answers in part
	Open       int // requirements that nothing shows yet
	Procedures int
	Broken     []gotest.Test // tests that failed
	Sweeps     []*scenario.Group
	Others     []otherTest
}

// otherTest is a test that executes definitions without faults.
type otherTest struct {
	*scenario.Group
	Status string
}

// writePage writes the evidence as a page to read and to print.
func (e *Evidence) writePage(w io.Writer) error {
	v := view{Evidence: e, Style: template.CSS(style)}
	for _, row := range e.Matrix {
		v.count(&row)
	}
	status := map[string]string{}
	for _, t := range e.Tests.All {
		if status[t.Name] == "" || t.Status != gotest.Passed { // a name may occur in several packages: keep the worse status
			status[t.Name] = t.Status
		}
		if t.Status == gotest.Failed {
			v.Broken = append(v.Broken, t)
		}
	}
	for _, test := range e.Verification.Groups {
		if len(test.Groups) > 0 && len(test.Groups[0].Groups) > 0 {
			v.Sweeps = append(v.Sweeps, test)
		} else {
			v.Others = append(v.Others, otherTest{test, status[test.Name]})
		}
	}
	return page.Execute(w, v)
}

// count adds a row to the totals.
func (v *view) count(row *Row) {
	switch row.AnsweredBy {
	case requirement.Procedure:
		v.Procedures++
		return
	case requirement.Open:
		v.Open++
		return
	case requirement.Shared:
		v.Shared++
	}
	if v.Design++; row.Result == Shown || row.Result == InPart {
		v.Shown++
	}
}

// VariantNames lists the variants of a test for a table cell.
func (t otherTest) VariantNames() string {
	var names []string
	for _, variant := range t.Groups {
		names = append(names, variant.Name)
	}
	return strings.Join(names, ", ")
}

// count writes a number with separators between thousands.
func count(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// plural writes a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// bytesOf writes a size.
func bytesOf(n int64) string {
	switch {
	case n >= 1e6:
		return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
	case n >= 1e3:
		return strconv.FormatFloat(float64(n)/1e3, 'f', 1, 64) + " kB"
	}
	return strconv.FormatInt(n, 10) + " B"
}
