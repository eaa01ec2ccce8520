// Package records is what the export of a trial's records and its verification share: the kinds of records, the store that they come
// from, where an export has them, and the manifest that lists them. Package export writes an export, package verify checks one.
package records

import (
	"context"
	"errors"
	"iter"
	"time"

	approvals "clinical-risk-pipeline/lambda/approval/verify"
)

// Store is a record store, on AWS or on this machine.
type Store interface {
	// Source says which store it is.
	Source() Source

	// List returns the objects whose keys begin with a prefix and come after another key, in the order of their keys.
	List(ctx context.Context, prefix, after string) iter.Seq2[Object, error]

	// Read returns one version of an object, with the digest that its writer sent, "" if the store keeps none.
	Read(ctx context.Context, key, version string) (approvals.Object, error)

	// Lock returns the lock of one version, or ErrNoLocks. Its zero value is no lock.
	Lock(ctx context.Context, key, version string) (approvals.Lock, error)

	// Rule returns the lock that the store gives to every new object, or ErrNoLocks.
	Rule(ctx context.Context) (approvals.Rule, error)
}

// ErrNoLocks means that a store cannot lock: it is a folder.
var ErrNoLocks = errors.New("a folder has no locks")

// Source is a store that records come from.
type Source struct {
	Kind   SourceKind `json:"kind"`
	Bucket string     `json:"bucket"` // the name of the bucket, which approvals name
}

// SourceKind is a kind of store.
type SourceKind string

// The kinds of stores.
const (
	Bucket SourceKind = "bucket" // of S3: it has versions and locks, and times of its own
	Folder SourceKind = "folder" // of local runs: nothing protects it, and its times are those of files
)

// Object is an object with its versions and delete markers, the oldest first.
type Object struct {
	Key      string
	Versions []Version
}

// Version is a version of an object, or a delete marker.
type Version struct {
	ID       string
	Bytes    int64
	Modified time.Time
	Deleted  bool // a delete marker
}

// Trail is the log group of a trail.
type Trail interface {
	// Events returns the events that match a pattern of CloudWatch Logs, in a period of their delivery.
	Events(ctx context.Context, pattern string, from, to time.Time) iter.Seq2[string, error]

	// Since returns the time from which the log group has events.
	Since(ctx context.Context) (time.Time, error)

	// Group returns the name of the log group.
	Group() string
}

// Claim is an execution that claimed a data cut.
type Claim struct {
	Cut       string `json:"cut"` // YYYY-MM-DD
	Execution string `json:"execution"`
	StartedAt string `json:"startedAt"`
}

// Claims are the claims of a trial, in the order of their data cuts.
type Claims interface {
	Claims(ctx context.Context) iter.Seq2[Claim, error]
}
