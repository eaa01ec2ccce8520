package alert

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"clinical-risk-pipeline/internal/strictjson"
)

// Kind says what happened to an alert or a finding.
type Kind string

// What happens to an alert, and to a finding.
const (
	Opened     Kind = "opened"       // a run: the subject is at high risk
	Continued  Kind = "continued"    // a run: a new alert is no longer new
	Worsened   Kind = "worsened"     // a run: the risk is worse by a band than people were told
	Resumed    Kind = "resumed"      // a run or a day: the suppression is over
	Moved      Kind = "moved"        // a run: the subject is at another site
	ClosedRun  Kind = "closed"       // a run: no longer at high risk, or excluded
	Overdue    Kind = "overdue"      // a day: it waits too long
	Saw        Kind = "acknowledged" // a person
	Did        Kind = "actioned"     // a person
	Suppress   Kind = "suppressed"   // a person
	ClosedHand Kind = "ended"        // a person closed it

	Found     Kind = "not-scorable" // a run: the subject could not be scored several times in a row
	Resolved  Kind = "scorable"     // a run: the subject has a score again, or is excluded
	Expired   Kind = "expired"      // a day or a run: the finding no longer explains the missing score
	Explained Kind = "explained"    // a person renewed the finding
)

// Change is one thing that happened. The fields after Kind are set where they apply.
type Change struct {
	Kind   Kind   `json:"kind"`
	Alert  string `json:"alert,omitempty"`  // the id of the alert
	From   Status `json:"from,omitempty"`   // the status before
	To     Status `json:"to,omitempty"`     // the status after
	Band   string `json:"band,omitempty"`   // the name of the risk's band
	Reason string `json:"reason,omitempty"` // why it was closed, or resolved
	Site   string `json:"site,omitempty"`   // the site before, of Moved
	Role   string `json:"role,omitempty"`   // who is told that it is overdue, or owns the finding
}

// NotHigh is the reason of an alert that was closed because the subject is no longer at high risk. An exclusion's reason is that of the
// extraction, such as died_before_cut.
const NotHigh = "not at high risk"

// ModelReplaced is the reason of an alert that was closed because the trial's file names another model, which opens alerts of its own.
const ModelReplaced = "model replaced"

// Event is what one run, person or day made of an item. It is created once, under [Item.EventKey] of its Sequence, and never replaced.
type Event struct {
	SchemaVersion int      `json:"schemaVersion"` // 1
	Sequence      int      `json:"sequence"`      // from 1, without a gap
	Day           string   `json:"day"`           // the day in the trial's time zone
	Cut           string   `json:"cut,omitempty"` // of a run: the cut date
	Run           string   `json:"run,omitempty"` // of a run: the execution's ARN
	By            *Action  `json:"by,omitempty"`  // of a person
	Rules         string   `json:"rules"`         // the digest of the trial's file
	Changes       []Change `json:"changes"`       // at least one
	After         Item     `json:"after"`         // the item after the event
}

// Key returns the key of the event's object.
func (e *Event) Key() string { return e.After.EventKey(e.Sequence) }

// Body returns the bytes of the event's object.
func (e *Event) Body() []byte {
	body, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		panic(err) // an event has texts and numbers only
	}
	return append(body, '\n')
}

// ReadEvent reads the object of an event under a key.
func ReadEvent(key string, body []byte) (*Event, error) {
	var e Event
	if err := strictjson.UnmarshalKnown(body, &e); err != nil {
		return nil, fmt.Errorf("%s is not an event of an alert: %w", key, err)
	}
	if e.SchemaVersion != 1 || e.Sequence < 1 || e.After.Sequence != e.Sequence || len(e.Changes) == 0 || e.Key() != key {
		return nil, fmt.Errorf("%s is not an event of an alert: its fields do not fit its key", key)
	}
	if err := e.After.Check(); err != nil {
		return nil, fmt.Errorf("%s is not an event of an alert: %w", key, err)
	}
	return &e, nil
}

// Same reports whether two events say the same, byte for byte.
func (e *Event) Same(other *Event) bool { return bytes.Equal(e.Body(), other.Body()) }

// ErrNotNext means that an event is not the next one of an item.
var ErrNotNext = errors.New("the event is not the next one of the item")

// Follow returns the item after an event that its registry missed: the event of the next number, which somebody else wrote.
func (i Item) Follow(e *Event) (Item, error) {
	if e.Sequence != i.Sequence+1 || e.After.Trial != i.Trial || e.After.Model != i.Model || e.After.Subject != i.Subject {
		return i, ErrNotNext
	}
	return e.After.copy(), nil
}

// event returns the event of some changes, and numbers it and the item. Without changes, it returns nil.
func (r Rules) event(next *Item, e Event) *Event {
	if len(e.Changes) == 0 {
		return nil
	}
	next.Sequence++
	e.SchemaVersion, e.Sequence, e.Rules, e.After = 1, next.Sequence, r.Trial.Digest(), next.copy()
	return &e
}
