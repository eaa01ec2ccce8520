// Package memory has doubles of the ports of package alerts, for tests and for the fault sweep. A [World] crashes where a test says: at a
// write, before or after it took effect.
package memory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/workflow/alert"
)

// ErrCrashed is the error of every call from a crash until the restart.
var ErrCrashed = errors.New("crashed")

// World is a registry, a record store, a topic, and buckets for cohorts and worklists.
type World struct {
	mu        sync.Mutex
	entries   map[string]alerts.Entry
	objects   map[string][]byte
	worklists map[string][]byte
	cohorts   map[alert.Object][]byte
	told      []alert.Message

	writes  int
	crashAt int
	after   bool
	crashed bool
}

// New returns an empty world.
func New() *World {
	return &World{
		entries: map[string]alerts.Entry{}, objects: map[string][]byte{}, worklists: map[string][]byte{}, cohorts: map[alert.Object][]byte{},
	}
}

// CrashAt crashes at the nth write from now, 1 for the next one, before or after it takes effect. 0: never.
func (w *World) CrashAt(n int, after bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes, w.crashAt, w.after, w.crashed = 0, n, after, false
}

// Restart ends the crash.
func (w *World) Restart() { w.CrashAt(0, false) }

// Writes returns the number of writes since the last call of CrashAt or Restart.
func (w *World) Writes() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.writes
}

// write does a write, unless the world crashes or has crashed.
func (w *World) write(do func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.crashed {
		return ErrCrashed
	}
	w.writes++
	w.crashed = w.writes == w.crashAt
	if w.crashed && !w.after {
		return ErrCrashed
	}
	if err := do(); err != nil {
		return err
	}
	if w.crashed {
		return ErrCrashed
	}
	return nil
}

// read does a read, unless the world has crashed.
func (w *World) read(do func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.crashed {
		return ErrCrashed
	}
	return do()
}

// Get implements alerts.Registry.
func (w *World) Get(_ context.Context, key string) (e alerts.Entry, err error) {
	err = w.read(func() error {
		found, ok := w.entries[key]
		if !ok {
			return alerts.ErrNotFound
		}
		e = found
		return nil
	})
	return e, err
}

// Put implements alerts.Registry.
func (w *World) Put(_ context.Context, e alerts.Entry) error {
	return w.write(func() error {
		if w.entries[e.Key].Revision != e.Revision {
			return alerts.ErrChanged
		}
		e.Revision++
		e.Body = bytes.Clone(e.Body)
		w.entries[e.Key] = e
		return nil
	})
}

// List implements alerts.Registry.
func (w *World) List(_ context.Context, prefix string) iter.Seq2[alerts.Entry, error] {
	return func(yield func(alerts.Entry, error) bool) {
		var found []alerts.Entry
		err := w.read(func() error {
			for _, key := range slices.Sorted(maps.Keys(w.entries)) {
				if strings.HasPrefix(key, prefix) {
					found = append(found, w.entries[key])
				}
			}
			return nil
		})
		if err != nil {
			yield(alerts.Entry{}, err)
			return
		}
		for _, e := range found {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Events returns the record store.
func (w *World) Events() alerts.Events { return events{w} }

type events struct{ *World }

// List implements alerts.Events.
func (e events) List(_ context.Context, prefix string) (keys []string, err error) {
	err = e.read(func() error {
		for _, key := range slices.Sorted(maps.Keys(e.objects)) {
			if strings.HasPrefix(key, prefix) {
				keys = append(keys, key)
			}
		}
		return nil
	})
	return keys, err
}

// Read implements alerts.Events.
func (e events) Read(_ context.Context, key string) (body []byte, version string, err error) {
	err = e.read(func() error {
		found, ok := e.objects[key]
		if !ok {
			return alerts.ErrNotFound
		}
		body, version = found, "v1"
		return nil
	})
	return body, version, err
}

// Create implements alerts.Events.
func (e events) Create(_ context.Context, key string, body []byte) (string, error) {
	return "v1", e.write(func() error {
		if _, there := e.objects[key]; there {
			return alerts.ErrExists
		}
		e.objects[key] = bytes.Clone(body)
		return nil
	})
}

// Objects returns the objects of the record store by key.
func (w *World) Objects() map[string][]byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.objects)
}

// AddRecord puts a decision record into the record store.
func (w *World) AddRecord(key string, body []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.objects[key] = body
}

// AddCohort puts an object of the extraction into its bucket, also as the newest version.
func (w *World) AddCohort(o alert.Object, body []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cohorts[o] = body
	o.VersionID = ""
	w.cohorts[o] = body
}

// Entries returns the entries of the registry: a backup, for Restore.
func (w *World) Entries() map[string]alerts.Entry {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.entries)
}

// Restore makes the registry what it was.
func (w *World) Restore(entries map[string]alerts.Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.entries = maps.Clone(entries)
}

// RemoveCohort removes a version of a cohort.
func (w *World) RemoveCohort(o alert.Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.cohorts, o)
}

// Open implements alerts.Cohorts.
func (w *World) Open(_ context.Context, o alert.Object) (body io.ReadCloser, err error) {
	err = w.read(func() error {
		found, ok := w.cohorts[o]
		if !ok {
			return alerts.ErrNotFound
		}
		body = io.NopCloser(bytes.NewReader(found))
		return nil
	})
	return body, err
}

// Tell implements alerts.Teller.
func (w *World) Tell(_ context.Context, m alert.Message) error {
	return w.write(func() error {
		w.told = append(w.told, m)
		return nil
	})
}

// Told returns all messages, in order.
func (w *World) Told() []alert.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.told)
}

// Worklists returns the bucket of the worklists.
func (w *World) Worklists() alerts.Worklists { return worklists{w} }

type worklists struct{ *World }

// Put implements alerts.Worklists.
func (l worklists) Put(_ context.Context, key, contentType string, body []byte) error {
	return l.write(func() error {
		if contentType == "" {
			return fmt.Errorf("%s has no content type", key)
		}
		l.worklists[key] = bytes.Clone(body)
		return nil
	})
}

// Worklist returns a worklist's file.
func (w *World) Worklist(key string) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.worklists[key]
}
