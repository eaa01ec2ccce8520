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
	"io"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/gofrs/flock"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/local"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/exclusion"
	"clinical-risk-pipeline/workflow/outcome"
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

// underWay is the run that uses the registry, and did not end yet.
type underWay struct {
	Cut    string `json:"cut"`
	Number int    `json:"number"` // from 1; 0: the last run has ended
}

// Begin begins a run of a data cut, and returns its number, which the name of the execution has. A run that was killed before its end is
// begun again under its number: its execution finds what it wrote before, and goes on. Until then, no other cut can be run, because nobody
// would be asked about the alerts of the one that was killed.
func (f *Folder) Begin(cut string) (number int, err error) {
	ctx := context.Background()
	e, err := f.Get(ctx, runsKey)
	if err != nil && !errors.Is(err, alerts.ErrNotFound) {
		return 0, err
	}
	var last underWay
	if err == nil {
		if err := strictjson.UnmarshalKnown(e.Body, &last); err != nil {
			return 0, fmt.Errorf("%s is damaged: %w", f.file(runsKey), err)
		}
	}
	switch {
	case last.Number > 0 && last.Cut == cut:
		return last.Number, nil
	case last.Number > 0:
		return 0, fmt.Errorf("the run of the data cut %s was interrupted before its end: run it again first, with --cut-date %s", last.Cut, last.Cut)
	}
	number = e.Revision/2 + 1 // a run writes the entry twice
	return number, f.setUnderWay(ctx, e.Revision, underWay{cut, number})
}

// End says that the run has ended, whatever its outcome.
func (f *Folder) End() error {
	ctx := context.Background()
	e, err := f.Get(ctx, runsKey)
	if err != nil {
		return err
	}
	return f.setUnderWay(ctx, e.Revision, underWay{})
}

func (f *Folder) setUnderWay(ctx context.Context, revision int, run underWay) error {
	body, err := json.Marshal(run)
	if err != nil {
		return err
	}
	return f.Put(ctx, alerts.Entry{Key: runsKey, Body: body, Revision: revision})
}

// runsKey is the key of the entry of the run that is under way. Its revision counts the runs.
const runsKey = "RUNS"

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

