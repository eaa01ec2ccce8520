// Package folder reads the records of local runs: of the registry that `clinicalrisk run --registry` fills, or of the folder of results of
// `clinicalrisk run --out`.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/internal/records"
	"clinical-risk-pipeline/lambda/approval"
	approvals "clinical-risk-pipeline/lambda/approval/verify"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/workflow"
)

// Store is the records of a folder.
type Store struct {
	runs   local.S3
	bucket string   // of the runs' records
	own    local.S3 // of what the functions of a registry wrote; without a folder: there is none
	events string   // its bucket
}

// Open opens the records of a trial in a folder with the objects of S3, and the folder of a registry's own records, "" without one.
func Open(objects, events, trialID string) (*Store, error) {
	s := &Store{runs: local.S3{Dir: objects}}
	if events != "" {
		s.own, s.events = local.S3{Dir: filepath.Dir(events)}, filepath.Base(events)
	}
	buckets, err := os.ReadDir(objects)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s has no records: name the folder of a run, or the registry of runs", filepath.Dir(objects))
	}
	if err != nil {
		return nil, err
	}
	var found []string
	for _, bucket := range buckets {
		if strings.HasPrefix(bucket.Name(), ".") || !bucket.IsDir() {
			continue
		}
		for _, prefix := range []string{workflow.RecordFolder + "/", approval.ApprovalsPrefix} {
			info, err := os.Stat(filepath.Join(objects, bucket.Name(), filepath.FromSlash(prefix), url.PathEscape(trialID)))
			if err == nil && info.IsDir() && !slices.Contains(found, bucket.Name()) {
				found = append(found, bucket.Name())
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%s has no records of the trial %s", filepath.Dir(objects), trialID)
	case 1:
		s.bucket = found[0]
		return s, nil
	}
	return nil, fmt.Errorf("%s has records of the trial %s in several buckets, %s: an export is of one record store", filepath.Dir(objects), trialID, strings.Join(found, ", "))
}

// Source implements records.Store.
func (s *Store) Source() records.Source {
	return records.Source{Kind: records.Folder, Bucket: s.bucket}
}

// of returns the bucket of a key.
func (s *Store) of(key string) (local.S3, string) {
	if s.events != "" && !strings.HasPrefix(key, workflow.RecordFolder+"/") && !strings.HasPrefix(key, approval.ApprovalsPrefix) {
		return s.own, s.events
	}
	return s.runs, s.bucket
}

// List implements records.Store. The stand-in for S3 lists in the order of files, which differs from that of keys where a name is the
// beginning of another; List sorts.
func (s *Store) List(ctx context.Context, prefix, after string) iter.Seq2[records.Object, error] {
	return func(yield func(records.Object, error) bool) {
		s3, bucket := s.of(prefix)
		var all []asl.Object
		for listed, err := range s3.List(ctx, bucket, prefix) {
			if err != nil {
				yield(records.Object{}, err)
				return
			}
			if listed.Key > after {
				all = append(all, listed)
			}
		}
		slices.SortFunc(all, func(a, b asl.Object) int { return strings.Compare(a.Key, b.Key) })
		for _, listed := range all {
			_, version, err := s3.Get(bucket, listed.Key, "")
			object := records.Object{Key: listed.Key, Versions: []records.Version{{ID: version, Bytes: listed.Size, Modified: listed.LastModified}}}
			if !yield(object, err) || err != nil {
				return
			}
		}
	}
}

// Read implements records.Store. A record has one version.
func (s *Store) Read(_ context.Context, key, _ string) (approvals.Object, error) {
	s3, bucket := s.of(key)
	body, _, err := s3.Get(bucket, key, "")
	if errors.Is(err, fs.ErrNotExist) {
		err = approval.ErrNotFound
	}
	return approvals.Object{Body: body}, err
}

// Lock implements records.Store.
func (s *Store) Lock(context.Context, string, string) (approvals.Lock, error) {
	return approvals.Lock{}, records.ErrNoLocks
}

// Rule implements records.Store.
func (s *Store) Rule(context.Context) (approvals.Rule, error) {
	return approvals.Rule{}, records.ErrNoLocks
}
