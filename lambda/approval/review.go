package approval

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Records is the record store, with the places that may be reviewed.
type Records struct {
	Objects Objects
	Bucket  string
	Prefix  string // of the decision records that may be reviewed, with its slash; not ApprovalsPrefix

	// Alerts says that the trial has a registry of alerts, whose events are below [alert.Folder]: a person decides about what is new. Else,
	// about everybody at high risk.
	Alerts bool
}

// concurrentReads is how many records are read at the same time.
const concurrentReads = 16

// Reviewed identifies the objects that a decision is about, by their bytes.
//
// Requirements: P11-10a-records, P11-70
type Reviewed struct {
	Place string `json:"place"`

	// SHA256 is the digest of a text with the line "DIGEST  KEY" for each object, in the byte order of the keys: the
	// `sha256sum` of the output of `sha256sum` of the objects.
	SHA256  string           `json:"sha256"`
	Objects []ReviewedObject `json:"objects"`
}

// ReviewedObject is one object.
type ReviewedObject struct {
	Key     string `json:"key"`
	Version string `json:"version"`
	Bytes   int    `json:"bytes"`
	SHA256  string `json:"sha256"`
}

// check refuses a place outside the decision records.
func (r Records) check(uri string) error {
	place, err := ParsePlace(uri)
	if err != nil {
		return err
	}
	inside := strings.HasPrefix(place.Key, r.Prefix) && path.Clean("/"+place.Key) == "/"+strings.TrimSuffix(place.Key, "/")
	if place.Bucket != r.Bucket || !inside || strings.HasPrefix(place.Key, ApprovalsPrefix) {
		return fmt.Errorf("record must be below s3://%s/%s", r.Bucket, r.Prefix)
	}
	return nil
}

// review reads and hashes the decision records of a request, and finds the cases. Without records or cases, nobody can decide.
func (r Records) review(ctx context.Context, request *Request) (*Reviewed, *Cases, error) {
	uri := request.Record
	if err := r.check(uri); err != nil {
		return nil, nil, err
	}
	place, _ := ParsePlace(uri)
	keys := []string{place.Key}
	if strings.HasSuffix(place.Key, "/") {
		var err error
		if keys, err = r.Objects.List(ctx, place.Key); err != nil {
			return nil, nil, err
		}
	}
	slices.Sort(keys)
	reviewed, said := &Reviewed{Place: uri, Objects: make([]ReviewedObject, len(keys))}, make([]Cases, len(keys))
	err := each(len(keys), func(i int) (err error) {
		reviewed.Objects[i], err = r.digest(ctx, keys[i], &said[i])
		return err
	})
	if len(keys) == 0 || errors.Is(err, ErrNotFound) {
		return nil, nil, fault(http.StatusConflict, "NothingToReview", "no decision records at %s", uri)
	}
	if err != nil {
		return nil, nil, err
	}
	reviewed.SHA256 = reviewed.Sum()
	cases := collect(said)
	if r.Alerts {
		if err := r.keepNews(ctx, cases, request.TrialID, request.Execution); err != nil {
			return nil, nil, err
		}
	}
	if len(cases.Subjects) == 0 {
		return nil, nil, fault(http.StatusConflict, "NothingToReview", "the decision records at %s have no subject to decide about", uri)
	}
	cases.limit()
	return reviewed, cases, nil
}

// Sum returns the digest of the objects: what SHA256 has to be.
func (r *Reviewed) Sum() string {
	var lines bytes.Buffer
	for _, o := range r.Objects {
		fmt.Fprintf(&lines, "%s  %s\n", o.SHA256, o.Key)
	}
	return Digest(lines.Bytes())
}

func (r Records) digest(ctx context.Context, key string, said *Cases) (ReviewedObject, error) {
	if strings.ContainsFunc(key, unicode.IsControl) {
		return ReviewedObject{}, errors.New("the key of a decision record has a control character")
	}
	body, version, err := r.Objects.Read(ctx, key)
	said.read(key, body)
	return ReviewedObject{Key: key, Version: version, Bytes: len(body), SHA256: Digest(body)}, err
}

// Digest returns the SHA-256 of an object's bytes, in hexadecimal digits.
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// each calls do for 0 to n-1, some at the same time, and returns the first error.
func each(n int, do func(i int) error) error {
	var (
		wait  sync.WaitGroup
		once  sync.Once
		first error
		slots = make(chan struct{}, concurrentReads)
	)
	for i := range n {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			if err := do(i); err != nil {
				once.Do(func() { first = err })
			}
		})
	}
	wait.Wait()
	return first
}