// LastCut returns the data cut of the last run that updated the alerts, "" before the first one.
func (f *Folder) LastCut() (string, error) {
	e, err := f.Get(context.Background(), alert.HeadKey(f.rules.Trial.Endpoint.Name))
	if errors.Is(err, alerts.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var head alert.Head
	if err := strictjson.UnmarshalKnown(e.Body, &head); err != nil {
		return "", fmt.Errorf("%s is damaged: %w", f.file(e.Key), err)
	}
	return head.Run.Cut, nil
}

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

// entry is the file of an entry.
type entry struct {
	Key      string          `json:"key"`
	Revision int             `json:"revision"`
	Body     json.RawMessage `json:"body"`
}

func (f *Folder) file(key string) string {
	return filepath.Join(f.dir, entriesFolder, url.PathEscape(key)+".json")
}

// Get implements alerts.Registry.
func (f *Folder) Get(_ context.Context, key string) (alerts.Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.get(key)
}

func (f *Folder) get(key string) (alerts.Entry, error) {
	text, err := os.ReadFile(f.file(key))
	if errors.Is(err, fs.ErrNotExist) {
		return alerts.Entry{}, alerts.ErrNotFound
	}
	if err != nil {
		return alerts.Entry{}, err
	}
	var e entry
	if err := strictjson.UnmarshalKnown(text, &e); err != nil || e.Key != key {
		return alerts.Entry{}, fmt.Errorf("%s is damaged", f.file(key))
	}
	return alerts.Entry{Key: key, Body: e.Body, Revision: e.Revision}, nil
}

// Put implements alerts.Registry.
func (f *Folder) Put(_ context.Context, e alerts.Entry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	known, err := f.get(e.Key)
	if err != nil && !errors.Is(err, alerts.ErrNotFound) {
		return err
	}
	if known.Revision != e.Revision {
		return alerts.ErrChanged
	}
	text, err := json.Marshal(entry{e.Key, e.Revision + 1, e.Body})
	if err != nil {
		return err
	}
	return writeFile(f.file(e.Key), text)
}

// List implements alerts.Registry.
func (f *Folder) List(_ context.Context, prefix string) iter.Seq2[alerts.Entry, error] {
	return func(yield func(alerts.Entry, error) bool) {
		files, err := os.ReadDir(filepath.Join(f.dir, entriesFolder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			yield(alerts.Entry{}, err)
			return
		}
		var keys []string
		for _, file := range files {
			key, err := url.PathUnescape(strings.TrimSuffix(file.Name(), ".json"))
			if err == nil && strings.HasSuffix(file.Name(), ".json") && strings.HasPrefix(key, prefix) {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			f.mu.Lock()
			e, err := f.get(key)
			f.mu.Unlock()
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// The buckets of the two kinds of records. Transitions, exclusions and outcomes are objects of a folder of their own, decisions are where the
// run put them.
type records struct {
	own   local.S3
	runs  local.S3
	store string // the name of the runs' bucket of decision records
}

func (f *Folder) events() *records {
	return &records{own: local.S3{Dir: f.dir}, runs: local.S3{Dir: f.Objects()}}
}

// of returns the bucket of a key.
func (r *records) of(key string) (local.S3, string) {
	if strings.HasPrefix(key, alert.Folder) || strings.HasPrefix(key, exclusion.Folder) || strings.HasPrefix(key, outcome.Folder) {
		return r.own, eventsFolder
	}
	return r.runs, r.store
}

// Events returns the records that are in a folder of their own, such as the transitions of the trial's alerts.
func (f *Folder) Events() alerts.Events { return f.events() }

// List implements alerts.Events.
func (r *records) List(_ context.Context, prefix string) ([]string, error) {
	s3, bucket := r.of(prefix)
	return s3.Keys(bucket, prefix)
}

// Read implements alerts.Events.
func (r *records) Read(_ context.Context, key string) ([]byte, string, error) {
	s3, bucket := r.of(key)
	body, version, err := s3.Get(bucket, key, "")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", approval.ErrNotFound
	}
	return body, version, err
}

// Create implements alerts.Events. Nothing but transitions, exclusions and outcomes is created so. The file is whole as soon as it has its name.
func (r *records) Create(_ context.Context, key string, body []byte) (string, error) {
	name := filepath.Join(r.own.Dir, eventsFolder, filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return "", err
	}
	work, err := writeTemporary(name, body)
	if err != nil {
		return "", err
	}
	err = os.Link(work, name) // does not replace
	if errors.Is(err, fs.ErrExist) {
		err = approval.ErrExists
	}
	return "", errors.Join(err, os.Remove(work))
}

// bucketOf returns the bucket in which the run with this folder has its records.
func (r *records) bucketOf(folder string) (string, error) {
	buckets, err := os.ReadDir(r.runs.Dir)
	if err != nil {
		return "", err
	}
	for _, bucket := range buckets {
		if strings.HasPrefix(bucket.Name(), ".") {
			continue
		}
		if keys, err := r.runs.Keys(bucket.Name(), folder); err != nil || len(keys) > 0 {
			return bucket.Name(), err
		}
	}
	return "no-records", nil // of a run that scored nobody
}

// Cohorts returns the cohorts of the runs, to read.
func (f *Folder) Cohorts() alerts.Cohorts { return f.events() }

// Open implements alerts.Cohorts.
func (r *records) Open(ctx context.Context, o alert.Object) (io.ReadCloser, error) {
	body, err := r.runs.OpenVersion(ctx, o.Bucket, o.Key, o.VersionID)
	if o.VersionID == "" {
		body, err = r.runs.Open(ctx, o.Bucket, o.Key)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, alerts.ErrNotFound
	}
	return body, err
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
