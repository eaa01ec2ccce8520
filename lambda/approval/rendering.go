package approval

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"clinical-risk-pipeline/internal/plain"
)

// Rendering is what a person is shown before a decision: a text that the deciding function stores once beside the record, and whose digest
// the person signs.
//
// Requirements: P11-50b, P11-70
type Rendering struct {
	Key     string `json:"key"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
	Text    string `json:"text,omitempty"` // only in the answer for one request
}

// renderingKey is the key of the rendering of a request.
func (a *Approval) renderingKey() string {
	return strings.TrimSuffix(a.recordKey(), ".json") + renderingSuffix
}

// renderingSuffix ends the keys of renderings.
const renderingSuffix = ".txt"

// IsRendering reports whether a key below [ApprovalsPrefix] is of what a person was shown. Other objects there are records.
func IsRendering(key string) bool { return strings.HasSuffix(key, renderingSuffix) }

// shown returns what the request shows: it stores the rendering, or reads it and refuses one that the records of today do not give.
func (r Records) shown(ctx context.Context, a *Approval) (*Rendering, *Reviewed, *Cases, error) {
	reviewed, cases, err := r.review(ctx, &a.Request)
	if err != nil {
		return nil, nil, nil, err
	}
	text := render(&a.Request, reviewed, cases)
	key := a.renderingKey()
	version, err := r.Objects.Create(ctx, key, text)
	if errors.Is(err, ErrExists) {
		var stored []byte
		if stored, version, err = r.Objects.Read(ctx, key); err == nil && !bytes.Equal(stored, text) {
			return nil, nil, nil, fault(http.StatusConflict, "RecordsChanged",
				"the decision records have changed since somebody was shown them, at %s: tell your administrator", Place{r.Bucket, key})
		}
	}
	if err != nil {
		return nil, nil, nil, err
	}
	return &Rendering{Key: key, Version: version, SHA256: Digest(text), Text: string(text)}, reviewed, cases, nil
}

// render writes what a person sees. The same request and the same records give the same bytes.
func render(r *Request, reviewed *Reviewed, c *Cases) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Request for a decision about %s\n\n", counted(len(c.Subjects)+c.Unlisted, "subject"))
	write(&b, func(row func(cells ...any)) {
		row("Approval", ID(r.Execution))
		row("Trial", r.TrialID)
		row("Run", r.Execution)
		row("Started", stamp(r.StartedAt))
		row("Deadline", stamp(r.Deadline)+"; without a decision nobody is approved")
		row("Records", fmt.Sprintf("%s, %s", reviewed.Place, counted(len(reviewed.Objects), "object")))
		row("Digest of the records", reviewed.SHA256)
	})
	fmt.Fprintf(&b, "\nThe records say: %d at high risk, %d scored and %d not scored.\n", c.High, c.Scored, c.NotScored)
	if counts := r.Subjects.Counts; counts != nil && (counts.High != c.High || counts.Scored != c.Scored) {
		fmt.Fprintf(&b, "WARNING: the run counted %d at high risk and %d scored.\n", counts.High, counts.Scored)
	}
	for i, key := range c.Unknown {
		if i == mostUnknown {
			fmt.Fprintf(&b, "WARNING: %d more objects are not decision records.\n", len(c.Unknown)-i)
			break
		}
		fmt.Fprintf(&b, "WARNING: %s is not a decision record.\n", plain.Line(key))
	}
	if c.Unlisted > 0 {
		fmt.Fprintf(&b, "WARNING: only the %d subjects with the highest risk are listed, and %d more are not: the run can only be rejected as a whole.\n",
			len(c.Subjects), c.Unlisted)
	}
	renderCases(&b, c.Subjects)
	return b.Bytes()
}

// Listed is a subject as a rendering lists it.
type Listed struct{ Subject, Alert string }

// gaps separate the cells of a row.
var gaps = regexp.MustCompile(` {2,}`)

// ListedIn returns the subjects that a rendering lists, in the forms that [plain.Line] gives their ids.
func ListedIn(text []byte) []Listed {
	var listed []Listed
	for line := range strings.Lines(string(text)) {
		cells := gaps.Split(strings.TrimSuffix(line, "\n"), -1)
		if _, err := strconv.Atoi(cells[0]); err != nil || len(cells) != len(caseColumns) {
			continue
		}
		row := Listed{Subject: cells[1], Alert: cells[len(cells)-1]}
		if row.Alert == orNone("") {
			row.Alert = ""
		}
		listed = append(listed, row)
	}
	return listed
}

// SaysCounts reports whether a rendering says that the records and the run agree on these counts.
func SaysCounts(text []byte, c *Counts) bool {
	return strings.Contains(string(text), fmt.Sprintf("\nThe records say: %d at high risk, %d scored and ", c.High, c.Scored)) ||
		strings.Contains(string(text), fmt.Sprintf("\nWARNING: the run counted %d at high risk and %d scored.\n", c.High, c.Scored))
}

// caseColumns are the columns of the subjects.
var caseColumns = []any{"", "SUBJECT", "SITE", "RISK", "BAND", "NEW", "ALERT"}

// mostUnknown is how many objects that are not decision records are named.
const mostUnknown = 20

// renderCases writes a line for each subject, with its history and reasons below.
func renderCases(b *bytes.Buffer, cases []Case) {
	var table bytes.Buffer
	write(&table, func(row func(cells ...any)) {
		row(caseColumns...)
		for i, c := range cases {
			row(i+1, c.Subject, orNone(c.Site), fmt.Sprintf("%.2f", c.Score), orNone(c.Band), orNone(c.News), orNone(c.Alert))
		}
	})
	lines := strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n")
	fmt.Fprintf(b, "\n%s\n", lines[0])
	for i, c := range cases {
		fmt.Fprintln(b, lines[i+1])
		if len(c.History) > 0 {
			fmt.Fprintf(b, "     before: %s\n", plain.Line(historyOf(c.History)))
		}
		if len(c.Reasons) > 0 {
			fmt.Fprintf(b, "     because: %s\n", plain.Line(reasonsOf(c.Reasons)))
		}
	}
}

func historyOf(history []Past) string {
	var texts []string
	for _, past := range history {
		text := past.Day + " " + past.What
		if past.Band != "" {
			text += " (" + past.Band + ")"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

func reasonsOf(reasons []Reason) string {
	var texts []string
	for _, r := range reasons {
		texts = append(texts, fmt.Sprintf("%s %+.2f", r.Feature, r.Contribution))
	}
	return strings.Join(texts, "; ")
}

// write writes rows with aligned cells, without blanks at the ends of lines. A cell is one line: it cannot forge a row.
func write(b *bytes.Buffer, rows func(row func(cells ...any))) {
	var aligned bytes.Buffer
	table := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	rows(func(cells ...any) {
		texts := make([]string, len(cells))
		for i, cell := range cells {
			texts[i] = plain.Line(fmt.Sprint(cell))
		}
		fmt.Fprintln(table, strings.Join(texts, "\t"))
	})
	_ = table.Flush() // a buffer takes everything
	for line := range strings.Lines(aligned.String()) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
}

// orNone returns a dash for nothing.
func orNone(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
