package worklist

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"html/template"
	"strconv"
	"strings"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/workflow/alert"
)

// File is a form of a worklist.
type File struct {
	Name        string // worklist.json, worklist.csv, worklist.html
	ContentType string
	Body        []byte
}

// The names of a worklist's files.
const (
	JSONFile = "worklist.json"
	CSVFile  = "worklist.csv"
	PageFile = "worklist.html"
)

// Files renders the worklist in all forms.
func (l List) Files() ([]File, error) {
	body, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return nil, err
	}
	page, err := l.page()
	if err != nil {
		return nil, err
	}
	return []File{
		{JSONFile, "application/json", append(body, '\n')},
		{CSVFile, "text/csv; charset=utf-8", l.csv()},
		{PageFile, "text/html; charset=utf-8", page},
	}, nil
}

// csv has a line for each alert and each finding.
func (l List) csv() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	write := func(fields ...string) {
		for i, field := range fields {
			fields[i] = plain.Cell(field)
		}
		_ = w.Write(fields) // a buffer takes everything
	}
	write("trial", "site", "subject", "kind", "alert", "status", "band", "change", "days open", "waits for", "due", "overdue", "suppressed until", "suggested", "owner", "data cut")
	for _, a := range l.Alerts {
		write(l.TrialID, a.Site, a.Subject, "alert", a.Alert, a.Status, a.Band, a.Change, strconv.Itoa(a.DaysOpen), a.WaitsFor, a.Due, yes(a.Overdue), a.Until,
			strings.Join(a.Suggested, " "), "", l.DataCut)
	}
	for _, f := range l.Findings {
		write(l.TrialID, f.Site, f.Subject, "not scorable", "", "", "", "", "", "explanation", f.Until, yes(f.Expired), "", "", f.Owner, l.DataCut)
	}
	w.Flush()
	return b.Bytes()
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

//go:embed page.gohtml
var pageText string

//go:embed style.css
var style string

var pageTemplate = template.Must(template.New("worklist").Funcs(template.FuncMap{
	"action": func(code string) string { return alert.Suggestions[code] },
	"style":  func() template.CSS { return template.CSS(style) },
	"days": func(n int) string {
		if n == 1 {
			return "1 day"
		}
		return strconv.Itoa(n) + " days"
	},
}).Parse(pageText))

func (l List) page() ([]byte, error) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, l)
	return b.Bytes(), err
}
