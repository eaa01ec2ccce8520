// Package export writes the records of a trial into a folder that people and programs can read, in parts of a month.
//
//	index.html            what the export has, and which runs are missing
//	runs.html, runs.csv   every run, with its part
//	subjects.html, …      every subject, with the parts that have records of it
//	manifest.json         the manifest, written last: without it, the export is not complete
//	manifest.sha256       the digest of the manifest
//	2026-03/index.html    the runs of a month, and who signed
//	2026-03/subjects.html everything about each subject in that month
//	2026-03/*.csv         tables
//	2026-03/records/…     the objects as they are stored, byte for byte
//	2026-03/manifest.json the manifest of the part
//	.export/              where it is, while it is not complete
//
// It works in three steps, and goes on where it was interrupted: it fetches the objects, in the order of their keys, into the parts that
// they belong to; it writes the tables and pages of each part; it joins the parts. It holds one part in memory, and a few bytes for each
// run and each subject.
package export

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/trial"
)

// Options say what to export.
type Options struct {
	Store    records.Store
	TrialID  string
	From, To string // the first and the last day, YYYY-MM-DD; "": from the beginning, to now
	Dir      string // a new or empty folder, or one with the same export, which was interrupted
	Program  string // the name and version of the program

	// Trail has the trail's events. Default: none, and NoTrail says why.
	Trail   records.Trail
	NoTrail string

	// Claims are the claims of data cuts. Default: none, and the export says so.
	Claims records.Claims

	// Trial is the trial's file, with the schedule. Default: none, and the export says so.
	Trial *trial.Trial

	Now      func() time.Time
	Progress Progress
}

// Progress hears how far the export is.
type Progress interface {
	// Begin begins a step of so many units, -1 if the number is not known.
	Begin(step string, of int)

	// Done says that so many more units are done.
	Done(n int)
}

// Result is a complete export.
type Result struct {
	Manifest *records.Manifest
	Digest   string // the SHA-256 of the manifest
	Resumed  bool   // an earlier, interrupted export was continued
}

// ErrNothing means that the store has no record of the trial in the period.
var ErrNothing = errors.New("the store has no record")

// exporter is an export at work.
type exporter struct {
	Options
	state state
}

// Export exports the records.
//
// Requirements: P11-10b
func Export(ctx context.Context, o Options) (result *Result, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	lock, err := open(o.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeLock(lock, o.Dir)) }()
	e := &exporter{Options: o}
	resumed, err := e.begin()
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{e.fetch, e.writeParts, e.join} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	m, digest, err := records.ReadManifest(o.Dir)
	if err != nil {
		return nil, err
	}
	return &Result{m, digest, resumed}, os.RemoveAll(filepath.Join(o.Dir, records.WorkFolder))
}

func (o *Options) check() error {
	var faults []error
	if !workflow.IsID(o.TrialID) {
		faults = append(faults, fmt.Errorf("the trial %s, got %q", workflow.IDRule, o.TrialID))
	}
	for name, day := range map[string]string{"first": o.From, "last": o.To} {
		if _, err := time.Parse(time.DateOnly, day); err != nil && day != "" {
			faults = append(faults, fmt.Errorf("the %s day must have the form 2026-10-31, got %q", name, day))
		}
	}
	if o.From != "" && o.To != "" && o.From > o.To {
		faults = append(faults, fmt.Errorf("the first day, %s, is after the last day, %s", o.From, o.To))
	}
	if o.Trial != nil && o.Trial.ID != o.TrialID {
		faults = append(faults, fmt.Errorf("the trial's file is of the trial %s, not of %s", o.Trial.ID, o.TrialID))
	}
	return errors.Join(faults...)
}

// closeLock lets other programs use the folder. The file of the lock is in the work folder, which goes with the end of the export.
func closeLock(lock *flock.Flock, dir string) error {
	err := lock.Close()
	if complete, existsErr := records.Exists(filepath.Join(dir, records.ManifestFile)); complete {
		err = errors.Join(err, existsErr, os.RemoveAll(filepath.Join(dir, records.WorkFolder)))
	}
	return err
}
