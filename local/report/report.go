// Package report writes the results of a run as one page for an auditor: the state machine with the paths of the executions, the
// scores and the threshold, the subjects at high risk, and the failures with their causes.
//
// The page is a single HTML file without scripts. It requests nothing, which its content security policy enforces. It prints well, and
// follows the reader's light or dark mode. It shows hidden characters as escapes. It has pseudonymous ids of subjects, trials and scores, and never a feature.
package report

import (
	"cmp"
	_ "embed"
	"html/template"
	"io"
	"slices"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/draw"
	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/local/assembly"
	"clinical-risk-pipeline/local/labels"
	"clinical-risk-pipeline/local/outcome"
	"clinical-risk-pipeline/local/runner"
)

// maxItems is the maximum number of items in a list of the page. The files beside the page have all.
const maxItems = 200

// About describes the run.
type About struct {
	StateMachine *assembly.StateMachine
	Environment  string
	Input        string // the name of the file
	Inputs       int    // the number of inputs in it
	Model        string // the URL of the model, or a description
	Histories    runner.Histories
	Card         string // the URL of the model card, relative to the page; "" without one
	Spark        bool   // whether Spark ran the extraction
	Quality      string // the URL of the data's quality.json, relative to the page; "" without one
	Deployed     bool   // whether the execution ran on AWS: the page is made from its history and records, and stands alone
}

// Report collects outcomes. It keeps a limited number of them, and counts the others.
type Report struct {
	about      About
	overlay    draw.Overlay
	scores     histogram
	highRisk   []subjectRow
	failures   failures
	retries    retries
	cohort     *cohort // nil in a run with one execution for each subject
	approvals  list[local.Approval]
	downstream list[local.Downstream]

	stopped     string // how far the run came that did not end; "" for one that did
	interrupted bool
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

// Add adds the outcome of the execution of one subject.
func (r *Report) Add(o *outcome.Outcome) {
	r.end(&o.Ending, o.Subject)
	if o.RiskScore != nil {
		r.scores.add(*o.RiskScore, o.Decision)
	}
	if o.Decision == outcome.HighRisk {
		r.highRisk = append(r.highRisk, subjectRow{o.Subject, o.TrialID, "", o.RiskScore, o.Alerted})
	}
}

// AddCohort adds the outcome of the execution of a cohort, and its subjects.
func (r *Report) AddCohort(c *outcome.Cohort, subjects []outcome.Subject) {
	r.end(&c.Ending, c.Execution)
	for state, entered := range c.MapRun.Entered {
		r.enter(state, entered)
	}
	for transition, taken := range c.MapRun.Transitions {
		r.overlay.Transitions[transition] += taken
	}
	r.cohort = &cohort{Cohort: c}
	for i := range subjects {
		s := &subjects[i]
		if s.RiskScore != nil {
			r.scores.add(*s.RiskScore, s.Decision)
		} else {
			r.cohort.lose(s)
		}
		if s.Decision == outcome.HighRisk {
			r.highRisk = append(r.highRisk, subjectRow{s.Subject, c.TrialID, s.Batch, s.RiskScore, c.Alerted})
		}
	}
}

// AddEffects adds the approvals and downstream calls of executions.
func (r *Report) AddEffects(approvals []local.Approval, downstream []local.Downstream) {
	r.approvals.add(approvals...)
	r.downstream.add(downstream...)
}

// Extracted says what Spark extracted: the number of subjects, and the URL of quality.json relative to the page, "" without one.
func (r *Report) Extracted(subjects int, quality string) {
	r.about.Inputs, r.about.Quality, r.about.Spark = subjects, quality, true
}

// Stop says how far a run came that a person interrupted or that could not go on.
func (r *Report) Stop(done string, interrupted bool) { r.stopped, r.interrupted = done, interrupted }

// end adds the end of the execution of a subject or cohort.
func (r *Report) end(e *outcome.Ending, who string) {
	for _, state := range e.Path {
		r.enter(state, 1)
	}
	for _, transition := range e.Transitions {
		r.overlay.Transitions[transition]++
	}
	if e.Status != asl.Succeeded {
		count := r.overlay.States[e.FailedIn]
		count.Failed++
		r.overlay.States[e.FailedIn] = count
		r.failures.add(e, who)
	}
	r.retries.add(e)
}

func (r *Report) enter(state string, times int) {
	count := r.overlay.States[state]
	count.Entered += times
	r.overlay.States[state] = count
}

//go:embed cohort.gohtml
var cohortSource string

//go:embed effects.gohtml
var effectsSource string

//go:embed page.gohtml
var pageSource string

//go:embed style.css
var style string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"percent":  percent,
	"plural":   plural,
	"moment":   moment,
	"duration": duration,
	"figure":   labels.Figure,
}).Parse(pageSource + cohortSource + effectsSource))

// view is the data of the page's template.
type view struct {
	About
	Summary    *outcome.Summary
	Style      template.CSS
	Drawing    template.HTML
	NotDrawn   error  // why there is no drawing
	Threshold  string // the threshold in the definition; "" if it is unknown
	Scores     chart
	HighRisk   *list[subjectRow]
	Failures   []failureGroup
	Retries    []retryRow
	Cohort     *cohort
	Approvals  *list[local.Approval]
	Downstream *list[local.Downstream]
	Subjects   int
	Generated  string
	Logging    string
	Stopped    string
	Broken     bool // whether the run could not go on

	threshold float64
}

// History returns the path of the history of an execution that failed, "" if it is not kept.
func (v view) History(execution string) string {
	if v.Histories.Keep == runner.KeepNone || execution == "" {
		return ""
	}
	return v.Histories.Path(execution)
}

// byScore returns the subjects at high risk, the highest score first.
func (r *Report) byScore() *list[subjectRow] {
	slices.SortStableFunc(r.highRisk, func(a, b subjectRow) int { return cmp.Compare(value(b.Score), value(a.Score)) })
	sorted := &list[subjectRow]{}
	sorted.add(r.highRisk...)
	return sorted
}

// value is a score for sorting: one that is not known comes first.
func value(score *float64) float64 {
	if score == nil {
		return 2
	}
	return *score
}

// Score formats a subject's score.
func (v view) Score(score *float64) string { return formatScore(score, v.threshold) }

// Write returns a function that writes the page.
//
// Requirements: SRC-17, P11-10b
func (r *Report) Write(summary *outcome.Summary) func(io.Writer) error {
	return func(w io.Writer) error {
		definition := r.about.StateMachine.Definition
		drawing, notDrawn := draw.SVG(definition, &r.overlay)
		threshold, known := r.about.StateMachine.Threshold()
		v := view{
			About: r.about, Summary: summary, Style: template.CSS(style), Drawing: template.HTML(drawing), NotDrawn: notDrawn,
			Scores: r.scores.chart(threshold, known), HighRisk: r.byScore(), Failures: r.failures.groups(),
			Retries: r.retries.rows(), threshold: threshold,
			Generated: time.Now().UTC().Format("2006-01-02 15:04 MST"), Logging: r.about.StateMachine.Logging.Level,
			Cohort: r.cohort, Approvals: &r.approvals, Downstream: &r.downstream, Subjects: r.about.Inputs,
			Stopped: r.stopped, Broken: !r.interrupted,
		}
		if known {
			v.Threshold = formatExact(threshold)
		}
		return page.Execute(plain.Writer(w), v)
	}
}
