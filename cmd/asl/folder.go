package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"clinical-risk-pipeline/asl"
)

// folder is a folder of buckets: the object KEY in BUCKET is the file BUCKET/KEY.
type folder string

// file returns the name of an object's file. It refuses a key that leads out of the bucket.
func (f folder) file(bucket, key string) (string, error) {
	if name := path.Join(bucket, key); !strings.Contains(bucket, "/") && filepath.IsLocal(name) && key != "" {
		return filepath.Join(string(f), filepath.FromSlash(name)), nil
	}
	return "", fmt.Errorf("key %q of bucket %q is outside the folder", key, bucket)
}

// Open opens the file.
func (f folder) Open(_ context.Context, bucket, key string) (io.ReadCloser, error) {
	name, err := f.file(bucket, key)
	if err != nil {
		return nil, err
	}
	return os.Open(name)
}

// Create writes a file, which appears when it is closed.
func (f folder) Create(_ context.Context, bucket, key string) (io.WriteCloser, error) {
	name, err := f.file(bucket, key)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".partial-*")
	if err != nil {
		return nil, err
	}
	return &emerging{file, name}, nil
}

// emerging is a temporary file that gets its name when it is closed.
type emerging struct {
	*os.File
	name string
}

// Close closes and renames the file.
func (e *emerging) Close() error {
	if err := e.File.Close(); err != nil {
		return err
	}
	return os.Rename(e.Name(), e.name)
}

// List returns the objects of a bucket whose keys begin with the prefix, sorted by key.
func (f folder) List(_ context.Context, bucket, prefix string) iter.Seq2[asl.Object, error] {
	return func(yield func(asl.Object, error) bool) {
		var objects []asl.Object
		root := filepath.Join(string(f), bucket)
		err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := entry.Info()
			if err != nil {
				return err
			}
			relative, err := filepath.Rel(root, name)
			if key := filepath.ToSlash(relative); strings.HasPrefix(key, prefix) {
				objects = append(objects, asl.Object{Key: key, Size: info.Size(), LastModified: info.ModTime()})
			}
			return err
		})
		if err != nil {
			yield(asl.Object{}, err)
			return
		}
		slices.SortFunc(objects, func(a, b asl.Object) int { return strings.Compare(a.Key, b.Key) })
		for _, o := range objects {
			if !yield(o, nil) {
				return
			}
		}
	}
}
