package local

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"clinical-risk-pipeline/asl"
)

const (
	// versionsFolder holds former versions. No bucket's name begins with a dot.
	versionsFolder = ".versions"

	// unfinishedSuffix marks the file of an object that is being written. No key ends in it, because keys are escaped.
	unfinishedSuffix = "%unfinished"
)

// Put stores an object and returns the id of its version. It keeps the version that it replaces.
func (s S3) Put(bucket, key string, body []byte) (id string, err error) {
	file, err := s.prepare(bucket, key)
	if err != nil {
		return "", err
	}
	id = version(body)
	if err := s.keep(bucket, key, id); err != nil {
		return "", err
	}
	return id, os.WriteFile(file, body, 0o600)
}

// PutNew stores a new object and returns the id of its version. If the object exists, the error is fs.ErrExist.
func (s S3) PutNew(bucket, key string, body []byte) (id string, err error) {
	file, err := s.prepare(bucket, key)
	if err != nil {
		return "", err
	}
	object, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = object.Write(body)
	return version(body), errors.Join(err, object.Close())
}

// Get returns an object and the id of its version: the version with that id, or the latest for "". If there is no such object or
// version, the error is fs.ErrNotExist.
func (s S3) Get(bucket, key, id string) (body []byte, latest string, err error) {
	file, err := s.file(bucket, key)
	if err != nil {
		return nil, "", err
	}
	body, err = os.ReadFile(file)
	if err != nil {
		return nil, "", err
	}
	if latest = version(body); id == "" || id == latest {
		return body, latest, nil
	}
	if file, err = s.formerFile(bucket, key, id); err != nil {
		return nil, "", err
	}
	body, err = os.ReadFile(file)
	return body, id, err
}

// UnfinishedPrefix begins the names of files that a program was writing when it was killed. They are no objects.
const UnfinishedPrefix = ".write-"

// Keys returns the keys of a bucket that have the prefix.
func (s S3) Keys(bucket, prefix string) ([]string, error) {
	if err := checkBucket(bucket); err != nil {
		return nil, err
	}
	root := filepath.Join(s.Dir, bucket)
	var keys []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, unfinishedSuffix) || strings.HasPrefix(entry.Name(), UnfinishedPrefix) {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		key, err := url.PathUnescape(filepath.ToSlash(relative))
		if err == nil && strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return keys, err
}

// Open implements asl.Objects.
func (s S3) Open(_ context.Context, bucket, key string) (io.ReadCloser, error) {
	file, err := s.file(bucket, key)
	if err != nil {
		return nil, err
	}
	return os.Open(file)
}

// OpenVersion implements asl.Versions. It reads the whole object to see which version it is.
func (s S3) OpenVersion(_ context.Context, bucket, key, id string) (io.ReadCloser, error) {
	body, _, err := s.Get(bucket, key, id)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(body)), nil
}

// Create implements asl.Objects. The object appears when the writer is closed.
func (s S3) Create(_ context.Context, bucket, key string) (io.WriteCloser, error) {
	file, err := s.prepare(bucket, key)
	if err != nil {
		return nil, err
	}
	unfinished, err := os.OpenFile(file+unfinishedSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	return &upload{s3: s, bucket: bucket, key: key, file: file, unfinished: unfinished, sum: sha256.New()}, nil
}

// List implements asl.Objects.
func (s S3) List(_ context.Context, bucket, prefix string) iter.Seq2[asl.Object, error] {
	return func(yield func(asl.Object, error) bool) {
		keys, err := s.Keys(bucket, prefix)
		if err != nil {
			yield(asl.Object{}, err)
			return
		}
		for _, key := range keys {
			if object, err := s.describe(bucket, key); !yield(object, err) {
				return
			}
		}
	}
}

func (s S3) describe(bucket, key string) (asl.Object, error) {
	file, err := s.file(bucket, key)
	if err != nil {
		return asl.Object{}, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return asl.Object{}, err
	}
	body, err := os.ReadFile(file)
	return asl.Object{Key: key, Size: info.Size(), LastModified: info.ModTime(), ETag: etag(body)}, err
}

// upload is an object that is being written.
type upload struct {
	s3                S3
	bucket, key, file string
	unfinished        *os.File
	sum               hash.Hash
}

// Write implements io.Writer.
func (u *upload) Write(part []byte) (int, error) {
	u.sum.Write(part)
	return u.unfinished.Write(part)
}

// Close makes the object appear.
func (u *upload) Close() error {
	if err := u.unfinished.Close(); err != nil {
		return err
	}
	if err := u.s3.keep(u.bucket, u.key, versionID(u.sum.Sum(nil))); err != nil {
		return err
	}
	return os.Rename(u.unfinished.Name(), u.file)
}

// prepare returns the file of an object, in a folder that exists.
func (s S3) prepare(bucket, key string) (string, error) {
	file, err := s.file(bucket, key)
	if err != nil {
		return "", err
	}
	return file, os.MkdirAll(filepath.Dir(file), 0o700)
}

// keep moves the version that an object has to the former versions, unless it is the one with that id.
func (s S3) keep(bucket, key, id string) error {
	_, latest, err := s.Get(bucket, key, "")
	if errors.Is(err, fs.ErrNotExist) || err == nil && latest == id {
		return nil
	}
	if err != nil {
		return err
	}
	file, err := s.file(bucket, key)
	if err != nil {
		return err
	}
	former, err := s.formerFile(bucket, key, latest)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(former), 0o700); err != nil {
		return err
	}
	return os.Rename(file, former)
}

// file is the file of an object.
func (s S3) file(bucket, key string) (string, error) { return fileBelow(s.Dir, bucket, key) }

// formerFile is the file of a former version of an object.
func (s S3) formerFile(bucket, key, id string) (string, error) {
	return fileBelow(filepath.Join(s.Dir, versionsFolder), bucket, key+"/"+id)
}

// fileBelow returns the path of an object's file in a folder. It escapes every part of the key, so that no key leaves the folder.
func fileBelow(folder, bucket, key string) (string, error) {
	if err := checkBucket(bucket); err != nil {
		return "", err
	}
	parts := []string{folder, bucket}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" {
			return "", errors.New("parameter Key: the local stand-in takes no key with an empty part, as in a//b")
		}
		parts = append(parts, escape(part))
	}
	return filepath.Join(parts...), nil
}

// bucketPattern are the characters of https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html.
var bucketPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)

// checkBucket refuses names that no bucket can have, such as those of other folders.
func checkBucket(name string) error {
	if !bucketPattern.MatchString(name) {
		return errors.New("parameter Bucket: must have 1 to 63 lower-case letters, digits, dots and hyphens, the first one a letter or digit")
	}
	return nil
}

// escape makes a part of a key the name of a file.
func escape(part string) string {
	if part = url.PathEscape(part); strings.Trim(part, ".") == "" {
		part = strings.ReplaceAll(part, ".", "%2E")
	}
	return part
}

// version is the id of an object's version.
func version(body []byte) string {
	sum := sha256.Sum256(body)
	return versionID(sum[:])
}

func versionID(sum []byte) string { return hex.EncodeToString(sum[:16]) }
