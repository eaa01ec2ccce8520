// Package registry is the registry of alerts of local runs: a folder with what DynamoDB, the record store, the topic and the bucket of the
// worklists have on AWS. The functions of package lambda/alerts read and write it, run after run.
//
//	trial.json     the trial's file, as the functions know it
//	entries/       the table: a file for each key, with the revision
//	events/        the transitions, the exclusions of each run and the imported outcomes, each created once
//	worklists/     what is to do, by site: worklist.html, .csv and .json
//	messages.jsonl every message, a line each
//	s3/            the cohorts and the decision records of the runs
//
// One program uses a folder at a time. Only its owner can read it: it has pseudonyms and features.
package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

// The names in the folder.
const (
	trialFile       = "trial.json"
	entriesFolder   = "entries"
	eventsFolder    = "events"
	worklistsFolder = "worklists"
	messagesFile    = "messages.jsonl"
	objectsFolder   = "s3"
	lockFile        = ".lock"
)

// Folder is an open registry of a trial.
type Folder struct {
	dir   string
	lock  *flock.Flock
	rules alert.Rules
	mu    sync.Mutex
}

// Open opens the registry in a folder for a trial, and makes it if there is none. A registry of another trial, and one that another program
// uses, is refused.
func Open(dir string, t *trial.Trial) (*Folder, error) {
	if t == nil {
		return reopen(dir)
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		known, err := readTrial(dir)
		if err != nil {
			return nil, err
		}
		if known.ID != t.ID {
			return nil, fmt.Errorf("%s is the registry of the trial %s: name another folder with --registry", dir, known.ID)
		}
	}
	f, err := open(dir, t)
	if err != nil {
		return nil, err
	}
	if err := writeFile(filepath.Join(dir, trialFile), t.Canonical()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// reopen opens a registry that is there, for its own trial.
func reopen(dir string) (*Folder, error) {
	t, err := readTrial(dir)
	if err != nil {
		return nil, err
	}
	return open(dir, t)
}

func readTrial(dir string) (*trial.Trial, error) {
	t, err := trial.LoadCanonical(filepath.Join(dir, trialFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not a registry of alerts: name one that `clinicalrisk run --registry` made, or, for such a run, a new or empty folder", dir)
	}
	return t, err
}

func open(dir string, t *trial.Trial) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !locked {
		return nil, fmt.Errorf("another program uses the registry %s: wait for its end", dir)
	}
	rules := alert.Rules{Trial: t, List: "clinicalrisk alerts open --registry " + dir}
	return &Folder{dir: dir, lock: lock, rules: rules}, nil
}

// Close lets other programs use the folder.
func (f *Folder) Close() error { return f.lock.Close() }

// Trial returns the trial.
func (f *Folder) Trial() *trial.Trial { return f.rules.Trial }

// Objects returns the folder for the objects of S3.
func (f *Folder) Objects() string { return filepath.Join(f.dir, objectsFolder) }

// Page returns the file with a worklist's page, of the folder that worklist.Folder returns.
func (f *Folder) Page(folder, name string) string {
	return filepath.Join(f.dir, worklistsFolder, filepath.FromSlash(folder), name)
}

// Store returns what the functions keep.
func (f *Folder) Store() alerts.Store {
	return alerts.Store{Registry: f, Events: f.events(), Rules: f.rules}
}

// worklists is the folder of the worklists.
type worklists struct{ dir string }

// Put implements alerts.Worklists.
func (w worklists) Put(_ context.Context, key, _ string, body []byte) error {
	return writeFile(filepath.Join(w.dir, filepath.FromSlash(key)), body)
}

// Tell implements alerts.Teller: a line of messages.jsonl.
func (f *Folder) Tell(_ context.Context, m alert.Message) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(f.dir, messagesFile), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}

// Messages returns all messages, in the order in which they were sent.
func (f *Folder) Messages() ([]alert.Message, error) {
	text, err := os.ReadFile(filepath.Join(f.dir, messagesFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var messages []alert.Message
	for line := range bytes.Lines(text) {
		var m alert.Message
		if err := strictjson.Unmarshal(line, &m); err != nil {
			return nil, fmt.Errorf("%s is damaged: %w", messagesFile, err)
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// writeFile replaces a file at once.
func writeFile(name string, body []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, body) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	work, err := writeTemporary(name, body)
	if err != nil {
		return err
	}
	return os.Rename(work, name)
}

// writeTemporary writes a file beside another one, and returns its name. Only its owner can read it.
func writeTemporary(name string, body []byte) (string, error) {
	work, err := os.CreateTemp(filepath.Dir(name), local.UnfinishedPrefix)
	if err != nil {
		return "", err
	}
	_, err = work.Write(body)
	if err := errors.Join(err, work.Close()); err != nil {
		return "", errors.Join(err, os.Remove(work.Name()))
	}
	return work.Name(), nil
}
