package local

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"clinical-risk-pipeline/asl"
)

// Open implements asl.Objects.
func (s S3) Open(_ context.Context, bucket, key string) (io.ReadCloser, error) {
	file, err := s.file("", bucket, key)
	if err != nil {
		return nil, err
	}
	return os.Open(file)
}

// Create implements asl.Objects. The object is put together in a file beside it.
func (s S3) Create(_ context.Context, bucket, key string) (io.WriteCloser, error) {
	file, err := s.file("", bucket, key)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	unfinished, err := os.OpenFile(file+unfinishedSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	return &upload{File: unfinished, object: file}, nil
}

// unfinishedSuffix marks the file of an upload: no key has it, because its percent sign would be escaped.
const unfinishedSuffix = "%unfinished"

// upload is an object that is being written.
type upload struct {
	*os.File
	object string
}

// Close makes the object appear.
func (u *upload) Close() error {
	if err := u.File.Close(); err != nil {
		return err
	}
	return os.Rename(u.Name(), u.object)
}

// List implements asl.Objects.
func (s S3) List(_ context.Context, bucket, prefix string) iter.Seq2[asl.Object, error] {
	return func(yield func(asl.Object, error) bool) {
		root := filepath.Join(s.Dir, url.PathEscape(bucket))
		err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(name, unfinishedSuffix) {
				return err
			}
			object, err := describeFile(root, name, entry)
			if err != nil || !strings.HasPrefix(object.Key, prefix) {
				return err
			}
			if !yield(object, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			yield(asl.Object{}, err)
		}
	}
}

func describeFile(root, name string, entry fs.DirEntry) (asl.Object, error) {
	relative, err := filepath.Rel(root, name)
	if err != nil {
		return asl.Object{}, err
	}
	key, err := url.PathUnescape(filepath.ToSlash(relative))
	if err != nil {
		return asl.Object{}, err
	}
	info, err := entry.Info()
	if err != nil {
		return asl.Object{}, err
	}
	body, err := os.ReadFile(name)
	return asl.Object{Key: key, Size: info.Size(), LastModified: info.ModTime(), ETag: etag(body)}, err
}
