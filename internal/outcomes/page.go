package outcomes

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/records/export"
	"clinical-risk-pipeline/local/labels"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/outcome"
	"clinical-risk-pipeline/workflow/trial"
)

//go:embed page.gohtml
var pageText string

var page = template.Must(template.New("").Funcs(template.FuncMap{
	"style":     export.Style,
	"percent":   percent,
	"decimal":   func(x *float64) string { return strconv.FormatFloat(*x, 'f', 2, 64) },
	"short":     func(x *float64) string { return strconv.FormatFloat(*x, 'g', 3, 64) },
	"figure":    labels.Figure,
	"plural":    plural,
	"minus":     func(a, b int) int { return a - b },
	"title":     func(kind outcome.Kind) string { return titles[kind] },
	"event":     func(kind outcome.Kind) string { return events[kind] },
	"heading":   func(by string) string { return strings.ToUpper(by[:1]) + by[1:] },
	"groupings": groupings,
	"chart":     chart,
	"lastRuns":  lastRuns,
	"percentOf": func(s alert.Scores) string {
		share, scored := s.Share()
		if !scored {
			return "–"
		}
		return percent(&share)
	},
	"stamp": func(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") },
}).Parse(pageText))

// titles are what the outcomes are called.
var titles = map[outcome.Kind]string{outcome.Treatment: "Discontinued the treatment", outcome.Study: "Left the study"}

var events = map[outcome.Kind]string{outcome.Treatment: "discontinued the treatment", outcome.Study: "left the study"}

func percent(x *float64) string { return strconv.FormatFloat(*x*100, 'f', 1, 64) + " %" }

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Page renders the report as one page, which needs nothing else.
func (r *Report) Page() ([]byte, error) {
	var b bytes.Buffer
	err := page.ExecuteTemplate(&b, "page", r)
	return b.Bytes(), err
}

// grouping is the groups of one kind.
type grouping struct {
	By     string
	Groups []Group
}

func groupings(p *Part) []grouping {
	var all []grouping
	for _, g := range p.Groups {
		if len(all) == 0 || all[len(all)-1].By != g.By {
			all = append(all, grouping{By: g.By})
		}
		last := &all[len(all)-1]
		last.Groups = append(last.Groups, g)
	}
	return all
}

// lastRuns returns the runs that a jump is judged by, the newest first.
func lastRuns(r *Report) []alert.Scores {
	runs := slices.Clone(r.Runs[max(len(r.Runs)-trial.MostJumpRuns-1, 0):])
	slices.Reverse(runs)
	return runs
}

// The size of the chart, and the room for its words.
const (
	chartSize   = 320.0
	chartMargin = 40.0
)

// chart draws the bins: what was expected across, what was observed up, and the line on which both are the same. The table below it has the
// same figures.
func chart(p *Part) template.HTML {
	most := 0.0
	for _, b := range p.Bins {
		if b.Expected != nil {
			most = max(most, *b.Expected, *b.Observed.High)
		}
	}
	if most == 0 {
		return ""
	}
	at := func(x float64) float64 { return chartMargin + x/most*(chartSize-chartMargin-20) }
	up := func(y float64) float64 { return chartSize - at(y) }
	var svg strings.Builder
	fmt.Fprintf(&svg, `<figure><svg viewBox="0 0 %.0f %.0f" role="img" aria-label="Calibration: observed by expected shares. The table below has the figures.">`, chartSize, chartSize)
	fmt.Fprintf(&svg, `<path d="M%.1f %.1f V%.1f H%.1f"/><line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke-dasharray="4 4"/>`,
		at(0), up(most), up(0), at(most), at(0), up(0), at(most), up(most))
	for _, share := range []float64{0, most / 2, most} {
		label := strconv.FormatFloat(share*100, 'f', 0, 64) + " %"
		fmt.Fprintf(&svg, `<text x="%.1f" y="%.1f" text-anchor="middle">%s</text><text x="%.1f" y="%.1f" text-anchor="end">%s</text>`,
			at(share), chartSize-chartMargin+16, label, chartMargin-6, up(share)+4, label)
	}
	for _, b := range p.Bins {
		if b.Expected == nil {
			continue
		}
		x := at(*b.Expected)
		fmt.Fprintf(&svg, `<line class="observed" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/><circle cx="%.1f" cy="%.1f" r="4"/>`,
			x, up(*b.Observed.Low), x, up(*b.Observed.High), x, up(*b.Observed.Share))
	}
	svg.WriteString(`</svg><figcaption>Observed shares, up, by expected ones, across, with intervals of 95 %. On the dashed line both are the same.</figcaption></figure>`)
	return template.HTML(svg.String()) // numbers only
}
