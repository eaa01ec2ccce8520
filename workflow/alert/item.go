// Package alert is the life of an alert, as pure functions: who calls them stores what they return.
//
// A registry has one [Item] for each trial, model and subject. Three things happen to it, each a method of [Rules]:
//
//   - A run observes the subject: [Rules.Observe].
//   - A person acts: [Rules.Act].
//   - A day passes: [Rules.Tick].
//
// Each returns the next item, and an [Event] if anything happened that somebody may ask about. Events of an item are numbered without a
// gap, and the number decides the key. Create the object of an event first, once, then store the item. The event has the item after it:
// who finds the object of the next number in place takes over its item ([Event.After]), so that a crash between the two writes loses
// nothing and repeats nothing.
//
// The functions read no clock: the same item and the same run, action or day give the same bytes.
//
// A [Head] for each trial and model says which run is in progress, so that runs come in the order of their cuts and each is finished
// before the next one begins.
//
// Messages ([Rules.OfRun], [Rules.OfDay]) tell people of transitions, and have counts by site: no subject, score, band, feature or arm.
package alert

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/trial"
)

// Status is the status of an alert.
type Status string

// The statuses of an alert. All but Closed are open.
const (
	New          Status = "new"          // the last run opened it
	Ongoing      Status = "ongoing"      // a later run saw it, and nobody acknowledged it
	Escalated    Status = "escalated"    // the risk got worse by a band since people were told
	Acknowledged Status = "acknowledged" // somebody has seen it
	Actioned     Status = "actioned"     // somebody acted on it
	Suppressed   Status = "suppressed"   // somebody wants no news of it until a day
	Closed       Status = "closed"       // it is over
)

// Statuses are all statuses.
var Statuses = []Status{New, Ongoing, Escalated, Acknowledged, Actioned, Suppressed, Closed}

// Item is what the registry keeps of a subject.
type Item struct {
	Trial   string `json:"trial"`
	Model   string `json:"model"` // the name of the endpoint
	Subject string `json:"subject"`
	Site    string `json:"site,omitempty"` // as the last run had it

	Sequence int `json:"sequence"` // the number of its events
	Episode  int `json:"episode"`  // the number of its alerts

	Alert   *Alert   `json:"alert,omitempty"`   // the last alert
	Finding *Finding `json:"finding,omitempty"` // while the subject cannot be scored
	Missed  int      `json:"missed,omitempty"`  // the runs in a row without a score

	// Run and Day are what the last run and the last day made of the item: what messages tell. LastAction is the id of the last action.
	Run        Mark   `json:"run"`
	Day        Mark   `json:"day"`
	LastAction string `json:"lastAction,omitempty"`
}

// Alert is a time at high risk, from its opening to its closing.
type Alert struct {
	ID     string `json:"id"`
	Status Status `json:"status"`

	Band int `json:"band"` // of the last run with a score; -1: not at high risk
	Was  int `json:"was"`  // of the run with a score before it

	// Told is the lower limit of the highest band that people were told of: bands may change while an alert is open.
	Told float64 `json:"told"`

	Opened string `json:"opened"` // the day on which it was opened
	Since  string `json:"since"`  // the day from which it waits for what it waits
	Calm   int    `json:"calm"`   // the runs in a row without high risk

	Late  int    `json:"late,omitempty"`  // how many rules told that it is overdue, while it waits for the same
	Until string `json:"until,omitempty"` // of a suppressed alert: the first day on which people want news again

	// Suggested are codes of Actions that the reasons of the risk suggest. Reasons themselves stay in the decision records.
	Suggested []string `json:"suggested,omitempty"`

	// Held keeps an alert that a person closed from being opened again, until the subject was not at high risk for as many runs as close an
	// alert, or gets worse.
	Held bool `json:"held,omitempty"`
}

// Finding says that a subject cannot be scored, and who looks after it.
type Finding struct {
	Owner   string `json:"owner"` // a role
	Opened  string `json:"opened"`
	Until   string `json:"until"`             // the last day on which it explains a missing score
	Expired bool   `json:"expired,omitempty"` // the owner was told that it no longer does
}

// Mark is what a run or a day made of an item.
type Mark struct {
	On      string   `json:"on,omitempty"` // the cut date of the run, or the day
	Run     string   `json:"run,omitempty"`
	Changes []Change `json:"changes,omitempty"`
}

// Subject identifies an item.
type Subject struct{ Trial, Model, ID, Site string }

// NewItem returns the item of a subject of whom nothing is known.
func NewItem(s Subject) (Item, error) {
	if !workflow.IsID(s.Trial) || !workflow.IsID(s.ID) || s.ID == workflow.Unknown || s.Model == "" {
		return Item{}, errors.New("an alert needs the ids of a trial and a subject, and a model")
	}
	return Item{Trial: s.Trial, Model: s.Model, Subject: s.ID, Site: s.Site}, nil
}

