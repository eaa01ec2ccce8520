package registry

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/exclusion"
	"clinical-risk-pipeline/workflow/outcome"
)

// The buckets of the two kinds of records. Transitions, exclusions and outcomes are objects of a folder of their own, decisions are where the
// run put them.
type records struct {
	own   local.S3
	runs  local.S3
	store string // the name of the runs' bucket of decision records
}

func (f *Folder) events() *records {
	return &records{own: local.S3{Dir: f.dir}, runs: local.S3{Dir: f.Objects()}}
}

// of returns the bucket of a key.
func (r *records) of(key string) (local.S3, string) {
	if strings.HasPrefix(key, alert.Folder) || strings.HasPrefix(key, exclusion.Folder) || strings.HasPrefix(key, outcome.Folder) {
		return r.own, eventsFolder
	}
	return r.runs, r.store
}

// Events returns the records that are in a folder of their own, such as the transitions of the trial's alerts.
func (f *Folder) Events() alerts.Events { return f.events() }

// List implements alerts.Events.
func (r *records) List(_ context.Context, prefix string) ([]string, error) {
	s3, bucket := r.of(prefix)
	return s3.Keys(bucket, prefix)
}

// Read implements alerts.Events.
func (r *records) Read(_ context.Context, key string) ([]byte, string, error) {
	s3, bucket := r.of(key)
	body, version, err := s3.Get(bucket, key, "")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", approval.ErrNotFound
	}
	return body, version, err
}

// Create implements alerts.Events. Nothing but transitions, exclusions and outcomes is created so. The file is whole as soon as it has its name.
func (r *records) Create(_ context.Context, key string, body []byte) (string, error) {
	name := filepath.Join(r.own.Dir, eventsFolder, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return "", err
	}
	work, err := writeTemporary(name, body)
	if err != nil {
		return "", err
	}
	err = os.Link(work, name) // does not replace
	if errors.Is(err, fs.ErrExist) {
		err = approval.ErrExists
	}
	return "", errors.Join(err, os.Remove(work))
}

// bucketOf returns the bucket in which the run with this folder has its records.
func (r *records) bucketOf(folder string) (string, error) {
	buckets, err := os.ReadDir(r.runs.Dir)
	if err != nil {
		return "", err
	}
	for _, bucket := range buckets {
		if strings.HasPrefix(bucket.Name(), ".") {
			continue
		}
		if keys, err := r.runs.Keys(bucket.Name(), folder); err != nil || len(keys) > 0 {
			return bucket.Name(), err
		}
	}
	return "no-records", nil // of a run that scored nobody
}

// Cohorts returns the cohorts of the runs, to read.
func (f *Folder) Cohorts() alerts.Cohorts { return f.events() }

// Open implements alerts.Cohorts.
func (r *records) Open(ctx context.Context, o alert.Object) (io.ReadCloser, error) {
	body, err := r.runs.OpenVersion(ctx, o.Bucket, o.Key, o.VersionID)
	if o.VersionID == "" {
		body, err = r.runs.Open(ctx, o.Bucket, o.Key)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, alerts.ErrNotFound
	}
	return body, err
}
