package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"path"
	"slices"
	"sync"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

// Store keeps the items of a trial and model, and their events.
type Store struct {
	Registry Registry
	Events   Events
	Rules    alert.Rules
}

// Stored is an item with the revision of its entry.
type Stored struct {
	alert.Item
	Revision int
}

func (s Store) model() string       { return s.Rules.Trial.Endpoint.Name }
func (s Store) trial() *trial.Trial { return s.Rules.Trial }

// of is the store of another model of the trial.
func (s Store) of(model string) Store {
	other := *s.Rules.Trial
	other.Endpoint.Name = model
	s.Rules.Trial = &other
	return s
}

func (s Store) key(subject string) string { return alert.ItemsKey(s.model()) + subject }

// Items returns all items, in the order of the subjects.
func (s Store) Items(ctx context.Context) iter.Seq2[Stored, error] {
	return func(yield func(Stored, error) bool) {
		for entry, err := range s.Registry.List(ctx, alert.ItemsKey(s.model())) {
			var stored Stored
			if err == nil {
				stored, err = s.read(entry)
			}
			if !yield(stored, err) || err != nil {
				return
			}
		}
	}
}

// load returns all items by subject.
func (s Store) load(ctx context.Context) (map[string]Stored, error) {
	items := map[string]Stored{}
	for stored, err := range s.Items(ctx) {
		if err != nil {
			return nil, err
		}
		items[stored.Subject] = stored
	}
	return items, nil
}

// item returns the item of a subject, a new one for a subject that the registry does not know.
func (s Store) item(ctx context.Context, subject, site string) (Stored, error) {
	entry, err := s.Registry.Get(ctx, s.key(subject))
	if errors.Is(err, ErrNotFound) {
		item, err := alert.NewItem(alert.Subject{Trial: s.trial().ID, Model: s.model(), ID: subject, Site: site})
		return Stored{Item: item}, err
	}
	if err != nil {
		return Stored{}, err
	}
	return s.read(entry)
}

// read reads an entry. What the registry says of another trial or subject than its key is no item.
func (s Store) read(entry Entry) (Stored, error) {
	stored := Stored{Revision: entry.Revision}
	if err := strictjson.UnmarshalKnown(entry.Body, &stored.Item); err != nil || s.key(stored.Subject) != entry.Key || stored.Trial != s.trial().ID || stored.Model != s.model() {
		return Stored{}, errors.New("an entry of the registry is not an item of this trial and model")
	}
	return stored, stored.Check()
}

// attempts is how often a change of an item is decided anew because somebody else changed the item.
const attempts = 20

// decide is a decision about an item: the next item, and the event, nil if nothing happened.
type decide func(alert.Item) (alert.Item, *alert.Event, error)

// apply decides about an item, creates the event, and stores the item. Where somebody else wrote the next event, or stored the item, in
// between, it takes that over and decides anew. It returns the item as it is then.
func (s Store) apply(ctx context.Context, stored Stored, decide decide) (Stored, error) {
	for range attempts {
		next, event, err := decide(stored.Item)
		if err != nil || event == nil && next.Equal(stored.Item) {
			return stored, err
		}
		ours := true
		if event != nil {
			if next, ours, err = s.record(ctx, stored.Item, next, event); err != nil {
				return stored, err
			}
		}
		after, err := s.put(ctx, next, stored.Revision)
		switch {
		case errors.Is(err, ErrChanged):
			if after, err = s.item(ctx, stored.Subject, stored.Site); err != nil {
				return stored, err
			}
		case err != nil:
			return stored, err
		case ours:
			return after, nil
		}
		stored = after
	}
	return stored, errBusy
}

// record creates the object of an event, and returns the item after it. Where the event of another one has that number, it returns the
// item after that one, and false.
func (s Store) record(ctx context.Context, item, next alert.Item, event *alert.Event) (alert.Item, bool, error) {
	_, err := s.Events.Create(ctx, event.Key(), event.Body())
	if !errors.Is(err, ErrExists) {
		return next, true, err
	}
	there, err := s.event(ctx, event.Key())
	if err != nil {
		return item, false, err
	}
	if there.Same(event) {
		return next, true, nil
	}
	after, err := item.Follow(there)
	return after, false, err
}