// IsOpen reports whether the item has an open alert.
func (i *Item) IsOpen() bool { return i.Alert != nil && i.Alert.Status != Closed }

// Explains reports whether a finding explains, on a day, why the subject has no score.
func (i *Item) Explains(day string) bool { return i.Finding != nil && day <= i.Finding.Until }

// IsIdle reports whether nothing about the item can change by itself: it needs no look when a run does not mention the subject.
func (i *Item) IsIdle() bool { return !i.IsOpen() && i.Finding == nil && i.Missed == 0 }

// Check refuses an item that no rule could have made, such as one that a restore or a hand damaged.
func (i *Item) Check() error {
	valid := i.Sequence >= 0 && i.Episode >= 0 && i.Missed >= 0
	if a := i.Alert; a != nil {
		valid = valid && IsID(a.ID) && slices.Contains(Statuses, a.Status) && a.Band >= -1 && a.Was >= -1 && a.Calm >= 0 && a.Late >= 0 &&
			isDay(a.Opened) && isDay(a.Since) && (a.Until == "" || isDay(a.Until)) && (a.Status != Suppressed || a.Until != "")
	}
	if f := i.Finding; f != nil {
		valid = valid && f.Owner != "" && isDay(f.Opened) && isDay(f.Until)
	}
	for _, mark := range []Mark{i.Run, i.Day} {
		valid = valid && (mark.On == "" || isDay(mark.On))
	}
	if !valid {
		return errors.New("an item has a day, a status or a number that no rule makes")
	}
	return nil
}

// saysSame reports whether two items differ in the mark of the run at most.
func (i *Item) saysSame(other *Item) bool {
	a, b := i.copy(), other.copy()
	a.Run, b.Run = Mark{}, Mark{}
	return reflect.DeepEqual(a, b)
}

// Equal reports whether two items say the same.
func (i Item) Equal(other Item) bool { return reflect.DeepEqual(i.copy(), other.copy()) }

// copy returns a copy that shares nothing that changes.
func (i Item) copy() Item {
	if i.Alert != nil {
		alert := *i.Alert
		alert.Suggested = slices.Clone(alert.Suggested)
		i.Alert = &alert
	}
	if i.Finding != nil {
		finding := *i.Finding
		i.Finding = &finding
	}
	i.Run.Changes, i.Day.Changes = slices.Clone(i.Run.Changes), slices.Clone(i.Day.Changes)
	return i
}

// Rules are the rules of a trial's file.
type Rules struct {
	Trial *trial.Trial

	// List tells recipients how to open the list of alerts, such as a command.
	List string
}

// WaitsFor says what an alert with a status waits for: "" for nothing.
func (s Status) WaitsFor() trial.Waiting {
	switch s {
	case New, Ongoing, Escalated:
		return trial.ForAcknowledgement
	case Acknowledged:
		return trial.ForAction
	case Actioned:
		return trial.ForClosure
	}
	return ""
}

// set changes the status on a day. An alert that waits for something else begins to wait.
func (a *Alert) set(s Status, day string) {
	if a.Status.WaitsFor() != s.WaitsFor() || s == Escalated {
		a.Since, a.Late = day, 0
	}
	a.Status, a.Until = s, ""
}

// Due returns the day on which the alert becomes overdue, or "" if it waits for nothing or its rules have told so already.
func (r Rules) Due(a *Alert) string {
	rules := r.overdue(a.Status.WaitsFor())
	if a.Late >= len(rules) {
		return ""
	}
	return addDays(a.Since, rules[a.Late].Days)
}

// Deadline returns the day on which the alert becomes overdue, or became so last; "" if it waits for nothing.
func (r Rules) Deadline(a *Alert) string {
	rules := r.overdue(a.Status.WaitsFor())
	if len(rules) == 0 {
		return ""
	}
	return addDays(a.Since, rules[max(a.Late-1, 0)].Days)
}

// overdue returns the rules for what an alert waits for, the earliest first.
func (r Rules) overdue(w trial.Waiting) []trial.Overdue {
	return slices.DeleteFunc(slices.Clone(r.Trial.Alerts.Overdue), func(o trial.Overdue) bool { return o.Waiting != w })
}

// check refuses an item of another trial or model.
func (r Rules) check(i *Item) error {
	if i.Trial != r.Trial.ID || i.Model != r.Trial.Endpoint.Name {
		return fmt.Errorf("the item is of trial %s and model %s, and the rules of trial %s and model %s", i.Trial, i.Model, r.Trial.ID, r.Trial.Endpoint.Name)
	}
	return nil
}
