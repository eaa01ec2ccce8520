package outcomes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow/outcome"
	"clinical-risk-pipeline/workflow/trial"
)

// Reader reads objects of a record store.
type Reader interface {
	// List returns the keys below a prefix.
	List(ctx context.Context, prefix string) ([]string, error)

	// Read returns an object and its version.
	Read(ctx context.Context, key string) (body []byte, version string, err error)
}

// Imported says what an import did.
type Imported struct {
	Key        string `json:"key"`
	AsOf       string `json:"asOf"`
	Subjects   int    `json:"subjects"`
	New        bool   `json:"new"`        // false: the same outcomes were in force before
	Supersedes int    `json:"supersedes"` // how many records it supersedes
}

// Import keeps outcomes in the record store: one object, created once. The same outcomes again change nothing; others supersede what was in
// force. After a crash, the same import goes on: either nothing was stored, or all of it.
//
// Requirements: SRC-25
func Import(ctx context.Context, objects approval.Objects, t *trial.Trial, f *File, now time.Time) (*Imported, error) {
	all, err := all(ctx, objects, t.ID)
	if err != nil {
		return nil, err
	}
	record := &outcome.Record{
		SchemaVersion: 1, TrialID: t.ID, TrialFile: t.Digest(), ImportedAt: now.UTC().Format(time.RFC3339), AsOf: f.AsOf, Source: f.SHA256,
		Supersedes: []string{}, Subjects: f.Subjects,
	}
	inForce := outcome.InForce(all)
	if len(inForce) == 1 && inForce[0].Says(record) {
		return &Imported{inForce[0].Key(), f.AsOf, len(f.Subjects), false, 0}, nil
	}
	for _, r := range inForce {
		if r.AsOf > f.AsOf {
			return nil, fmt.Errorf("the outcomes in force are as of %s, and those of this file as of %s: an older file supersedes no newer one. If this is the newer one, say up to which day it knows the outcomes, with --as-of", r.AsOf, f.AsOf)
		}
		if missing := absent(r, record); missing > 0 {
			return nil, fmt.Errorf("%d of the %d subjects of the outcomes in force are not in this file: it is not of the whole trial", missing, len(r.Subjects))
		}
		record.Supersedes = append(record.Supersedes, r.Digest())
	}
	_, err = objects.Create(ctx, record.Key(), record.Body())
	if errors.Is(err, approval.ErrExists) { // somebody imported the same at the same time
		return &Imported{record.Key(), f.AsOf, len(f.Subjects), false, 0}, nil
	}
	if err != nil {
		return nil, err
	}
	return &Imported{record.Key(), f.AsOf, len(f.Subjects), true, len(inForce)}, nil
}

// absent counts the subjects of a record that another one does not have.
func absent(r, other *outcome.Record) int {
	has := map[string]bool{}
	for _, s := range other.Subjects {
		has[s.Subject] = true
	}
	n := 0
	for _, s := range r.Subjects {
		if !has[s.Subject] {
			n++
		}
	}
	return n
}

// all reads all records of a trial.
func all(ctx context.Context, reader Reader, trialID string) ([]*outcome.Record, error) {
	keys, err := reader.List(ctx, outcome.Prefix(trialID))
	if err != nil {
		return nil, err
	}
	var all []*outcome.Record
	for _, key := range keys {
		body, _, err := reader.Read(ctx, key)
		if err != nil {
			return nil, err
		}
		r, err := outcome.Read(key, body)
		if err != nil {
			return nil, err
		}
		if r.TrialID != trialID {
			return nil, fmt.Errorf("%s is of another trial", key)
		}
		all = append(all, r)
	}
	return all, nil
}

// Current returns the outcomes that are in force, or [outcome.ErrNone].
func Current(ctx context.Context, reader Reader, trialID string) (*outcome.Record, error) {
	all, err := all(ctx, reader, trialID)
	if err != nil {
		return nil, err
	}
	switch inForce := outcome.InForce(all); len(inForce) {
	case 0:
		return nil, outcome.ErrNone
	case 1:
		return inForce[0], nil
	default:
		var keys []string
		for _, r := range inForce {
			keys = append(keys, r.Key())
		}
		return nil, fmt.Errorf("several outcomes were imported at the same time, %s: import the file that counts once more", strings.Join(keys, " and "))
	}
}
