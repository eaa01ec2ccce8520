package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/alerts"
)

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
