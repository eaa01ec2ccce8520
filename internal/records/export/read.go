package export

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/exclusion"
	"clinical-risk-pipeline/workflow/outcome"
)

// decision is what an export shows of a decision record by name. What it does not name, it shows as further fields.
type decision struct {
	RecordedAt string `json:"recordedAt"`
	Run        struct {
		Execution    string `json:"execution"`
		StartedAt    string `json:"startedAt"`
		StateMachine string `json:"stateMachine"`
		Definition   string `json:"definition"`
		TrialFile    string `json:"trialFile"`
		Test         bool   `json:"test"`
	} `json:"run"`
	Model struct {
		Endpoint string `json:"endpoint"`
		Variant  string `json:"variant"`
	} `json:"model"`
	Threshold float64   `json:"threshold"`
	Subjects  []decided `json:"subjects"`
	NotScored []decided `json:"notScored"`
}

// decided is a subject of a decision record.
type decided struct {
	Subject string          `json:"subject"`
	Site    string          `json:"site"`
	Score   float64         `json:"score"`
	Branch  string          `json:"branch"`
	Reason  string          `json:"reason"` // why there is no score
	Reasons json.RawMessage `json:"reasons"`
	all     map[string]any
}

// why are the reasons that a model gives.
type why []struct {
	Feature      string  `json:"feature"`
	Contribution float64 `json:"contribution"`
}

func readDecision(body []byte) (*decision, error) {
	d := &decision{}
	var all struct {
		Subjects  []map[string]any `json:"subjects"`
		NotScored []map[string]any `json:"notScored"`
	}
	if err := strictjson.Unmarshal(body, d); err != nil {
		return nil, err
	}
	if err := strictjson.Unmarshal(body, &all); err != nil {
		return nil, err
	}
	for i := range d.Subjects {
		d.Subjects[i].all = all.Subjects[i]
	}
	for i := range d.NotScored {
		d.NotScored[i].all = all.NotScored[i]
	}
	return d, nil
}

func (p *part) addDecision(r *records.Record, body []byte) error {
	d, err := readDecision(body)
	if err != nil {
		return err
	}
	run := p.runOf(d.Run.Execution, d.Run.StartedAt, path.Base(path.Dir(r.Key)))
	run.Test, run.Definition, run.TrialFile, run.Machine = d.Run.Test, plain.Line(d.Run.Definition), plain.Line(d.Run.TrialFile), d.Run.StateMachine
	run.Model, run.Threshold = plain.Line(strings.TrimSuffix(d.Model.Endpoint+", variant "+d.Model.Variant, ", variant ")), number(d.Threshold)
	run.decided = true
	run.Files = append(run.Files, link{path.Base(r.Key), r.File})
	further := furtherOf(body, "schemaVersion", "recordedAt", "run.execution", "run.startedAt", "run.trialId", "run.test", "run.definition", "run.trialFile",
		"run.stateMachine", "model.endpoint", "model.variant", "threshold", "subjects", "notScored", "input")
	for _, f := range further {
		if !slices.Contains(run.Further, f) {
			run.Further = append(run.Further, f)
		}
	}
	for _, s := range d.Subjects {
		p.addScore(r, run, &s)
	}
	for _, s := range d.NotScored {
		run.NotScored++
		subject := p.subjectOf(s.Subject, s.Site)
		subject.runs[run] = true
		subject.Rows = append(subject.Rows, row{At: run.StartedAt, What: "not scored", Detail: []string{plain.Line(s.Reason)}, Run: run, File: r.File, Further: s.further()})
	}
	return nil
}

func (p *part) addScore(r *records.Record, run *run, s *decided) {
	run.Scored++
	subject := p.subjectOf(s.Subject, s.Site)
	subject.Scores++
	subject.runs[run] = true
	detail := []string{"risk " + number(s.Score)}
	var reasons why
	if strictjson.Unmarshal(s.Reasons, &reasons) == nil {
		for _, reason := range reasons {
			detail = append(detail, fmt.Sprintf("%s %+.2f", plain.Line(reason.Feature), reason.Contribution))
		}
	}
	high := s.Branch == workflow.AlertBranch
	if high {
		run.High++
		subject.High++
	}
	subject.Rows = append(subject.Rows, row{At: run.StartedAt, What: branches[high], Detail: detail, Run: run, File: r.File, Grave: high, Further: s.further()})
}

