package alert

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"clinical-risk-pipeline/internal/plain"
)

// Verb is what a person does.
type Verb string

// What people do. The first four are about an alert, the last one about a finding.
const (
	Acknowledge Verb = "acknowledge" // has seen it
	Take        Verb = "action"      // has acted on it
	End         Verb = "close"       // it is over, for a reason
	Pause       Verb = "suppress"    // wants no news until a day, for a reason
	Explain     Verb = "explain"     // knows why the subject cannot be scored, until a day
)

// Actions are the codes of what people do about a subject, with words for people.
var Actions = map[string]string{
	"site-contacted":    "The site was contacted",
	"subject-contacted": "The site contacted the subject",
	"visit-arranged":    "A visit was arranged, or moved",
	"support-offered":   "Travel, care or other support was offered",
	"medical-review":    "A physician reviewed the subject",
	"data-queried":      "A query about the data was raised",
	"none-needed":       "No action was needed",
}

// Action is what a person does, and who that is.
type Action struct {
	ID     string `json:"id"` // of the signed statement; a repeated action has the same
	Verb   Verb   `json:"verb"`
	Signer string `json:"signer"`           // the ARN of the person, as STS identified it
	Name   string `json:"name"`             // the printed name
	Code   string `json:"code,omitempty"`   // of Take: one of Actions
	Reason string `json:"reason,omitempty"` // of End, Pause and Explain: 1 to 500 characters
	Until  string `json:"until,omitempty"`  // of Pause: the first day of news; of Explain: the last day of the explanation
	Seen   int    `json:"seen"`             // the number of events that the person was shown
}

// maxReason is the length of the longest reason, in characters.
const maxReason = 500

// The errors of Act.
var (
	ErrChangedSince = errors.New("something happened since you looked: look again")
	ErrNotPossible  = errors.New("not possible")
	ErrInvalid      = errors.New("the action is not valid")
)

// verbs are the statuses in which a verb is possible.
var verbs = map[Verb][]Status{
	Acknowledge: {New, Ongoing, Escalated},
	Take:        {New, Ongoing, Escalated, Acknowledged, Actioned},
	End:         {New, Ongoing, Escalated, Acknowledged, Actioned, Suppressed},
	Pause:       {New, Ongoing, Escalated, Acknowledged, Actioned, Suppressed},
}

// Act returns the item after a person's action on a day, and its event. An action that was there before changes nothing.
func (r Rules) Act(item Item, action Action, day string) (Item, *Event, error) {
	if err := r.check(&item); err != nil {
		return item, nil, err
	}
	if err := r.wrong(action, day); err != nil {
		return item, nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if action.ID == item.LastAction {
		return item, nil, nil
	}
	if action.Seen != item.Sequence {
		return item, nil, ErrChangedSince
	}
	next := item.copy()
	change, err := r.act(&next, action, day)
	if err != nil {
		return item, nil, err
	}
	next.LastAction = action.ID
	return next, r.event(&next, Event{Day: day, By: &action, Changes: []Change{*change}}), nil
}

func (r Rules) act(next *Item, action Action, day string) (*Change, error) {
	if action.Verb == Explain {
		if next.Finding == nil {
			return nil, fmt.Errorf("%w: the subject has no finding to explain", ErrNotPossible)
		}
		next.Finding.Until, next.Finding.Expired = action.Until, false
		return &Change{Kind: Explained, Role: next.Finding.Owner}, nil
	}
	a := next.Alert
	if a == nil {
		return nil, fmt.Errorf("%w: the subject has no alert", ErrNotPossible)
	}
	if !slices.Contains(verbs[action.Verb], a.Status) {
		return nil, fmt.Errorf("%w: the alert %s is %s", ErrNotPossible, a.ID, a.Status)
	}
	switch action.Verb {
	case Acknowledge:
		return next.move(Saw, Acknowledged, day), nil
	case Take:
		return next.move(Did, Actioned, day), nil
	case Pause:
		change := next.move(Suppress, Suppressed, day)
		a.Until = action.Until
		return change, nil
	}
	change := next.end(ClosedHand, "", day)
	a.Held = true
	return change, nil
}

// wrong returns what is wrong in an action in itself.
func (r Rules) wrong(a Action, day string) error {
	var faults []error
	check := func(ok bool, format string, values ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, values...))
		}
	}
	_, known := verbs[a.Verb]
	check(known || a.Verb == Explain, "verb must be acknowledge, action, close, suppress or explain, got %q", plain.Line(string(a.Verb)))
	check(a.ID != "" && a.Signer != "" && a.Name != "", "an action needs an id, a signer and a printed name")
	check(isDay(day), "the day must have the form 2026-10-31, got %q", plain.Line(day))
	if a.Verb == Take {
		_, listed := Actions[a.Code]
		check(listed, "code must be one of %s, got %q", strings.Join(codes(), ", "), plain.Line(a.Code))
	} else {
		check(a.Code == "", "code must be left out of %s", a.Verb)
	}
	if needs := a.Verb == End || a.Verb == Pause || a.Verb == Explain; needs {
		visible := plain.IsVisible(a.Reason) && len([]rune(a.Reason)) <= maxReason && plain.Text(a.Reason) == a.Reason
		check(visible, "reason must have 1 to %d printable characters", maxReason)
	} else {
		check(a.Reason == "", "reason must be left out of %s", a.Verb)
	}
	if isDay(day) {
		faults = append(faults, r.until(a, day))
	}
	return errors.Join(faults...)
}

// until checks the day of an action that has one.
func (r Rules) until(a Action, day string) error {
	most := map[Verb]int{Pause: r.Trial.Alerts.SuppressionDays, Explain: r.Trial.Alerts.NotScorable.Days}[a.Verb]
	switch {
	case most == 0 && a.Until != "":
		return fmt.Errorf("until must be left out of %s", a.Verb)
	case most == 0:
		return nil
	}
	if last := addDays(day, most); !isDay(a.Until) || a.Until <= day || a.Until > last {
		return fmt.Errorf("until must be a day after %s, and not after %s, got %q", day, last, plain.Line(a.Until))
	}
	return nil
}

// codes returns the codes of actions in order.
func codes() []string {
	var codes []string
	for code := range Actions {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}
