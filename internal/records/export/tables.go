package export

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"clinical-risk-pipeline/internal/plain"
)

// table is a CSV table in memory.
type table struct {
	Name string
	text bytes.Buffer
	rows *csv.Writer
}

func newTable(name string, heads ...string) *table {
	t := &table{Name: name}
	t.rows = csv.NewWriter(&t.text)
	t.add(heads...)
	return t
}

// add adds a row. No cell is a formula.
func (t *table) add(cells ...string) {
	for i, cell := range cells {
		cells[i] = plain.Cell(cell)
	}
	_ = t.rows.Write(cells) // a buffer takes everything
}

func (t *table) bytes() []byte {
	t.rows.Flush()
	return t.text.Bytes()
}

// The heads of the tables that parts are joined by.
var (
	runHeads = []string{"trial", "part", "run", "execution", "started at", "data cut", "test", "model", "threshold", "definition", "trial file", "scored", "high risk",
		"not scored", "excluded", "transitions", "approvals", "further"}
	subjectHeads = []string{"trial", "part", "subject", "site", "runs with a score", "runs at high risk", "transitions", "exclusions", "page"}
)

// tables returns the tables of a part.
func (p *part) tables() []*table {
	return []*table{p.runTable(), p.subjectTable(), p.happenedTable(), p.signatureTable(), p.recordTable()}
}

func (p *part) runTable() *table {
	t := newTable("runs.csv", runHeads...)
	for _, r := range p.Runs {
		t.add(p.Trial, p.Name, r.ID, r.Execution, r.StartedAt, r.Cut, yes(r.Test), r.Model, r.Threshold, r.Definition, r.TrialFile, strconv.Itoa(r.Scored),
			strconv.Itoa(r.High), strconv.Itoa(r.NotScored), strconv.Itoa(r.Excluded), strconv.Itoa(r.Transitions), strconv.Itoa(len(r.Approvals)), joined(r.Further))
	}
	return t
}

// subjectTable is the index of the subjects, in the order of their ids.
func (p *part) subjectTable() *table {
	t := newTable("subjects.csv", subjectHeads...)
	for i, s := range p.Subjects {
		t.add(p.Trial, p.Name, s.ID, s.Site, strconv.Itoa(s.Scores), strconv.Itoa(s.High), strconv.Itoa(s.Transitions), strconv.Itoa(s.Exclusions), subjectPage(i/subjectsPerPage))
	}
	return t
}

// happenedTable has a row for each decision about a subject, each exclusion and each change of an alert.
func (p *part) happenedTable() *table {
	t := newTable("happened.csv", "trial", "subject", "site", "at", "run", "what", "detail", "further", "record")
	for _, s := range p.Subjects {
		for _, r := range s.Rows {
			of := ""
			if r.Run != nil {
				of = r.Run.ID
			}
			t.add(p.Trial, s.ID, s.Site, r.When(), of, r.What, strings.Join(r.Detail, "; "), joined(r.Further), r.File)
		}
	}
	return t
}

// signatureTable has a row for each signature of a person.
func (p *part) signatureTable() *table {
	t := newTable("signatures.csv", "trial", "printed name", "signed at", "time", "meaning", "decision", "reason", "signer", "what", "run", "further", "record")
	for _, s := range p.Signatures() {
		t.add(p.Trial, s.Name, s.At, s.AtNote, s.Meaning, s.Decision, s.Reason, s.ARN, s.What, s.Run.ID, joined(s.Fields), s.File)
	}
	for _, subject := range p.Subjects {
		for _, s := range subject.Acts {
			t.add(p.Trial, s.Name, s.At, s.AtNote, s.Meaning, s.Decision, s.Reason, s.ARN, s.What, "", "", s.File)
		}
	}
	return t
}

// recordTable lists the objects.
func (p *part) recordTable() *table {
	t := newTable("records.csv", "kind", "key", "version", "stored at", "bytes", "sha256", "lock", "locked until", "legal hold", "file")
	for _, r := range p.Records {
		mode, until, hold := "", "", ""
		if r.Lock != nil {
			mode, hold = string(r.Lock.Mode), yes(r.Lock.Hold)
			if r.Lock.Until != nil {
				until = stamp(*r.Lock.Until)
			}
		}
		t.add(string(r.Kind), r.Key, r.Version, stamp(r.Modified), strconv.FormatInt(r.Bytes, 10), r.SHA256, mode, until, hold, r.File)
	}
	return t
}

// When returns the time of a row for people.
func (r row) When() string {
	day, time, _ := strings.Cut(r.At, "T")
	if len(time) < len("15:04") || strings.HasPrefix(time, "99") {
		return day
	}
	return day + " " + time[:len("15:04")] + " UTC"
}

func joined(fields []field) string {
	var parts []string
	for _, f := range fields {
		parts = append(parts, f.Name+": "+f.Value)
	}
	return strings.Join(parts, "; ")
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
