package approver

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/workflow/alert"
)

// bucket is a bucket of the stand-in for S3. It implements approval.Objects.
type bucket struct {
	s3   local.S3
	name string
}

// List implements approval.Objects.
func (b bucket) List(_ context.Context, prefix string) ([]string, error) {
	return b.s3.Keys(b.name, prefix)
}

// Read implements approval.Objects.
func (b bucket) Read(_ context.Context, key string) ([]byte, string, error) {
	body, version, err := b.s3.Get(b.name, key, "")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", approval.ErrNotFound
	}
	return body, version, err
}

// Create implements approval.Objects.
func (b bucket) Create(_ context.Context, key string, body []byte) (string, error) {
	version, err := b.s3.PutNew(b.name, key, body)
	if errors.Is(err, fs.ErrExist) {
		return "", approval.ErrExists
	}
	return version, err
}

// withAlerts is a bucket of decision records, and the transitions of alerts as if they were in it, too.
type withAlerts struct {
	approval.Objects
	alerts approval.Objects
}

func (w withAlerts) of(key string) approval.Objects {
	if strings.HasPrefix(key, alert.Folder) {
		return w.alerts
	}
	return w.Objects
}

// List implements approval.Objects.
func (w withAlerts) List(ctx context.Context, prefix string) ([]string, error) {
	return w.of(prefix).List(ctx, prefix)
}

// Read implements approval.Objects.
func (w withAlerts) Read(ctx context.Context, key string) ([]byte, string, error) {
	return w.of(key).Read(ctx, key)
}
