package export

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/records"
)

//go:embed page.gohtml
var pageText string

//go:embed style.css
var style string

// Style is the style sheet of the pages, for pages that look the same: narrow screens, dark mode and paper.
func Style() template.CSS { return template.CSS(style) }

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"style":  Style,
	"month":  month,
	"join":   func(parts []string) string { return strings.Join(parts, " · ") },
	"plural": plural,
	"base":   path.Base,
	"stamp":  stamp,
	"short":  short,
	"when":   func(at string) string { return row{At: at}.When() },
	"count":  func(counts map[records.Kind]int, kind string) int { return counts[records.Kind(kind)] },
	"next":   func(i int) int { return i + 1 },
}).Parse(pageText))

// subjectsPerPage keeps a page of subjects readable: a month has about 30 rows for each of them.
const subjectsPerPage = 100

// subjectPage returns the name of a page of subjects, from 0.
func subjectPage(n int) string {
	if n == 0 {
		return "subjects.html"
	}
	return fmt.Sprintf("subjects-%d.html", n+1)
}

// page is what every page has.
type page struct {
	*part
	Title    string
	Page, Of int // of the pages of subjects
	On       []*subject
	Signed   []*signature // the signatures of what is on the page
	Pages    []string     // of subjects
	HasTrail bool
	Source   string
	AsOf     time.Time
}

// pages renders the pages of a part.
func (e *exporter) pages(p *part, files map[string][]byte) error {
	base := page{part: p, HasTrail: e.Trail != nil, Source: e.state.Source.Bucket, AsOf: e.state.AsOf}
	for i := 0; i*subjectsPerPage < max(len(p.Subjects), 1); i++ {
		base.Pages = append(base.Pages, subjectPage(i))
	}
	index := base
	index.Title, index.Signed = "Runs", p.Signatures()
	if err := render(files, "index.html", "runs", index); err != nil {
		return err
	}
	for i, name := range base.Pages {
		this := base
		this.Title, this.Page, this.Of = "Subjects", i+1, len(base.Pages)
		this.On = p.Subjects[min(i*subjectsPerPage, len(p.Subjects)):min((i+1)*subjectsPerPage, len(p.Subjects))]
		this.Signed = signedOn(p, this.On)
		if err := render(files, name, "subjects", this); err != nil {
			return err
		}
	}
	if e.Trail == nil {
		return nil
	}
	trail := base
	trail.Title = "Trail"
	return render(files, "trail.html", "trail", trail)
}

// signedOn returns the signatures of the runs and the alerts of some subjects: they belong to the readable form of the records.
//
// Requirements: P11-50b
func signedOn(p *part, subjects []*subject) []*signature {
	var signed []*signature
	for _, r := range p.Runs {
		shown := slices.ContainsFunc(subjects, func(s *subject) bool { return s.runs[r] })
		if shown {
			signed = append(signed, r.Approvals...)
		}
	}
	for _, s := range subjects {
		signed = append(signed, s.Acts...)
	}
	return signed
}

// render renders a page as a file.
func render(files map[string][]byte, name, from string, data any) error {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, from, data); err != nil {
		return fmt.Errorf("cannot write the page %s: %w", name, err)
	}
	files[name] = b.Bytes()
	return nil
}

// month returns the name of a part for people.
func month(part string) string {
	at, err := time.Parse("2006-01", part)
	if err != nil {
		return part
	}
	return at.Format("January 2006")
}

// plural counts things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// short returns the name of an execution without the ARN before it.
func short(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }
