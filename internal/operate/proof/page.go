package proof

import (
	_ "embed"
	"html/template"
	"io"
	"time"

	"clinical-risk-pipeline/internal/plain"
)

//go:embed page.gohtml
var pageSource string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"moment": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") },
	"class":  func(r Result) string { return map[Result]string{Found: "found", Missing: "missing"}[r] },
}).Parse(pageSource))

// WritePage writes the report as one HTML page for the file of a validated system: it prints, has no scripts and requests nothing.
func (r *Report) WritePage(w io.Writer) error { return page.Execute(plain.Writer(w), r) }
