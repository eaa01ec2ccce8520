package memory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/verify"
)

// Bucket is a stand-in for a bucket with Object Lock, which keeps all versions of its objects. Tests also do to it what S3 does not do
// or allow.
type Bucket struct {
	Now     approval.Clock
	Default verify.Rule

	mu       sync.Mutex
	count    int
	versions []kept
}

type kept struct {
	verify.Version
	verify.Object
	verify.Lock
	isLatest bool
}

// Put adds a version of an object, which may be its first, and returns the version.
func (b *Bucket) Put(key string, body []byte) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.put(key, body)
}

func (b *Bucket) put(key string, body []byte) string {
	now := b.Now()
	b.add(kept{
		Version: verify.Version{Key: key, Modified: now.Truncate(time.Second)},
		Object:  verify.Object{Body: slices.Clone(body), SHA256: approval.Digest(body)},
		Lock:    verify.Lock{Mode: b.Default.Mode, Until: now.Add(b.Default.Period)},
	})
	return b.versions[len(b.versions)-1].ID
}

func (b *Bucket) add(k kept) {
	for i := range b.versions {
		if b.versions[i].Key == k.Key {
			b.versions[i].isLatest = false
		}
	}
	b.count++
	k.ID, k.isLatest = fmt.Sprintf("v%d", b.count), true
	b.versions = append(b.versions, k)
}

// Hide adds a delete marker.
func (b *Bucket) Hide(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.add(kept{Version: verify.Version{Key: key, Deleted: true, Modified: b.Now()}})
}

// Destroy removes all versions of an object.
func (b *Bucket) Destroy(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.versions = slices.DeleteFunc(b.versions, func(k kept) bool { return k.Key == key })
}

// Change changes the newest version of an object in its place: its body, its lock, or when it was written.
func (b *Bucket) Change(key string, change func(o *verify.Object, l *verify.Lock, modified *time.Time)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if k := b.latest(key); k != nil {
		change(&k.Object, &k.Lock, &k.Modified)
	}
}

func (b *Bucket) latest(key string) *kept {
	for i := range b.versions {
		if k := &b.versions[i]; k.Key == key && k.isLatest {
			return k
		}
	}
	return nil
}

// List implements approval.Objects.
func (b *Bucket) List(_ context.Context, prefix string) ([]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var keys []string
	for _, k := range b.versions {
		if k.isLatest && !k.Deleted && strings.HasPrefix(k.Key, prefix) {
			keys = append(keys, k.Key)
		}
	}
	return keys, nil
}

// Create implements approval.Objects.
func (b *Bucket) Create(_ context.Context, key string, body []byte) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if k := b.latest(key); k != nil && !k.Deleted {
		return "", approval.ErrExists
	}
	return b.put(key, body), nil
}

// Objects returns the bucket as the functions see it.
func (b *Bucket) Objects() approval.Objects { return latest{b} }

// latest is a bucket whose objects are read without a version.
type latest struct{ *Bucket }

// Read implements approval.Objects.
func (l latest) Read(_ context.Context, key string) ([]byte, string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.latest(key)
	if k == nil || k.Deleted {
		return nil, "", approval.ErrNotFound
	}
	return k.Body, k.ID, nil
}

// Versions implements verify.Store.
func (b *Bucket) Versions(_ context.Context, prefix string) ([]verify.Version, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var versions []verify.Version
	for _, k := range b.versions {
		if strings.HasPrefix(k.Key, prefix) {
			versions = append(versions, k.Version)
		}
	}
	return versions, nil
}

// Read implements verify.Store.
func (b *Bucket) Read(_ context.Context, key, version string) (verify.Object, error) {
	k, err := b.version(key, version)
	return k.Object, err
}

// Lock implements verify.Store.
func (b *Bucket) Lock(_ context.Context, key, version string) (verify.Lock, error) {
	k, err := b.version(key, version)
	return k.Lock, err
}

// Rule implements verify.Store.
func (b *Bucket) Rule(context.Context) (verify.Rule, error) { return b.Default, nil }

func (b *Bucket) version(key, id string) (kept, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range b.versions {
		if k.Key == key && k.ID == id && !k.Deleted {
			return k, nil
		}
	}
	return kept{}, approval.ErrNotFound
}

// Trail is a stand-in for a trail of invocations.
type Trail struct {
	Events map[string][]verify.Invocation // by request id
	From   time.Time                      // the trail has no older events
}

// Invocations implements verify.Trail.
func (t *Trail) Invocations(_ context.Context, requestID string, _ time.Time) ([]verify.Invocation, error) {
	return t.Events[requestID], nil
}

// Since implements verify.Trail.
func (t *Trail) Since(context.Context) (time.Time, error) { return t.From, nil }