var branches = map[bool]string{true: "high risk", false: "not high risk"}

// further returns what a record says of a subject besides what an export knows.
func (s *decided) further() []field {
	all := maps.Clone(s.all)
	for _, known := range []string{"index", "subject", "site", "score", "branch", "reason", "reasons"} {
		delete(all, known)
	}
	return flatten(all)
}

func (p *part) addExclusion(r *records.Record, body []byte) error {
	var x exclusion.Record
	if err := strictjson.Unmarshal(body, &x); err != nil {
		return err
	}
	run := p.runOf(x.Run.Execution, x.Run.StartedAt, strings.TrimSuffix(path.Base(r.Key), ".json"))
	run.Cut, run.Excluded = plain.Line(x.CutDate), len(x.Subjects)
	run.Files = append(run.Files, link{"exclusions", r.File})
	for _, s := range x.Subjects {
		subject := p.subjectOf(s.Subject, s.Site)
		subject.Exclusions++
		detail := []string{plain.Line(s.Reason)}
		if s.Date != "" {
			detail = append(detail, plain.Line(s.Date))
		}
		subject.Rows = append(subject.Rows, row{At: run.StartedAt, What: "left out", Detail: detail, Run: run, File: r.File})
	}
	return nil
}

func (p *part) addTransition(r *records.Record, body []byte) error {
	var e alert.Event
	if err := strictjson.Unmarshal(body, &e); err != nil {
		return err
	}
	p.Transitions++
	subject := p.subjectOf(e.After.Subject, e.After.Site)
	subject.Transitions++
	at := e.Day + "T99"       // after the run of the day, which it follows from
	of := p.executions[e.Run] // nil of a day, of a person, and of a run of another month
	if of != nil {
		at = of.StartedAt + "9"
		of.Transitions++
		of.Cut = cmp.Or(of.Cut, e.Cut)
	}
	for _, change := range e.Changes {
		subject.Rows = append(subject.Rows, row{At: at, What: string(change.Kind), Detail: changed(change), Run: of, File: r.File, Grave: change.Kind == alert.Opened || change.Kind == alert.Worsened})
	}
	if e.By != nil {
		subject.Acts = append(subject.Acts, &signature{
			Name: plain.Line(e.By.Name), ARN: plain.Line(e.By.Signer), At: stamp(r.Modified), AtNote: "recorded; the day of the trial is " + e.Day, Meaning: meanings[e.By.Verb],
			Decision: plain.Line(string(e.By.Verb)), Reason: strings.TrimSpace(alert.Actions[e.By.Code] + " " + plain.Text(e.By.Reason)), What: subject.ID, File: r.File,
		})
	}
	return nil
}

// addOutcomes adds an import. What became of each subject is in the record: each import has all of them.
func (p *part) addOutcomes(r *records.Record, body []byte) error {
	o, err := outcome.Read(r.Key, body)
	if err == nil {
		p.Outcomes = append(p.Outcomes, imported{plain.Line(o.ImportedAt), plain.Line(o.AsOf), len(o.Subjects), r.File})
	}
	return err
}

// meanings are the meanings of what people do about alerts.
var meanings = map[alert.Verb]string{
	alert.Acknowledge: "has seen the alert", alert.Take: "has acted on the alert", alert.End: "closes the alert", alert.Pause: "wants no news until a day",
	alert.Explain: "explains the missing score",
}

func changed(c alert.Change) []string {
	var detail []string
	if c.From != "" || c.To != "" {
		detail = append(detail, strings.Trim(string(c.From)+" → "+string(c.To), "→ "))
	}
	for _, text := range []string{c.Band, c.Reason, c.Role, c.Alert} {
		if text != "" {
			detail = append(detail, plain.Line(text))
		}
	}
	return detail
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 UTC") }

func number(f float64) string { return strconv.FormatFloat(f, 'g', 4, 64) }
