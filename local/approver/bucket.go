package approver

import (
	"context"
	"errors"
	"io/fs"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/local"
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
