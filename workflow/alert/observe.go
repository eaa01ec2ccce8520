package alert

import (
	"errors"
	"fmt"
	"regexp"
)

// Seen is what a run says of a subject.
type Seen string

// What a run says of a subject.
const (
	High      Seen = "high"       // scored, above the threshold
	Low       Seen = "not high"   // scored, not above it
	NotScored Seen = "not scored" // in the cohort, without a usable score
	Absent    Seen = "absent"     // neither in the cohort nor excluded, though the registry knows the subject
	Excluded  Seen = "excluded"   // left out before the features, with a reason: completed, discontinued, died, …
)

// Observation is what a run says of a subject.
type Observation struct {
	Seen Seen
	Risk float64 // of High

	// Reasons are the features that moved the risk most, as the model says: of High, if it says any.
	Reasons []string

	Reason string // of Excluded
	Site   string // "" if the run does not say
}

// Run is a run of the pipeline.
type Run struct {
	Execution string // the ARN
	Cut       string // the cut date, YYYY-MM-DD
	Day       string // the day on which the run started, in the trial's time zone
}

// The errors of Observe.
var (
	ErrOutOfOrder    = errors.New("a run with a later data cut was there before")
	ErrAlreadyScored = errors.New("another run scored the same data cut")
)

// Observe returns the item after a run, and the event, nil if nothing happened. A run that was there before changes nothing. A run with an
// earlier cut, or another run with the same cut, is refused. The item stays as it is, without a mark of the run, if the run says nothing
// new: quiet nights write nothing. [Head] refuses what the item then does not know.
func (r Rules) Observe(item Item, o Observation, run Run) (Item, *Event, error) {
	if err := errors.Join(r.check(&item), run.check()); err != nil {
		return item, nil, err
	}
	switch on := item.Run.On; {
	case run.Cut < on:
		return item, nil, fmt.Errorf("%w: %s after %s", ErrOutOfOrder, run.Cut, on)
	case run.Cut == on && run.Execution != item.Run.Run:
		return item, nil, fmt.Errorf("%w, %s", ErrAlreadyScored, run.Cut)
	case run.Cut == on:
		return item, nil, nil
	}
	next := item.copy()
	changes := next.moveTo(o.Site)
	changes = append(changes, r.observeScore(&next, o, run)...)
	change, err := r.observeRisk(&next, o, run)
	if err != nil {
		return item, nil, err
	}
	if change != nil {
		changes = append(changes, *change)
	}
	if len(changes) == 0 && item.saysSame(&next) {
		return item, nil, nil
	}
	next.Run = Mark{On: run.Cut, Run: run.Execution, Changes: changes}
	event := r.event(&next, Event{Day: run.Day, Cut: run.Cut, Run: run.Execution, Changes: changes})
	return next, event, nil
}

// moveTo notes the site of the subject. People at the new site hear of an open alert that comes to them.
func (i *Item) moveTo(site string) []Change {
	before := i.Site
	if site == "" || site == before {
		return nil
	}
	i.Site = site
	if !i.IsOpen() || before == "" {
		return nil
	}
	return []Change{{Kind: Moved, Alert: i.Alert.ID, Site: before}}
}

// Replace returns the item of a model after the trial's file names another, and the event: its alert is closed, its finding resolved. The
// rules are those of the old model.
func (r Rules) Replace(item Item, run Run) (Item, *Event, error) {
	if err := errors.Join(r.check(&item), run.check()); err != nil {
		return item, nil, err
	}
	next := item.copy()
	var changes []Change
	if next.IsOpen() {
		changes = append(changes, *next.end(ClosedRun, ModelReplaced, run.Day))
	}
	if next.Finding != nil {
		changes = append(changes, Change{Kind: Resolved, Role: next.Finding.Owner, Reason: ModelReplaced})
		next.Finding, next.Missed = nil, 0
	}
	if len(changes) == 0 {
		return item, nil, nil
	}
	next.Run = Mark{On: run.Cut, Run: run.Execution, Changes: changes}
	return next, r.event(&next, Event{Day: run.Day, Cut: run.Cut, Run: run.Execution, Changes: changes}), nil
}

func (r Run) check() error {
	if r.Execution == "" || !isDay(r.Cut) || !isDay(r.Day) {
		return errors.New("a run needs its execution, and its cut date and day in the form 2026-10-31")
	}
	return nil
}

// observeScore counts the runs without a score, and opens and closes the finding about them.
func (r Rules) observeScore(next *Item, o Observation, run Run) []Change {
	finding, rule := next.Finding, r.Trial.Alerts.NotScorable
	if o.Seen == High || o.Seen == Low || o.Seen == Excluded {
		next.Missed, next.Finding = 0, nil
		if finding == nil {
			return nil
		}
		return []Change{{Kind: Resolved, Role: finding.Owner, Reason: o.Reason}}
	}
	next.Missed++
	if finding == nil && next.Missed >= rule.Runs {
		next.Finding = &Finding{Owner: rule.Owner, Opened: run.Day, Until: addDays(run.Day, rule.Days)}
		return []Change{{Kind: Found, Role: rule.Owner}}
	}
	return next.expire(run.Day)
}

