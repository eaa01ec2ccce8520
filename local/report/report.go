// Package report writes what came of a run as one page that an auditor can read: the state machine with the paths that
// executions took, the scores and the threshold, who is at high risk, and what failed and why.
//
// The page is a single file of HTML without scripts. It requests nothing from anywhere, which its content security policy
// enforces, prints well, and follows the reader's light or dark mode. It holds subjects' pseudonymous ids, trials and
// scores, and never a feature: those stand in the histories only.
package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"html/template"
	"io"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/draw"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/outcome"
)

// maxSubjects is how many subjects a list of the page shows; executions.jsonl holds all.
const maxSubjects = 200

// About says what was run.
type About struct {
	StateMachine *assembly.StateMachine
	Environment  string
	Input        string // the file's name
	Inputs       int    // how many it holds
	Model        string // what answered: a URL, or a description
}

// Report collects outcomes. Its memory does not grow with their number, beyond counts.
type Report struct {
	about    About
	overlay  draw.Overlay
	scores   histogram
	highRisk subjectList
	failures failures
	retries  retries
}

// New returns an empty report.
func New(about About) *Report {
	return &Report{
		about:    about,
		overlay:  draw.Overlay{States: map[string]draw.Count{}, Transitions: map[[2]string]int{}},
		failures: failures{},
		retries:  retries{},
	}
}

// Add adds the outcome of an execution.
func (r *Report) Add(o *outcome.Outcome) {
	for _, state := range o.Path {
		count := r.overlay.States[state]
		count.Entered++
		r.overlay.States[state] = count
	}
	for _, transition := range o.Transitions {
		r.overlay.Transitions[transition]++
	}
	if o.Status != asl.Succeeded {
		count := r.overlay.States[o.FailedIn]
		count.Failed++
		r.overlay.States[o.FailedIn] = count
		r.failures.add(o)
	}
	if o.RiskScore != nil {
		r.scores.add(*o.RiskScore, o.Decision)
	}
	if o.Decision == outcome.HighRisk {
		r.highRisk.add(o)
	}
	r.retries.add(o)
}

//go:embed page.gohtml
var pageSource string

//go:embed style.css
var style string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"percent": percent,
	"plural":  plural,
}).Parse(pageSource))

// view is what the page's template shows.
type view struct {
	About
	Summary   *outcome.Summary
	Style     template.CSS
	Drawing   template.HTML
	Threshold string // as the definition states it; "" when it cannot be told
	Scores    chart
	HighRisk  *subjectList
	Failures  []failureGroup
	Retries   []retryRow
	Digest    string // SHA-256 of the definition
	Generated string
	Logging   string

	threshold float64
}

// Score writes a subject's score.
func (v view) Score(o *outcome.Outcome) string { return formatScore(o.RiskScore, v.threshold) }

// Write returns a function that writes the page.
func (r *Report) Write(summary *outcome.Summary) func(io.Writer) error {
	return func(w io.Writer) error {
		definition := r.about.StateMachine.Definition
		drawing, err := draw.SVG(definition, &r.overlay)
		if err != nil {
			return err
		}
		threshold, known := threshold(definition)
		digest := sha256.Sum256(definition)
		v := view{
			About: r.about, Summary: summary, Style: template.CSS(style), Drawing: template.HTML(drawing),
			Scores: r.scores.chart(threshold, known), HighRisk: &r.highRisk, Failures: r.failures.groups(),
			Retries: r.retries.rows(), Digest: hex.EncodeToString(digest[:]), threshold: threshold,
			Generated: time.Now().UTC().Format("2006-01-02 15:04 MST"), Logging: r.about.StateMachine.Logging.Level,
		}
		if known {
			v.Threshold = formatExact(threshold)
		}
		return page.Execute(w, v)
	}
}
