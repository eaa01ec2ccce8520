package approver

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/memory"
)

// folder is a bucket of local.S3: the object KEY is the file DIR/BUCKET/KEY, each part escaped. Versions are made of the bytes.
type folder struct{ dir, bucket string }

// List implements approval.Objects.
func (f folder) List(_ context.Context, prefix string) ([]string, error) {
	root := filepath.Join(f.dir, escape(f.bucket))
	var keys []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		key, err := url.PathUnescape(filepath.ToSlash(relative))
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return keys, err
}

// Read implements approval.Objects.
func (f folder) Read(_ context.Context, key string) ([]byte, string, error) {
	body, err := os.ReadFile(f.file(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", approval.ErrNotFound
	}
	return body, memory.Version(body), err
}

// Create implements approval.Objects.
func (f folder) Create(_ context.Context, key string, body []byte) (string, error) {
	name := f.file(key)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return "", err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return "", approval.ErrExists
	}
	if err != nil {
		return "", err
	}
	_, err = file.Write(body)
	return memory.Version(body), errors.Join(err, file.Close())
}

func (f folder) file(key string) string {
	parts := []string{f.dir, escape(f.bucket)}
	for part := range strings.SplitSeq(key, "/") {
		parts = append(parts, escape(part))
	}
	return filepath.Join(parts...)
}

// escape makes a part of a key a file's name, as local.S3 does.
func escape(part string) string {
	if part = url.PathEscape(part); strings.Trim(part, ".") == "" {
		part = strings.ReplaceAll(part, ".", "%2E")
	}
	return part
}
