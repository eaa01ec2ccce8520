package export

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"clinical-risk-pipeline/internal/plain"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/lambda/approval"
)

// part is what a month has, in memory.
type part struct {
	Trial, Name string
	Records     []records.Record // in the order of their keys
	Runs        []*run           // in the order in which they started
	Subjects    []*subject       // in the order of their ids
	Transitions int
	Outcomes    []imported
	Trail       []trailEvent
	Warnings    []string // what a reader has to know of the records

	runs       map[string]*run // by execution and start
	executions map[string]*run // by execution: the name of one comes back after 90 days, not within a month
	subjects   map[string]*subject
	signed     map[string]*signature // by the stem of its key
}

// run is a run of the pipeline.
type run struct {
	ID          string // the hash in the keys of its records, which is its anchor
	Execution   string
	StartedAt   string
	Cut         string // the data cut; "" if no record says it
	Test        bool
	Model       string
	Threshold   string
	Definition  string
	TrialFile   string
	Machine     string // the ARN of the state machine
	Further     []field
	Scored      int
	High        int
	NotScored   int
	Excluded    int
	Transitions int
	Files       []link // the decision records and the record of exclusions
	Approvals   []*signature
	decided     bool // it has a decision record
}

// imported is a record of what became of the subjects.
type imported struct {
	At, AsOf string
	Subjects int
	File     string
}

// link is a record, with its file.
type link struct{ Text, File string }

// field is a field of a record, for people.
type field struct{ Name, Value string }

// subject is what a month has of a subject.
type subject struct {
	ID, Site    string
	Rows        []row
	Scores      int
	High        int
	Transitions int
	Exclusions  int
	Acts        []*signature // what people did about the subject's alerts
	runs        map[*run]bool
}

// row is something that happened to a subject.
type row struct {
	At      string // for the order: a day or a time
	What    string
	Detail  []string
	Run     *run // nil of a day or of a person
	File    string
	Grave   bool // high risk
	Further []field
}

// signature is a signed record, as people have to see it: printed name, date and time, meaning (21 CFR 11.50).
type signature struct {
	Name, ARN string
	At        string // the date and time
	AtNote    string // what the time is, if it is not that of the signature
	Meaning   string
	Decision  string
	Reason    string
	What      string // what was signed
	Run       *run   // of an approval
	File      string
	Verdicts  []verdict
	Fields    []field // of an approval: everything else that it says
	Attached  []link
	at        time.Time
}

// verdict is what was signed about a subject.
type verdict struct {
	Subject, Verdict, Code string
	Override               bool // the model, which found a high risk, was overridden
}

// Signatures returns the signatures of all runs of the part.
func (p *part) Signatures() []*signature {
	var all []*signature
	for _, r := range p.Runs {
		all = append(all, r.Approvals...)
	}
	return all
}

// load reads the objects of a part. It refuses a file that is not the one that was fetched.
func (e *exporter) load(name string) (*part, error) {
	list, err := e.list(name)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b records.Record) int { return strings.Compare(a.Key, b.Key) })
	p := &part{Trial: e.TrialID, Name: name, Records: list, runs: map[string]*run{}, executions: map[string]*run{}, subjects: map[string]*subject{}, signed: map[string]*signature{}}
	for _, kind := range records.Kinds { // decisions first: they make the runs
		for i := range list {
			r := &list[i]
			if r.Kind != kind {
				continue
			}
			if r.File == "" {
				p.warn("%s: only delete markers are left. Nobody can read the record", r.Key)
				continue
			}
			body, err := os.ReadFile(e.file(name, filepath.FromSlash(r.File)))
			if err != nil {
				return nil, err
			}
			if records.Digest(body) != r.SHA256 {
				return nil, fmt.Errorf("%s/%s is not what was fetched: remove the folder, and export again", name, plain.Line(r.File))
			}
			if len(r.Later) > 0 {
				p.warn("%s: the store has other versions or delete markers of the record, %d. This is the oldest version", r.Key, len(r.Later))
			}
			p.add(r, body)
		}
	}
	p.arrange()
	return p, nil
}

func (p *part) warn(format string, values ...any) {
	p.Warnings = append(p.Warnings, plain.Line(fmt.Sprintf(format, values...)))
}

// add adds a record. What cannot be read is named, and stays in the export as it is.
func (p *part) add(r *records.Record, body []byte) {
	var err error
	switch r.Kind {
	case records.Decision:
		err = p.addDecision(r, body)
	case records.Exclusion:
		err = p.addExclusion(r, body)
	case records.Approval:
		err = p.addApproval(r, body)
	case records.Attachment:
		p.attach(r)
	case records.Transition:
		err = p.addTransition(r, body)
	case records.Outcomes:
		err = p.addOutcomes(r, body)
	}
	if err != nil {
		p.warn("%s cannot be shown: %v. Verify the export", r.Key, err)
	}
}

// attach shows an attachment beside its approval.
func (p *part) attach(r *records.Record) {
	if s := p.signed[records.Stem(r.Key)]; s != nil {
		text := path.Base(r.Key)
		if approval.IsRendering(r.Key) {
			text = "what the signer was shown"
		}
		s.Attached = append(s.Attached, link{text, r.File})
		return
	}
	p.warn("%s is beside no approval of this month", r.Key)
}

// runOf returns a run of the part.
func (p *part) runOf(execution, startedAt, id string) *run {
	started := startedAt
	if at, err := time.Parse(time.RFC3339, startedAt); err == nil { // approvals leave out trailing zeros
		started = at.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	key := execution + "/" + started
	if p.runs[key] == nil {
		p.runs[key] = &run{ID: plain.Line(id), Execution: plain.Line(execution), StartedAt: plain.Line(started)}
		p.executions[execution] = p.runs[key]
	}
	return p.runs[key]
}

// subjectOf returns a subject of the part. An id that hides something is shown with its escapes.
func (p *part) subjectOf(id, site string) *subject {
	id, site = plain.Line(id), plain.Line(site)
	if p.subjects[id] == nil {
		p.subjects[id] = &subject{ID: id, runs: map[*run]bool{}}
	}
	if site != "" {
		p.subjects[id].Site = site
	}
	return p.subjects[id]
}

// arrange brings everything into its order.
func (p *part) arrange() {
	for _, r := range p.runs {
		p.Runs = append(p.Runs, r)
	}
	slices.SortFunc(p.Runs, func(a, b *run) int {
		return cmp.Or(strings.Compare(a.StartedAt, b.StartedAt), strings.Compare(a.ID, b.ID))
	})
	slices.SortFunc(p.Outcomes, func(a, b imported) int { return strings.Compare(a.At+a.File, b.At+b.File) })
	for _, s := range p.subjects {
		slices.SortStableFunc(s.Rows, func(a, b row) int { return strings.Compare(a.At, b.At) })
		p.Subjects = append(p.Subjects, s)
	}
	slices.SortFunc(p.Subjects, func(a, b *subject) int { return strings.Compare(a.ID, b.ID) })
	for _, r := range p.Runs {
		slices.SortFunc(r.Approvals, func(a, b *signature) int { return a.at.Compare(b.at) })
		if !r.decided {
			p.warn("the run %s has no decision record in this month", r.Execution)
		}
	}
}

// counts counts the records by kind.
func (p *part) counts() map[records.Kind]int {
	counts := map[records.Kind]int{}
	for _, r := range p.Records {
		counts[r.Kind]++
	}
	return counts
}
