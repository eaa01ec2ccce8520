package main

import (
	"context"
	"crypto/rand"
	"errors"
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

// folder is a folder of buckets: the object KEY in BUCKET is the file BUCKET/KEY. No name of a bucket or key, and no symbolic link,
// leads out of the folder of the bucket.
type folder string

// unfinished begins the name of a file that is being written.
const unfinished = ".unfinished-"

// bucket opens the folder of a bucket. The caller must close it.
func (f folder) bucket(name string) (*os.Root, error) {
	if !filepath.IsLocal(name) || strings.HasPrefix(name, ".") || strings.ContainsAny(name, `/\`) {
		return nil, fmt.Errorf("bucket %q must be the name of a folder in %s", name, string(f))
	}
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil, err
	}
	defer root.Close() //nolint:errcheck // It was only read.
	return root.OpenRoot(name)
}

// file returns the name of an object's file in the folder of its bucket.
func file(bucket, key string) (string, error) {
	if path.Clean(key) != key || !filepath.IsLocal(key) || key == "." {
		return "", fmt.Errorf("key %q of bucket %q is outside the folder", key, bucket)
	}
	return filepath.FromSlash(key), nil
}

// Open opens the file.
func (f folder) Open(_ context.Context, bucket, key string) (io.ReadCloser, error) {
	name, err := file(bucket, key)
	if err != nil {
		return nil, err
	}
	root, err := f.bucket(bucket)
	if err != nil {
		return nil, err
	}
	defer root.Close() //nolint:errcheck // The file stays open.
	return root.Open(name)
}

// Create writes a file, which appears when it is closed.
func (f folder) Create(_ context.Context, bucket, key string) (io.WriteCloser, error) {
	name, err := file(bucket, key)
	if err != nil {
		return nil, err
	}
	root, err := f.create(bucket)
	if err != nil {
		return nil, err
	}
	e := &emerging{root: root, temporary: filepath.Join(filepath.Dir(name), unfinished+rand.Text()), name: name}
	if err = root.MkdirAll(filepath.Dir(name), 0o755); err == nil {
		e.File, err = root.OpenFile(e.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return e, nil
}

// create opens the folder of a bucket, and creates it if necessary.
func (f folder) create(bucket string) (*os.Root, error) {
	root, err := f.bucket(bucket)
	if !errors.Is(err, fs.ErrNotExist) {
		return root, err
	}
	if err := os.Mkdir(filepath.Join(string(f), bucket), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return f.bucket(bucket)
}

// emerging is a temporary file that gets its name when it is closed.
type emerging struct {
	*os.File
	root            *os.Root
	temporary, name string
}

// Close closes and renames the file.
func (e *emerging) Close() error {
	defer e.root.Close() //nolint:errcheck // Nothing is pending.
	if err := e.File.Close(); err != nil {
		return err
	}
	return e.root.Rename(e.temporary, e.name)
}

// List returns the objects of a bucket whose keys begin with the prefix, sorted by key.
func (f folder) List(_ context.Context, bucket, prefix string) iter.Seq2[asl.Object, error] {
	return func(yield func(asl.Object, error) bool) {
		objects, err := f.list(bucket, prefix)
		if err != nil {
			yield(asl.Object{}, err)
			return
		}
		for _, o := range objects {
			if !yield(o, nil) {
				return
			}
		}
	}
}

func (f folder) list(bucket, prefix string) ([]asl.Object, error) {
	root, err := f.bucket(bucket)
	if err != nil {
		return nil, err
	}
	defer root.Close() //nolint:errcheck // It was only read.
	var objects []asl.Object
	err = fs.WalkDir(root.FS(), ".", func(key string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || !strings.HasPrefix(key, prefix) || strings.HasPrefix(entry.Name(), unfinished) {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		objects = append(objects, asl.Object{Key: key, Size: info.Size(), LastModified: info.ModTime()})
		return nil
	})
	slices.SortFunc(objects, func(a, b asl.Object) int { return strings.Compare(a.Key, b.Key) })
	return objects, err
}
