package export

import (
	"container/heap"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"clinical-risk-pipeline/internal/records"
)

// runKnown is what the join remembers of a run.
type runKnown struct{ Execution, StartedAt string }

// joinRuns writes the index of all runs, part by part, and returns the runs.
func (e *exporter) joinRuns() (known []runKnown, err error) {
	page, err := e.create("runs.html")
	if err != nil {
		return nil, err
	}
	text, err := e.create("runs.csv")
	if err != nil {
		return nil, err
	}
	rows := csv.NewWriter(text)
	if err := errors.Join(templates.ExecuteTemplate(page, "all-runs-head", e.TrialID), rows.Write(runHeads)); err != nil {
		return nil, err
	}
	e.Progress.Begin("indexes", len(e.state.Parts))
	for _, p := range e.state.Parts {
		e.Progress.Done(1)
		err := readTable(e.file(p.Part, "runs.csv"), func(cells []string) error {
			known = append(known, runKnown{strings.Clone(cells[3]), strings.Clone(cells[4])}) // a cell keeps its row
			return errors.Join(rows.Write(cells), templates.ExecuteTemplate(page, "all-runs-row", map[string]string{
				"Part": cells[1], "ID": cells[2], "StartedAt": cells[4], "Cut": cells[5], "Scored": cells[11], "High": cells[12], "NotScored": cells[13],
				"Excluded": cells[14], "Transitions": cells[15], "Approvals": cells[16],
			}))
		})
		if err != nil {
			return nil, err
		}
	}
	rows.Flush()
	return known, errors.Join(rows.Error(), templates.ExecuteTemplate(page, "table-end", nil), page.done(), text.done())
}

// readTable reads the rows of a table.
func readTable(name string, each func(cells []string) error) (err error) {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	rows := csv.NewReader(file)
	for first := true; ; first = false {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && !first {
			err = each(cells)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
}

// everywhere is a subject with the parts that have records of it.
type everywhere struct {
	ID                        string
	Sites                     []string
	Scores, High, Transitions int
	Months                    []place
}

// place is the page of a subject in a part.
type place struct{ Part, Page string }

// subjectsPerIndex is how many subjects a page of the index has.
const subjectsPerIndex = 1000

func indexPage(n int) string {
	if n == 1 {
		return "subjects.html"
	}
	return fmt.Sprintf("subjects-%d.html", n)
}

// joinSubjects writes the index of all subjects. It merges the tables of the parts, which have the subjects in order, so that it holds
// one subject of each part.
func (e *exporter) joinSubjects() (pages []string, err error) {
	var merge merging
	defer func() {
		for _, from := range merge {
			err = errors.Join(err, from.file.Close())
		}
	}()
	for _, p := range e.state.Parts {
		from, err := e.openSubjects(p)
		if err != nil {
			return nil, err
		}
		if from != nil {
			merge = append(merge, from)
		}
	}
	heap.Init(&merge)
	var page *output
	onPage := 0
	for len(merge) > 0 || page == nil {
		if page == nil {
			pages = append(pages, indexPage(len(pages)+1))
			if page, err = e.beginIndex(len(pages)); err != nil {
				return nil, err
			}
		}
		if len(merge) > 0 {
			subject, err := merge.next()
			if err == nil {
				err = templates.ExecuteTemplate(page, "all-subjects-row", subject)
			}
			if err != nil {
				return nil, err
			}
			onPage++
		}
		if onPage == subjectsPerIndex && len(merge) > 0 {
			if err := e.endIndex(page, len(pages)+1); err != nil {
				return nil, err
			}
			page, onPage = nil, 0
		}
	}
	return pages, e.endIndex(page, 0)
}

func (e *exporter) beginIndex(n int) (*output, error) {
	page, err := e.create(indexPage(n))
	if err != nil {
		return nil, err
	}
	before := ""
	if n > 1 {
		before = indexPage(n - 1)
	}
	return page, templates.ExecuteTemplate(page, "all-subjects-head", map[string]any{"Trial": e.TrialID, "Page": n, "Before": before, "Next": ""})
}

// endIndex ends a page, with a link to the next one, if there is one.
func (e *exporter) endIndex(page *output, next int) error {
	if next > 0 {
		if _, err := fmt.Fprintf(page, "<tr><th scope=\"row\"><a href=\"%s\">Next page</a></th></tr>\n", indexPage(next)); err != nil {
			return err
		}
	}
	return errors.Join(templates.ExecuteTemplate(page, "table-end", nil), page.done())
}

// source is the table of subjects of a part, at a row.
type source struct {
	part string
	file *os.File
	rows *csv.Reader
	at   []string
}

// openSubjects opens the table of a part; nil for one without subjects.
func (e *exporter) openSubjects(p records.PartSummary) (*source, error) {
	file, err := os.Open(e.file(p.Part, "subjects.csv"))
	if err != nil {
		return nil, err
	}
	s := &source{part: p.Part, file: file, rows: csv.NewReader(file)}
	if _, err = s.rows.Read(); err == nil {
		s.at, err = s.rows.Read()
	}
	if err == nil {
		return s, nil
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return nil, errors.Join(err, file.Close())
}

// merging are the tables, the one with the first subject of the earliest part first.
type merging []*source

// Len implements heap.Interface.
func (m merging) Len() int { return len(m) }

// Less implements heap.Interface.
func (m merging) Less(i, j int) bool {
	if m[i].at[2] != m[j].at[2] {
		return m[i].at[2] < m[j].at[2]
	}
	return m[i].part < m[j].part
}

// Swap implements heap.Interface.
func (m merging) Swap(i, j int) { m[i], m[j] = m[j], m[i] }

// Push implements heap.Interface.
func (m *merging) Push(x any) { *m = append(*m, x.(*source)) }

// Pop implements heap.Interface.
func (m *merging) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

// next returns the next subject, with what all parts have of it.
func (m *merging) next() (*everywhere, error) {
	s := &everywhere{ID: (*m)[0].at[2]}
	for len(*m) > 0 && (*m)[0].at[2] == s.ID {
		from := (*m)[0]
		if site := from.at[3]; site != "" && !slices.Contains(s.Sites, site) {
			s.Sites = append(s.Sites, site)
		}
		for i, sum := range []*int{&s.Scores, &s.High, &s.Transitions} {
			n, err := strconv.Atoi(from.at[4+i])
			if err != nil {
				return nil, err
			}
			*sum += n
		}
		s.Months = append(s.Months, place{from.part, strings.TrimPrefix(from.at[8], "/")})
		var err error
		from.at, err = from.rows.Read()
		switch {
		case errors.Is(err, io.EOF):
			heap.Pop(m)
			err = from.file.Close()
		case err == nil:
			heap.Fix(m, 0)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}
