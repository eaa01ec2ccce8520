// Package memory has a record store in memory and a trial's records for it, for tests. It makes the bytes of a record when somebody reads
// it, so that a test of 10,000 runs holds their keys only.
package memory

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/lambda/approval"
	approvals "clinical-risk-pipeline/lambda/approval/verify"
)

// Object is an object with all its versions, the oldest first.
type Object struct {
	Body     func() []byte // of the oldest version
	Modified time.Time
	Lock     approvals.Lock
	Later    []records.Version
}

// Store is a bucket with Object Lock. It implements records.Store.
type Store struct {
	Bucket  string
	Objects map[string]*Object
	Default approvals.Rule

	// Fail is asked before each read. Default: no read fails.
	Fail func(key string) error

	mu    sync.Mutex
	reads int
	keys  []string
}

// version is the version of every record.
const version = "v1"

// Reads returns how many objects were read.
func (s *Store) Reads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

// Put puts an object into the store.
func (s *Store) Put(key string, modified time.Time, body func() []byte) {
	if s.Objects == nil {
		s.Objects = map[string]*Object{}
	}
	s.keys = nil
	s.Objects[key] = &Object{Body: body, Modified: modified, Lock: approvals.Lock{Mode: s.Default.Mode, Until: modified.Add(s.Default.Period)}}
}

// Source implements records.Store.
func (s *Store) Source() records.Source {
	return records.Source{Kind: records.Bucket, Bucket: s.Bucket}
}

// List implements records.Store.
func (s *Store) List(_ context.Context, prefix, after string) iter.Seq2[records.Object, error] {
	return func(yield func(records.Object, error) bool) {
		if s.keys == nil {
			s.keys = slices.Sorted(maps.Keys(s.Objects))
		}
		at, _ := slices.BinarySearch(s.keys, max(prefix, after+"\x00"))
		for ; at < len(s.keys) && strings.HasPrefix(s.keys[at], prefix); at++ {
			o := s.Objects[s.keys[at]]
			var versions []records.Version
			if o.Body != nil {
				versions = append(versions, records.Version{ID: version, Modified: o.Modified})
			}
			if !yield(records.Object{Key: s.keys[at], Versions: append(versions, o.Later...)}, nil) {
				return
			}
		}
	}
}

// Read implements records.Store.
func (s *Store) Read(_ context.Context, key, id string) (approvals.Object, error) {
	s.mu.Lock()
	s.reads++
	s.mu.Unlock()
	if s.Fail != nil {
		if err := s.Fail(key); err != nil {
			return approvals.Object{}, err
		}
	}
	o := s.Objects[key]
	if o == nil || o.Body == nil || id != version {
		return approvals.Object{}, approval.ErrNotFound
	}
	body := o.Body()
	return approvals.Object{Body: body, SHA256: records.Digest(body)}, nil
}

// Lock implements records.Store.
func (s *Store) Lock(_ context.Context, key, _ string) (approvals.Lock, error) {
	return s.Objects[key].Lock, nil
}

// Rule implements records.Store.
func (s *Store) Rule(context.Context) (approvals.Rule, error) { return s.Default, nil }
