package alert

import "fmt"

// Tick returns the item after the beginning of a day in the trial's time zone, and the event, nil if nothing happened: a suppression is
// over, an alert is overdue, or a finding no longer explains. A day that was there before, and an earlier one, changes nothing.
func (r Rules) Tick(item Item, day string) (Item, *Event, error) {
	if err := r.check(&item); err != nil {
		return item, nil, err
	}
	if !isDay(day) {
		return item, nil, fmt.Errorf("the day must have the form 2026-10-31, got %q", day)
	}
	if day <= item.Day.On {
		return item, nil, nil
	}
	next := item.copy()
	changes := next.expire(day)
	if next.IsOpen() {
		if change := next.resume(day); change != nil {
			changes = append(changes, *change)
		}
		changes = append(changes, r.late(&next, day)...)
	}
	next.Day = Mark{On: day, Changes: changes}
	event := r.event(&next, Event{Day: day, Changes: changes})
	return next, event, nil
}

// late says for each rule once that the alert is overdue.
func (r Rules) late(next *Item, day string) []Change {
	var changes []Change
	a := next.Alert
	for due := r.Due(a); due != "" && due <= day; due = r.Due(a) {
		changes = append(changes, Change{Kind: Overdue, Alert: a.ID, Role: r.overdue(a.Status.WaitsFor())[a.Late].Role})
		a.Late++
	}
	return changes
}

// IsLate reports whether a rule told that the alert is overdue, and it still waits for the same.
func (i *Item) IsLate() bool { return i.IsOpen() && i.Alert.Late > 0 }
