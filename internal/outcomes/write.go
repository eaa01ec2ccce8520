package outcomes

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/workflow/alert"
)

// The files of a report. The page is written last: who sees it sees all of them.
const (
	JSONFile    = "outcomes.json"
	FiguresFile = "figures.csv"
	AlertsFile  = "alerts.csv"
	RunsFile    = "runs.csv"
	PageFile    = "index.html"
)

// Write writes the report into a new or empty folder, or over an earlier report. Only the owner of the files can read them.
func (r *Report) Write(dir string) error {
	if err := r.free(dir); err != nil {
		return err
	}
	page, err := r.Page()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		body []byte
	}{{JSONFile, records.Encode(r)}, {FiguresFile, r.figures()}, {AlertsFile, r.alerts()}, {RunsFile, r.runs()}, {PageFile, page}} {
		if err := records.WriteFile(dir, filepath.Join(dir, file.name), file.body); err != nil {
			return err
		}
	}
	return nil
}

// free refuses a folder with files that are no report.
func (r *Report) free(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		switch entry.Name() {
		case JSONFile, FiguresFile, AlertsFile, RunsFile, PageFile:
		default:
			return fmt.Errorf("%s has files that are no report of outcomes: name a new or empty folder", dir)
		}
	}
	return nil
}

// table writes rows as CSV. No cell is a formula.
func table(add func(row func(cells ...string))) []byte {
	var text bytes.Buffer
	rows := csv.NewWriter(&text)
	add(func(cells ...string) {
		for i, cell := range cells {
			cells[i] = plain.Cell(cell)
		}
		_ = rows.Write(cells) // a buffer takes everything
	})
	rows.Flush()
	return text.Bytes()
}

// number writes a figure for programs, "" for none.
func number(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'g', 6, 64)
}

// figures is a table with a row for each figure.
func (r *Report) figures() []byte {
	return table(func(row func(cells ...string)) {
		row("outcome", "by", "group", "figure", "value", "low", "high", "count", "of", "note")
		for _, p := range r.Parts {
			kind := string(p.Outcome)
			for _, n := range []struct {
				name  string
				count int
			}{{"compared", p.Compared}, {"events", p.Events}, {"still running", p.Censored}, {"first scored when it was over", p.After}, {"not scored", p.Unscored}, {"without an outcome", p.Unknown}} {
				row(kind, "all", "all", n.name, "", "", "", strconv.Itoa(n.count), "", "")
			}
			one := func(name string, e Estimate) {
				row(kind, "all", "all", name, number(e.Value), number(e.Low), number(e.High), "", "", "")
			}
			one("calibration slope", p.Slope)
			one("Brier score", Estimate{Value: p.Brier})
			one("Brier score of the observed share", Estimate{Value: p.BaseBrier})
			one("AUC", Estimate{Value: p.AUC})
			one("lead time in days, lower quartile", Estimate{Value: p.Lead.Lower})
			one("lead time in days, median", Estimate{Value: p.Lead.Median})
			one("lead time in days, upper quartile", Estimate{Value: p.Lead.Upper})
			shareRow(row, kind, "all", "all", "alert before it", p.Lead.Alerted)
			groupRows(row, kind, Group{"all", "all", p.Figures})
			for _, b := range p.Bins {
				label := number(b.From) + " to " + number(b.To)
				row(kind, "score", label, "expected", number(b.Expected), "", "", "", "", "")
				shareRow(row, kind, "score", label, "observed", b.Observed)
			}
			for _, g := range p.Groups {
				groupRows(row, kind, g)
			}
			for _, reason := range p.Reasons {
				row(kind, "reason", reason.Reason, "events", "", "", "", few(reason.Count, reason.FewerThan), "", note(reason.FewerThan))
			}
		}
	})
}

func groupRows(row func(cells ...string), kind string, g Group) {
	row(kind, g.By, g.Label, "expected", number(g.Expected), "", "", "", "", "")
	e := g.ObservedToExpected
	row(kind, g.By, g.Label, "observed by expected", number(e.Value), number(e.Low), number(e.High), "", "", "")
	shareRow(row, kind, g.By, g.Label, "observed", g.Observed)
	shareRow(row, kind, g.By, g.Label, "high risk", g.Flagged)
	shareRow(row, kind, g.By, g.Label, "PPV", g.PPV)
	shareRow(row, kind, g.By, g.Label, "sensitivity", g.Sensitivity)
}

func shareRow(row func(cells ...string), kind, by, group, name string, s Share) {
	row(kind, by, group, name, number(s.Share), number(s.Low), number(s.High), few(s.Count, s.FewerThan), few(s.Of, s.FewerThan), note(s.FewerThan))
}

// few writes a count, "" for one that is not told.
func few(count, fewerThan int) string {
	if fewerThan > 0 {
		return ""
	}
	return strconv.Itoa(count)
}

func note(fewerThan int) string {
	if fewerThan == 0 {
		return ""
	}
	return fmt.Sprintf("fewer than %d", fewerThan)
}

func (r *Report) alerts() []byte {
	return table(func(row func(cells ...string)) {
		row("month", "site", "alerts", "note")
		for _, m := range r.Alerts {
			row(m.Month, m.Site, few(m.Alerts, m.FewerThan), note(m.FewerThan))
		}
	})
}

func (r *Report) runs() []byte {
	return table(func(row func(cells ...string)) {
		heads := []string{"data cut", "execution", "scored", "not scored", "high risk", "share at high risk"}
		for i := range alert.Tenths {
			heads = append(heads, fmt.Sprintf("scores from 0.%d", i))
		}
		row(heads...)
		for _, run := range r.Runs {
			share := ""
			if value, scored := run.Share(); scored {
				share = number(&value)
			}
			cells := []string{run.Cut, run.Execution, strconv.Itoa(run.Scored), strconv.Itoa(run.NotScored), strconv.Itoa(run.High), share}
			for _, n := range run.Tenths {
				cells = append(cells, strconv.Itoa(n))
			}
			row(cells...)
		}
	})
}