// expire says once that the finding no longer explains the missing score.
func (i *Item) expire(day string) []Change {
	if i.Finding == nil || i.Finding.Expired || i.Explains(day) {
		return nil
	}
	i.Finding.Expired = true
	return []Change{{Kind: Expired, Role: i.Finding.Owner}}
}

// observeRisk moves the alert.
func (r Rules) observeRisk(next *Item, o Observation, run Run) (*Change, error) {
	switch o.Seen {
	case High:
		// A run that was scored by an earlier version of the trial's file may have had a lower threshold.
		return r.observeHigh(next, max(r.Trial.Band(o.Risk), 0), Suggest(o.Reasons), run), nil
	case Low:
		return r.observeLow(next, run), nil
	case Excluded:
		return next.exclude(o.Reason, run.Day)
	case NotScored, Absent:
		if !next.IsOpen() {
			return nil, nil
		}
		return next.carryOn(run.Day), nil
	}
	return nil, fmt.Errorf("a run cannot say %q of a subject", o.Seen)
}

func (r Rules) observeHigh(next *Item, band int, suggested []string, run Run) *Change {
	a := next.Alert
	worse := a != nil && band >= r.bandOf(a.Told)+r.Trial.Alerts.WorseBy
	if a == nil || a.Status == Closed && (!a.Held || worse) {
		next.Episode++
		next.Alert = &Alert{
			ID: ID(next.Trial, next.Model, next.Subject, next.Episode), Status: New, Band: band, Was: -1, Told: r.Trial.Bands[band].From, Opened: run.Day, Since: run.Day,
			Suggested: suggested,
		}
		return &Change{Kind: Opened, Alert: next.Alert.ID, To: New, Band: r.Trial.Bands[band].Name}
	}
	a.Was, a.Band, a.Calm, a.Suggested = a.Band, band, 0, suggested
	switch {
	case a.Status == Closed:
		return nil
	case worse:
		a.Told = r.Trial.Bands[band].From
		change := next.move(Worsened, Escalated, run.Day)
		change.Band = r.Trial.Bands[band].Name
		return change
	}
	return next.carryOn(run.Day)
}

// bandOf returns the band of today in which a lower limit is that was in force when people were told.
func (r Rules) bandOf(limit float64) int {
	band := 0
	for i, b := range r.Trial.Bands {
		if b.From <= limit {
			band = i
		}
	}
	return band
}

func (r Rules) observeLow(next *Item, run Run) *Change {
	a := next.Alert
	if a == nil {
		return nil
	}
	if a.Status == Closed && !a.Held {
		return nil
	}
	a.Was, a.Band = a.Band, -1
	a.Calm++
	over := a.Calm >= r.Trial.Alerts.CloseAfter
	switch {
	case a.Status == Closed:
		a.Held = !over
		return nil
	case over:
		return next.end(ClosedRun, NotHigh, run.Day)
	}
	return next.carryOn(run.Day)
}

var reasonPattern = regexp.MustCompile(`^[a-z][a-z_]{0,63}$`)

// IsReason reports whether a text has the form of the reason of an exclusion, such as died_before_cut.
func IsReason(text string) bool { return reasonPattern.MatchString(text) }

// exclude closes the alert of a subject whom the extraction left out. Nothing holds a later alert.
func (i *Item) exclude(reason, day string) (*Change, error) {
	if !reasonPattern.MatchString(reason) {
		return nil, errors.New("an exclusion needs a reason such as died_before_cut: lower-case letters and underscores")
	}
	if i.IsOpen() {
		return i.end(ClosedRun, reason, day), nil
	}
	if i.Alert != nil {
		i.Alert.Held = false
	}
	return nil, nil
}

// carryOn is what a run makes of an open alert that it neither makes worse nor closes.
func (i *Item) carryOn(day string) *Change {
	if i.Alert.Status == New {
		return i.move(Continued, Ongoing, day)
	}
	return i.resume(day)
}

// resume ends a suppression on its day.
func (i *Item) resume(day string) *Change {
	if i.Alert.Status != Suppressed || day < i.Alert.Until {
		return nil
	}
	return i.move(Resumed, Ongoing, day)
}

// move gives the alert another status.
func (i *Item) move(kind Kind, to Status, day string) *Change {
	change := &Change{Kind: kind, Alert: i.Alert.ID, From: i.Alert.Status, To: to}
	i.Alert.set(to, day)
	return change
}

// end closes the alert.
func (i *Item) end(kind Kind, reason, day string) *Change {
	change := i.move(kind, Closed, day)
	change.Reason = reason
	i.Alert.Calm = 0
	return change
}
