package export

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/internal/strictjson"
)

// The names in the work folder.
const (
	stateFile      = "state.json"
	lockFile       = "lock"
	incompleteFile = "INCOMPLETE.txt" // in the export's folder, for people

	incompleteText = "This export is not complete: it was interrupted, or it still runs.\nDo not use it. The same command goes on where it stopped.\n"
)

// state is how far the export is. It is stored after each step, so that an interrupted export goes on there.
type state struct {
	SchemaVersion int            `json:"schemaVersion"` // 1
	TrialID       string         `json:"trialId"`
	From          string         `json:"from"`
	To            string         `json:"to"`
	Source        records.Source `json:"source"`
	AsOf          time.Time      `json:"asOf"`

	// Prefix counts the prefixes that are fetched; After is the last key that was fetched of the next one.
	Prefix  int    `json:"prefix"`
	After   string `json:"after"`
	Fetched int    `json:"fetched"` // the objects so far

	Parts []records.PartSummary `json:"parts"` // the parts that are written
}

// open locks the folder. A folder with a complete export, and one with other files, is refused.
func open(dir string) (*flock.Flock, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot write to %s (%w): name another folder with --out", dir, err)
	}
	work := filepath.Join(dir, records.WorkFolder)
	ours, err := records.Exists(filepath.Join(work, lockFile))
	if err != nil {
		return nil, err
	}
	complete, err := records.Exists(filepath.Join(dir, records.ManifestFile))
	switch {
	case err != nil:
		return nil, err
	case complete && !ours:
		return nil, fmt.Errorf("%s holds a complete export, or files of somebody else: name a new or empty folder with --out", dir)
	case len(entries) > 0 && !ours:
		return nil, fmt.Errorf("%s holds files that are not of an export: name a new or empty folder with --out", dir)
	}
	if err := os.MkdirAll(work, 0o700); err != nil {
		return nil, fmt.Errorf("cannot write to %s (%w): name another folder with --out", dir, err)
	}
	lock := flock.New(filepath.Join(work, lockFile), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !locked {
		return nil, fmt.Errorf("another export writes to %s: wait for its end, or name another folder with --out", dir)
	}
	return lock, nil
}

// begin reads the state of an interrupted export, which must be of the same records, or begins a new one.
func (e *exporter) begin() (resumed bool, err error) {
	e.state = state{SchemaVersion: 1, TrialID: e.TrialID, From: e.From, To: e.To, Source: e.Store.Source(), AsOf: e.Now().UTC().Truncate(time.Millisecond)}
	body, err := os.ReadFile(e.work(stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		if err := records.WriteFile(e.work(""), filepath.Join(e.Dir, incompleteFile), []byte(incompleteText)); err != nil {
			return false, err
		}
		return false, e.save()
	}
	if err != nil {
		return false, err
	}
	var known state
	if err := strictjson.UnmarshalKnown(body, &known); err != nil || known.SchemaVersion != 1 {
		return false, fmt.Errorf("the state of the interrupted export in %s is damaged: name a new folder with --out", e.Dir)
	}
	same := e.state
	if known.TrialID != same.TrialID || known.From != same.From || known.To != same.To || known.Source != same.Source {
		return false, fmt.Errorf("%s has an interrupted export of the trial %s from %s to %s out of %s: continue it with the same arguments, or name a new folder with --out",
			e.Dir, known.TrialID, dayOr(known.From, "the beginning"), dayOr(known.To, "now"), known.Source.Bucket)
	}
	e.state = known
	return true, nil
}

func dayOr(day, otherwise string) string {
	if day == "" {
		return otherwise
	}
	return day
}

// save stores the state.
func (e *exporter) save() error {
	return records.WriteFile(e.work(""), e.work(stateFile), records.Encode(e.state))
}

// work returns a file of the work folder.
func (e *exporter) work(name string) string { return filepath.Join(e.Dir, records.WorkFolder, name) }

// file returns a file of the export, by its name with slashes.
func (e *exporter) file(name ...string) string {
	return filepath.Join(append([]string{e.Dir}, name...)...)
}
