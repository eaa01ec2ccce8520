package outcomes

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/local/intake"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/outcome"
	"clinical-risk-pipeline/workflow/trial"
)

// File is a file of outcomes that was read and checked.
type File struct {
	Name     string
	SHA256   string // of its bytes
	AsOf     string // the day up to which the outcomes are known
	Subjects []outcome.Subject
}

// Reading says how to read a file.
type Reading struct {
	Trial *trial.Trial
	AsOf  string    // the day up to which the outcomes are known. Default: the latest date in the file
	Now   time.Time // no date is later
}

// largest is the size of the largest file, in bytes: a line has about 200, and a trial has 100,000 subjects at most.
const largest = 256 << 20

// longestReason is the length of the longest reason, in characters.
const longestReason = 200

// The fields of a line. JSON Lines and CSV have the same.
const (
	subjectField = "subject"
	siteField    = "site"
)

// fieldsOf returns the names of the fields of an outcome.
func fieldsOf(kind outcome.Kind) (status, reason, date string) {
	return string(kind) + "_status", string(kind) + "_reason", string(kind) + "_date"
}

// columns are the fields that a file must have.
var columns = func() []string {
	names := []string{subjectField}
	for _, kind := range outcome.Kinds {
		status, reason, date := fieldsOf(kind)
		names = append(names, status, reason, date)
	}
	return names
}()

// example is a line, for messages.
const example = `{"subject": "S-0001", "treatment_status": "discontinued", "treatment_reason": "ADVERSE EVENT", "treatment_date": "2026-03-01", "study_status": "ongoing"}`

// Read reads a file of outcomes, JSON Lines or CSV, also packed by gzip, and checks every line. The error has every fault, each with its
// first lines. It never has a value of the file.
//
// Requirements: SRC-25
func Read(ctx context.Context, name string, o Reading) (*File, error) {
	body, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f := &File{Name: name, SHA256: records.Digest(body)}
	if body, err = unpacked(body); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(body) {
		return nil, fmt.Errorf("%s: the file is not UTF-8 text: save it as JSON Lines or CSV in UTF-8", name)
	}
	r := &reading{Reading: o, faults: &faults{name: name}, lines: map[string]int{}, today: o.Now.In(o.Trial.Location()).Format(time.DateOnly)}
	if o.AsOf != "" && o.AsOf > r.today {
		return nil, fmt.Errorf("the day up to which the outcomes are known must not be after today, %s, got %s", r.today, o.AsOf)
	}
	if start := bytes.TrimSpace(body); len(start) > 0 && start[0] == '{' {
		err = r.jsonLines(ctx, body)
	} else {
		err = r.table(ctx, body)
	}
	if err != nil {
		return nil, err
	}
	if len(r.subjects) == 0 && len(r.faults.order) == 0 {
		return nil, fmt.Errorf("%s: the file has no subject: write a line for each, such as %s", name, example)
	}
	if err := r.faults.err(); err != nil {
		return nil, err
	}
	slices.SortFunc(r.subjects, func(a, b outcome.Subject) int { return strings.Compare(a.Subject, b.Subject) })
	f.Subjects, f.AsOf = r.subjects, cmp.Or(o.AsOf, r.latest, r.today)
	return f, nil
}

func unpacked(body []byte) ([]byte, error) {
	if !bytes.HasPrefix(body, []byte("\x1f\x8b")) {
		if len(body) > largest {
			return nil, fmt.Errorf("the file has %d bytes, and %d are the most", len(body), largest)
		}
		return body, nil
	}
	packed, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the file is damaged gzip: pack it again")
	}
	body, err = io.ReadAll(io.LimitReader(packed, largest+1))
	switch {
	case err != nil:
		return nil, errors.New("the file is damaged gzip: pack it again")
	case len(body) > largest:
		return nil, fmt.Errorf("the file has more than %d bytes", largest)
	}
	return body, nil
}

// reading is a file at work.
type reading struct {
	Reading
	faults   *faults
	lines    map[string]int // of the subjects
	subjects []outcome.Subject
	today    string
	latest   string // the latest date
}

func (r *reading) jsonLines(ctx context.Context, body []byte) error {
	number := 0
	for line := range bytes.Lines(body) {
		number++
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var row map[string]any
		if err := strictjson.Unmarshal(bytes.TrimSpace(line), &row); err != nil || row == nil {
			problem := "it is not an object"
			if fault, ok := errors.AsType[*strictjson.SyntaxError](err); ok {
				problem = fault.Problem
			}
			r.faults.add(number, "the line must be an object in JSON: "+problem)
			continue
		}
		r.row(number, func(name string) string {
			switch value := row[name].(type) {
			case nil:
			case string:
				return value
			default:
				r.faults.add(number, name+" must be a text or null")
			}
			return ""
		})
	}
	return nil
}

