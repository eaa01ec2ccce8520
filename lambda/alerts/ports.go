package alerts

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow/alert"
)

// Registry is the trial's part of the table: entries by key, each with a revision that guards changes.
type Registry interface {
	// Get returns the entry of a key, or ErrNotFound.
	Get(ctx context.Context, key string) (Entry, error)

	// Put stores an entry, and increments its revision. It returns ErrChanged if the stored entry has another Revision (0: there is none).
	Put(ctx context.Context, e Entry) error

	// List returns the entries whose keys begin with a prefix, in the order of their keys.
	List(ctx context.Context, prefix string) iter.Seq2[Entry, error]
}

// Entry is an entry of the registry.
type Entry struct {
	Key      string
	Body     []byte // JSON
	Revision int    // how often it was stored; 0: never
}

// Events is the record store.
type Events = approval.Objects

// Cohorts reads what the extraction wrote.
type Cohorts interface {
	// Open opens a version of an object, or the newest one without a version, or returns ErrNotFound.
	Open(ctx context.Context, o alert.Object) (io.ReadCloser, error)
}

// Teller tells people.
type Teller interface {
	Tell(ctx context.Context, m alert.Message) error
}

// Worklists receives worklists, and replaces older ones.
type Worklists interface {
	Put(ctx context.Context, key, contentType string, body []byte) error
}

// Clock tells the time.
type Clock func() time.Time

// The errors of the ports.
var (
	ErrNotFound = approval.ErrNotFound
	ErrChanged  = approval.ErrChanged
	ErrExists   = approval.ErrExists
)

// AlertsNotUpdated is the error of the update. Its type names the error of the state.
type AlertsNotUpdated struct{ Err error }

// Error returns why.
func (e AlertsNotUpdated) Error() string { return "the alerts were not updated: " + e.Err.Error() }

// Unwrap returns the cause.
func (e AlertsNotUpdated) Unwrap() error { return e.Err }

// errBusy means that others kept changing an item.
var errBusy = errors.New("an item of the registry kept changing: try again")