// event reads an event.
func (s Store) event(ctx context.Context, key string) (*alert.Event, error) {
	body, _, err := s.Events.Read(ctx, key)
	if err != nil {
		return nil, err
	}
	return alert.ReadEvent(key, body)
}

// catchUp stores the events of an item that its registry missed, because somebody crashed after writing them.
func (s Store) catchUp(ctx context.Context, stored Stored) (Stored, error) {
	for range attempts {
		there, err := s.event(ctx, stored.EventKey(stored.Sequence+1))
		if errors.Is(err, ErrNotFound) {
			return stored, nil
		}
		if err != nil {
			return stored, err
		}
		next, err := stored.Follow(there)
		if err != nil {
			return stored, err
		}
		after, err := s.put(ctx, next, stored.Revision)
		if errors.Is(err, ErrChanged) {
			after, err = s.item(ctx, stored.Subject, stored.Site)
		}
		if err != nil {
			return stored, err
		}
		stored = after
	}
	return stored, errBusy
}

// catchUpAll stores all events that the registry missed, also of subjects whom it does not know, and returns all items: after a restore of
// the registry, and after a run whose subjects are no longer known. It lists every event of the trial.
func (s Store) catchUpAll(ctx context.Context) (map[string]Stored, error) {
	items, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := s.Events.List(ctx, alert.Folder+s.trial().ID+"/")
	if err != nil {
		return nil, err
	}
	last := map[string]string{} // the key of the last event, by folder
	for _, key := range keys {
		if folder := path.Dir(key) + "/"; key > last[folder] {
			last[folder] = key
		}
	}
	for _, stored := range items {
		if folder := stored.Events(); last[folder] <= stored.EventKey(stored.Sequence) {
			delete(last, folder)
		}
	}
	folders := slices.Sorted(maps.Keys(last))
	found := make([]Stored, len(folders))
	err = each(ctx, len(folders), func(ctx context.Context, i int) error {
		event, err := s.event(ctx, last[folders[i]])
		if err != nil || event.After.Model != s.model() {
			return err
		}
		found[i], err = s.put(ctx, event.After, items[event.After.Subject].Revision)
		if errors.Is(err, ErrChanged) { // somebody else stored it meanwhile
			found[i], err = s.item(ctx, event.After.Subject, event.After.Site)
		}
		return err
	})
	for _, stored := range found {
		if stored.Revision > 0 {
			items[stored.Subject] = stored
		}
	}
	return items, err
}

func (s Store) put(ctx context.Context, item alert.Item, revision int) (Stored, error) {
	body, err := json.Marshal(item)
	if err != nil {
		return Stored{}, err
	}
	return Stored{item, revision + 1}, s.Registry.Put(ctx, Entry{Key: s.key(item.Subject), Body: body, Revision: revision})
}

// document reads an entry of the registry that is no item into v, and returns its revision, 0 if there is none.
func (s Store) document(ctx context.Context, key string, v any) (int, error) {
	entry, err := s.Registry.Get(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if err := strictjson.UnmarshalKnown(entry.Body, v); err != nil {
		return 0, fmt.Errorf("the entry %s of the registry is damaged: %w", key, err)
	}
	return entry.Revision, nil
}

func (s Store) putDocument(ctx context.Context, key string, v any, revision int) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.Registry.Put(ctx, Entry{Key: key, Body: body, Revision: revision})
}

// concurrency is how many items are written at the same time.
const concurrency = 16

// each calls do for 0 to n-1, some at the same time, and returns the first error. After an error, it begins no further one.
func each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wait sync.WaitGroup
	slots := make(chan struct{}, concurrency)
	for i := range n {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wait.Go(func() {
			defer func() { <-slots }()
			if err := do(ctx, i); err != nil {
				cancel(err)
			}
		})
	}
	wait.Wait()
	return context.Cause(ctx)
}
