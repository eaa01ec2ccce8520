package alerts

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"

	"github.com/klauspost/compress/zstd"
)

// run is what a run says.
type run struct {
	said    map[string]alert.Observation // by subject
	nobodys int                          // the lines without a score whose subject has no id: no finding can explain them
	scores  alert.Scores                 // every score, also of a subject that occurs twice
}

// batch is what the update needs of a decision record: docs/decision-record.schema.json.
type batch struct {
	Run struct {
		Execution string `json:"execution"`
		StartedAt string `json:"startedAt"`
		TrialID   string `json:"trialId"`
		Test      bool   `json:"test"`
	} `json:"run"`
	Input    *alert.Object `json:"input"`
	Subjects *[]struct {
		Subject string  `json:"subject"`
		Site    string  `json:"site"`
		Score   float64 `json:"score"`
		Branch  string  `json:"branch"`
		Reasons []struct {
			Feature string `json:"feature"`
		} `json:"reasons"`
	} `json:"subjects"`
	NotScored *[]struct {
		Subject string `json:"subject"`
		Site    string `json:"site"`
	} `json:"notScored"`
}

// errUnusable is the error of a run that says nothing that could be used, however often it is read.
var errUnusable = errors.New("the run cannot be used")

func unusable(format string, values ...any) error {
	return fmt.Errorf("%w: %w", errUnusable, fmt.Errorf(format, values...))
}

// readRun reads what a run says of each subject: its decision records, its cohort and its exclusions. It refuses records of another run,
// and counts that differ from those of the run, so that nobody at high risk is lost on the way.
func (u *Updater) readRun(ctx context.Context, r alert.Run, source alert.Source) (*run, error) {
	keys, err := u.Events.List(ctx, source.Records)
	if err != nil {
		return nil, err
	}
	seen := &run{said: map[string]alert.Observation{}}
	var (
		mu     sync.Mutex
		counts alert.Counts
	)
	err = each(ctx, len(keys), func(ctx context.Context, i int) error {
		body, _, err := u.Events.Read(ctx, keys[i])
		if err != nil {
			return err
		}
		b, err := u.readBatch(body, r, source)
		if err != nil {
			return unusable("the record %s %w", path.Base(keys[i]), err)
		}
		mu.Lock()
		defer mu.Unlock()
		return seen.add(b, &counts)
	})
	if err != nil {
		return nil, err
	}
	if counts.Scored != source.Counts.Scored || counts.High != source.Counts.High {
		return nil, unusable("the records have %d subjects with a score, %d of them at high risk, and the run counted %d and %d",
			counts.Scored, counts.High, source.Counts.Scored, source.Counts.High)
	}
	if err := u.readCohort(ctx, source.Cohort, seen); err != nil {
		return nil, err
	}
	return seen, u.readExcluded(ctx, r, source, seen)
}

// readBatch reads a record, and refuses one that is not of the run.
func (u *Updater) readBatch(body []byte, r alert.Run, source alert.Source) (*batch, error) {
	var b batch
	if err := strictjson.Unmarshal(body, &b); err != nil || b.Subjects == nil || b.NotScored == nil {
		return nil, errors.New("is not a decision record")
	}
	switch trial := u.Rules.Trial; {
	case b.Run.Execution != r.Execution || b.Run.StartedAt != source.StartedAt || b.Run.TrialID != trial.ID:
		return nil, errors.New("is of another run")
	case b.Run.Test:
		return nil, errors.New("is of a test")
	case b.Input == nil || *b.Input != source.Cohort:
		return nil, errors.New("is of another cohort")
	}
	return &b, nil
}

// add adds what a record says. A subject that occurs twice counts by its highest risk.
func (s *run) add(b *batch, counts *alert.Counts) error {
	for _, subject := range *b.Subjects {
		counts.Scored++
		s.scores.Count(subject.Score, subject.Branch == workflow.AlertBranch)
		o := alert.Observation{Seen: alert.Low, Site: subject.Site}
		if subject.Branch == workflow.AlertBranch {
			counts.High++
			o.Seen, o.Risk = alert.High, subject.Score
			for _, reason := range subject.Reasons {
				o.Reasons = append(o.Reasons, reason.Feature)
			}
		}
		if !isSubject(subject.Subject) {
			if o.Seen == alert.Low { // one at high risk is nobody whom an alert could name: the run does not succeed
				s.nobodys--
			}
			continue
		}
		if known, twice := s.said[subject.Subject]; !twice || known.Seen == alert.NotScored || o.Seen == alert.High && o.Risk > known.Risk {
			s.said[subject.Subject] = o
		}
	}
	for _, subject := range *b.NotScored {
		s.notScored(subject.Subject, subject.Site)
	}
	return nil
}

// notScored notes a subject in the cohort that has no score, as far as is known.
func (s *run) notScored(subject, site string) {
	if !isSubject(subject) {
		return
	}
	if _, known := s.said[subject]; !known {
		s.said[subject] = alert.Observation{Seen: alert.NotScored, Site: site}
	}
}

// isSubject reports whether a text is the id of a subject.
func isSubject(text string) bool { return workflow.IsID(text) && text != workflow.Unknown }

// readCohort notes the subjects of the cohort that have no record. Of each line, it keeps subject and site.
func (u *Updater) readCohort(ctx context.Context, cohort alert.Object, seen *run) error {
	err := u.readLines(ctx, cohort, func(line []byte) error {
		var l struct {
			Subject json.RawMessage `json:"subject"`
			Site    json.RawMessage `json:"site"`
		}
		_ = strictjson.Unmarshal(line, &l) // a line that is not an object, or names a subject twice, has none
		if subject := textOf(l.Subject); isSubject(subject) {
			seen.notScored(subject, textOf(l.Site))
		} else {
			seen.nobodys++
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return unusable("the cohort of the run is not there any more")
	}
	return err
}

func textOf(raw json.RawMessage) string {
	var text string
	_ = strictjson.Unmarshal(raw, &text)
	return text
}

// longestLine is the longest line of a cohort, in bytes: more does not fit into a state's data.
const longestLine = 1 << 20

// readLines reads an object of JSON lines, which its key may call compressed.
func (u *Updater) readLines(ctx context.Context, object alert.Object, each func(line []byte) error) error {
	body, err := u.Cohorts.Open(ctx, object)
	if err != nil {
		return err
	}
	defer body.Close()
	plain, err := Unpack(object.Key, body)
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", path.Base(object.Key), err)
	}
	defer plain.Close()
	lines := bufio.NewScanner(plain)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	for lines.Scan() {
		if line := lines.Bytes(); len(strings.TrimSpace(string(line))) > 0 {
			if err := each(line); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s cannot be read: %w", path.Base(object.Key), err)
	}
	return nil
}

// Unpack reads an object of the extraction, which its key may call compressed: .gz or .zst.
func Unpack(key string, body io.Reader) (io.ReadCloser, error) {
	switch path.Ext(key) {
	case ".gz":
		return gzip.NewReader(body)
	case ".zst":
		reader, err := zstd.NewReader(body)
		if err != nil {
			return nil, err
		}
		return reader.IOReadCloser(), nil
	}
	return io.NopCloser(body), nil
}
