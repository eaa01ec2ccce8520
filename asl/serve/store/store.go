// Package store keeps the state of a server in a folder, in a bbolt database. Every write is on the disk when its call returns; calls that
// come at the same time share one write of the disk.
package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Kind is a kind of things that are stored.
type Kind string

// The kinds.
const (
	Machines   Kind = "machines"
	Revisions  Kind = "revisions"
	Activities Kind = "activities"
	Executions Kind = "executions"
	MapRuns    Kind = "mapRuns"
)

var kinds = []Kind{Machines, Revisions, Activities, Executions, MapRuns}

// format is the version of what a folder contains.
const format = "1"

// Store is an open folder. A nil Store keeps nothing.
type Store struct {
	db      *bbolt.DB
	changes chan change
	stop    sync.Once
	stopped chan struct{} // closed by Close
	closed  chan struct{} // closed when the last change is on the disk
}

// ErrClosed is the error of a change after Close.
var ErrClosed = errors.New("the data folder is closed")

// change is a change of the database that waits for the disk.
type change struct {
	apply func(*bbolt.Tx) error
	done  chan error
}

// maxShared is the number of changes that share a write of the disk.
const maxShared = 1000

// Open opens a folder, and makes it when it does not exist. Only one program can have it open.
func Open(folder string) (*Store, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(folder, "serve.db")
	db, err := open(file)
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("%s is in use by another program", file)
	case err != nil:
		return nil, fmt.Errorf("%s is damaged, or not a database of asl serve (%w): move it away, or use another folder", file, err)
	}
	s := &Store{db: db, changes: make(chan change, maxShared), stopped: make(chan struct{}), closed: make(chan struct{})}
	go s.write()
	return s, nil
}

// write writes changes. Those that come while the disk is busy share the next write.
func (s *Store) write() {
	defer close(s.closed)
	for {
		select {
		case first := <-s.changes:
			s.share(first)
		case <-s.stopped:
			for len(s.changes) > 0 {
				s.share(<-s.changes)
			}
			return
		}
	}
}

// share writes a change, and those that wait.
func (s *Store) share(first change) {
	shared := []change{first}
	for len(shared) < maxShared && len(s.changes) > 0 {
		shared = append(shared, <-s.changes)
	}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		for _, c := range shared {
			if err := c.apply(tx); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range shared {
		c.done <- err
	}
}

// open opens the file. A damaged file makes the database panic in some places.
func open(file string) (db *bbolt.DB, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%v", fault)
		}
	}()
	if db, err = bbolt.Open(file, 0o600, &bbolt.Options{Timeout: 100 * time.Millisecond, FreelistType: bbolt.FreelistMapType}); err != nil {
		return nil, err
	}
	if err := prepare(db); err != nil {
		_ = db.Close() // The first error counts.
		return nil, err
	}
	return db, nil
}

// prepare makes the buckets, and checks the format.
func prepare(db *bbolt.DB) error {
	return db.Update(func(tx *bbolt.Tx) error {
		about, err := tx.CreateBucketIfNotExists([]byte("about"))
		if err != nil {
			return err
		}
		if got := about.Get([]byte("format")); got != nil && string(got) != format {
			return fmt.Errorf("has the format %q, and this version reads %q", got, format)
		}
		for _, kind := range kinds {
			if _, err := tx.CreateBucketIfNotExists([]byte(kind)); err != nil {
				return err
			}
		}
		return about.Put([]byte("format"), []byte(format))
	})
}

// Close closes the folder.
func (s *Store) Close() error {
	if s == nil {
		return nil
	}
	s.stop.Do(func() { close(s.stopped) })
	<-s.closed
	return s.db.Close()
}

// Put stores values by key.
func (s *Store) Put(kind Kind, key string, value []byte) error {
	return s.change(func(tx *bbolt.Tx) error { return tx.Bucket([]byte(kind)).Put([]byte(key), value) })
}

// Delete forgets keys.
func (s *Store) Delete(kind Kind, keys ...string) error {
	return s.change(func(tx *bbolt.Tx) error {
		for _, key := range keys {
			if err := tx.Bucket([]byte(kind)).Delete([]byte(key)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) change(apply func(*bbolt.Tx) error) error {
	if s == nil {
		return nil
	}
	c := change{apply, make(chan error, 1)}
	select {
	case s.changes <- c:
	case <-s.stopped:
		return ErrClosed
	}
	select {
	case err := <-c.done:
		return err
	case <-s.closed: // The change came too late, or just in time.
	}
	select {
	case err := <-c.done:
		return err
	default:
		return ErrClosed
	}
}

// Each visits the values of a kind in the order of their keys. A value is valid only during the visit.
func (s *Store) Each(kind Kind, visit func(key string, value []byte) error) (err error) {
	if s == nil {
		return nil
	}
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%s is damaged: %v", s.db.Path(), fault)
		}
	}()
	return s.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(kind)).ForEach(func(k, v []byte) error {
			if err := visit(string(k), v); err != nil {
				return fmt.Errorf("%s is damaged: %s %s: %w", s.db.Path(), kind, k, err)
			}
			return nil
		})
	})
}
