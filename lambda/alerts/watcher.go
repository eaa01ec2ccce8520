package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow/alert"
)

// Watch is what the schedule sends.
type Watch struct {
	TrialID string `json:"trialId"`
	Day     string `json:"day,omitempty"` // YYYY-MM-DD. Default: today, in the trial's time zone
}

// Watched is what the function answers.
type Watched struct {
	Day      string `json:"day"`
	Messages int    `json:"messages"` // how many messages were sent; 0 for a day that was there before
}

// Watcher is the function that a schedule invokes once a day.
type Watcher struct {
	Store
	Teller    Teller
	Worklists Worklists
	Now       Clock
	Log       *slog.Logger
}

// watchedDay says how far the watch has come: the last day, and whether people were told.
type watchedDay struct {
	Day  string `json:"day"`
	Last string `json:"last,omitempty"` // the day before it that was watched
	Told bool   `json:"told"`
}

// Handle brings the alerts up to a day. A day that was there before, or an earlier one, changes nothing.
func (w *Watcher) Handle(ctx context.Context, payload json.RawMessage) (*Watched, error) {
	var asked Watch
	err := strictjson.UnmarshalKnown(payload, &asked)
	if err == nil && asked.TrialID != w.Rules.Trial.ID {
		err = errors.New("the watch is for another trial")
	}
	today := w.Now().In(w.Rules.Trial.Location()).Format(time.DateOnly)
	if asked.Day == "" {
		asked.Day = today
	}
	if _, wrong := time.Parse(time.DateOnly, asked.Day); err == nil && (wrong != nil || asked.Day > today) {
		err = fmt.Errorf("the day must have the form 2026-10-31 and not be after today, %s, got %q", today, asked.Day)
	}
	var watched *Watched
	if err == nil {
		watched, err = w.watch(ctx, asked.Day, today)
	}
	if err != nil {
		w.Log.Error("the alerts were not watched", "error", err.Error())
		return nil, fmt.Errorf("the alerts were not watched: %w", err)
	}
	w.Log.Info("watched", "day", watched.Day, "messages", watched.Messages)
	return watched, nil
}

// watch brings the alerts up to a day. A day that an earlier call left unfinished is finished first: people hear of each.
func (w *Watcher) watch(ctx context.Context, day, today string) (*Watched, error) {
	var last watchedDay
	revision, err := w.document(ctx, alert.DayKey(w.model()), &last)
	if err == nil && last.Day > today {
		err = fmt.Errorf("the registry says that the alerts were watched on %s, which is after today, %s: nobody would be told until then", last.Day, today)
	}
	if err != nil || last.Day > day || last.Day == day && last.Told {
		return &Watched{Day: day}, err
	}
	if last.Day != "" && last.Day < day && !last.Told {
		if _, revision, err = w.finish(ctx, last, revision); err != nil {
			return nil, err
		}
	}
	if last.Day < day {
		last = watchedDay{Day: day, Last: last.Day}
		if err := w.putDocument(ctx, alert.DayKey(w.model()), last, revision); err != nil {
			return nil, err
		}
		revision++
	}
	watched, _, err := w.finish(ctx, last, revision)
	return watched, err
}

// finish does what is left to do for a day: the items, the messages, the worklists. It returns the new revision of the day's entry.
func (w *Watcher) finish(ctx context.Context, watched watchedDay, revision int) (*Watched, int, error) {
	day := watched.Day
	items, err := w.tick(ctx, day)
	if err != nil {
		return nil, revision, err
	}
	sent, err := send(ctx, w.Teller, w.Rules.OfDay(values(items), watched.Last, day))
	if err != nil {
		return nil, revision, err
	}
	cut, err := w.dataCut(ctx)
	if err != nil {
		return nil, revision, err
	}
	if err := w.writeWorklists(ctx, w.Worklists, items, cut, day); err != nil {
		return nil, revision, err
	}
	watched.Told = true
	return &Watched{day, sent}, revision + 1, w.putDocument(ctx, alert.DayKey(w.model()), watched, revision)
}

// tick brings every item that can change by itself up to the day, after what the registry missed: once a day, also a restored registry has
// all alerts. It returns all items as they are then.
func (w *Watcher) tick(ctx context.Context, day string) (map[string]Stored, error) {
	items, err := w.catchUpAll(ctx)
	if err != nil {
		return nil, err
	}
	var live []Stored
	for _, stored := range items {
		if !stored.IsIdle() {
			live = append(live, stored)
		}
	}
	err = each(ctx, len(live), func(ctx context.Context, i int) (err error) {
		live[i], err = w.apply(ctx, live[i], func(item alert.Item) (alert.Item, *alert.Event, error) {
			next, event, err := w.Rules.Tick(item, day)
			if event == nil { // a day without changes is not worth a write
				next = item
			}
			return next, event, err
		})
		return err
	})
	for _, stored := range live {
		items[stored.Subject] = stored
	}
	return items, err
}
