package local

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// versionsFolder holds the versions that were overwritten. No bucket's name begins with a dot.
const versionsFolder = ".versions"

// put stores an object and returns its version's id. With once, an object that is there is an error, fs.ErrExist.
func (s S3) put(bucket, key string, body []byte, once bool) (string, error) {
	file, err := s.file("", bucket, key)
	if err != nil {
		return "", err
	}
	before, err := os.ReadFile(file)
	switch {
	case err == nil && once:
		return "", fs.ErrExist
	case err == nil && version(before) != version(body):
		err = s.keep(bucket, key, file, version(before))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", err
	}
	return version(body), os.WriteFile(file, body, 0o600)
}

// keep moves the file of an object to where its former versions are.
func (s S3) keep(bucket, key, file, id string) error {
	kept, err := s.file(versionsFolder, bucket, key+"/"+id)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(kept), 0o700); err != nil {
		return err
	}
	return os.Rename(file, kept)
}

// read returns the body of an object; of its latest version where no id is given.
func (s S3) read(bucket, key, id string) ([]byte, error) {
	file, err := s.file("", bucket, key)
	if err != nil {
		return nil, err
	}
	body, err := os.ReadFile(file)
	if err != nil || id == "" || version(body) == id {
		return body, err
	}
	if file, err = s.file(versionsFolder, bucket, key+"/"+id); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}

// file returns the file of an object below a folder of Dir. Parts of the key are escaped, so that no key leaves it.
func (s S3) file(folder, bucket, key string) (string, error) {
	parts := []string{s.Dir, folder}
	for part := range strings.SplitSeq(bucket+"/"+key, "/") {
		if part == "" {
			return "", fmt.Errorf("parameters Bucket and Key: a part between two slashes is empty, which no file's name can be")
		}
		if part = url.PathEscape(part); strings.Trim(part, ".") == "" {
			part = strings.ReplaceAll(part, ".", "%2E")
		}
		parts = append(parts, part)
	}
	return filepath.Join(parts...), nil
}

// version is the id of an object's version.
func version(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}