func (r *reading) table(ctx context.Context, body []byte) error {
	head, _, _ := bytes.Cut(body, []byte("\n"))
	rows := csv.NewReader(bytes.NewReader(body))
	for _, separator := range ";\t" {
		if !bytes.ContainsRune(head, ',') && bytes.ContainsRune(head, separator) {
			rows.Comma = separator
		}
	}
	rows.FieldsPerRecord, rows.ReuseRecord = -1, true
	var at map[string]int
	for {
		cells, err := rows.Read()
		switch fault, syntax := errors.AsType[*csv.ParseError](err); {
		case errors.Is(err, io.EOF):
			return nil
		case syntax:
			r.faults.add(fault.Line, "the row cannot be read: double the quotes inside a quoted cell, and close every quote. What follows it was not checked")
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
		line, _ := rows.FieldPos(0)
		if at == nil {
			if at = r.header(line, cells); at == nil {
				return nil
			}
			continue
		}
		r.row(line, func(name string) string {
			if i, there := at[name]; there && i < len(cells) {
				return strings.TrimSpace(cells[i])
			}
			return ""
		})
	}
}

// header returns the places of the columns by name; nil where some are missing.
func (r *reading) header(line int, cells []string) map[string]int {
	at := map[string]int{}
	for i, cell := range cells {
		name := strings.ToLower(strings.TrimSpace(cell))
		for _, other := range intake.SubjectColumns {
			if strings.EqualFold(name, other) {
				name = subjectField
			}
		}
		if name == "siteid" || name == "site_id" {
			name = siteField
		}
		if _, twice := at[name]; twice && (slices.Contains(columns, name) || name == siteField) {
			r.faults.add(line, fmt.Sprintf("the column %s is there twice: keep one", name))
		}
		at[name] = i
	}
	var missing []string
	for _, name := range columns {
		if _, there := at[name]; !there {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		r.faults.add(line, "the header has no column "+strings.Join(missing, ", ")+": the file must be JSON Lines, or CSV with these columns")
		return nil
	}
	return at
}

// row reads the fields of a line.
func (r *reading) row(line int, field func(name string) string) {
	s := outcome.Subject{Subject: field(subjectField), Site: field(siteField)}
	switch first, twice := r.lines[s.Subject]; {
	case !workflow.IsID(s.Subject) || s.Subject == workflow.Unknown:
		r.faults.add(line, "subject "+workflow.IDRule)
	case twice:
		r.faults.add(line, fmt.Sprintf("the subject is in line %d, too: keep one of the two", first))
	default:
		r.lines[s.Subject] = line
	}
	if s.Site != "" && !workflow.IsID(s.Site) { // also one that the trial's file does not have: its subjects are not scored
		r.faults.add(line, "site "+workflow.IDRule+", or be left out")
	}
	s.Treatment, s.Study = r.end(line, outcome.Treatment, field), r.end(line, outcome.Study, field)
	if s.Treatment.Status == outcome.Ongoing && s.Study.Status != "" && s.Study.IsKnown() {
		r.faults.add(line, "treatment_status must not be ongoing where the study has ended for the subject")
	}
	r.subjects = append(r.subjects, s)
}

// end reads an outcome.
func (r *reading) end(line int, kind outcome.Kind, field func(name string) string) outcome.End {
	status, reason, date := fieldsOf(kind)
	end := outcome.End{Status: outcome.Status(field(status)), Reason: field(reason), Date: field(date)}
	allowed := outcome.Statuses(kind)
	if !slices.Contains(allowed, end.Status) {
		r.faults.add(line, fmt.Sprintf("%s must be %s, %s or %s", status, allowed[0], allowed[1], allowed[2]))
		return outcome.End{}
	}
	switch n := utf8.RuneCountInString(end.Reason); {
	case end.IsEvent() && n == 0:
		r.faults.add(line, fmt.Sprintf("%s is required where %s is %s", reason, status, end.Status))
	case n > longestReason || strings.ContainsFunc(end.Reason, func(c rune) bool { return !unicode.IsGraphic(c) }):
		r.faults.add(line, fmt.Sprintf("%s must have %d visible characters at most", reason, longestReason))
	case !end.IsEvent():
		end.Reason = "" // COMPLETED, and what else is no reason
	}
	r.date(line, date, status, end)
	return end
}

// date checks the date of an end.
func (r *reading) date(line int, date, status string, end outcome.End) {
	_, err := time.Parse(time.DateOnly, end.Date)
	switch {
	case !end.IsKnown() && end.Date != "":
		r.faults.add(line, fmt.Sprintf("%s must be left out where %s is ongoing", date, status))
	case !end.IsKnown():
	case err != nil:
		r.faults.add(line, fmt.Sprintf("%s must be a day, YYYY-MM-DD, where %s is not ongoing", date, status))
	case end.Date > r.today:
		r.faults.add(line, fmt.Sprintf("%s must not be after today, %s", date, r.today))
	case r.AsOf != "" && end.Date > r.AsOf:
		r.faults.add(line, fmt.Sprintf("%s must not be after the day up to which the outcomes are known, %s", date, r.AsOf))
	default:
		r.latest = max(r.latest, end.Date)
	}
}
