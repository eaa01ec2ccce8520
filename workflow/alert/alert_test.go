package alert_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

// life is an item and the rules that move it. Its clock begins on Monday, 2026-03-02.
type life struct {
	testing.TB
	rules  alert.Rules
	item   alert.Item
	events []*alert.Event
	day    time.Time
	acts   int
}

func born(t testing.TB) *life {
	t.Helper()
	registered, err := trial.Load("../../trials/SYN-AD-402.yaml")
	if err != nil {
		t.Fatal(err)
	}
	item, err := alert.NewItem(alert.Subject{Trial: registered.ID, Model: registered.Endpoint.Name, ID: "S-1", Site: "S01"})
	if err != nil {
		t.Fatal(err)
	}
	return &life{TB: t, rules: alert.Rules{Trial: registered, List: "open"}, item: item, day: time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)}
}

func (l *life) today() string { return l.day.Format(time.DateOnly) }

func (l *life) run() alert.Run {
	return alert.Run{Execution: "arn:aws:states:eu-central-1:123456789012:execution:Trial:" + l.today(), Cut: l.today(), Day: l.today()}
}

// step is something that happens, as a function of the item.
type step func(alert.Item) (alert.Item, *alert.Event, error)

func (l *life) observe(o alert.Observation) step {
	run := l.run()
	return func(i alert.Item) (alert.Item, *alert.Event, error) { return l.rules.Observe(i, o, run) }
}

func (l *life) act(a alert.Action) step {
	l.acts++
	a.ID, a.Signer, a.Name, a.Seen = fmt.Sprintf("signed-%d", l.acts), "arn:aws:iam::123456789012:user/jane", "Jane Doe", l.item.Sequence
	day := l.today()
	return func(i alert.Item) (alert.Item, *alert.Event, error) { return l.rules.Act(i, a, day) }
}

func (l *life) tick() step {
	day := l.today()
	return func(i alert.Item) (alert.Item, *alert.Event, error) { return l.rules.Tick(i, day) }
}

// step reads a step of a script: a day and what happens on it.
//
//	0.4        a run scores the subject with this risk        unscored   a run has no score
//	absent     a run does not mention the subject             out:REASON a run excluded the subject
//	see, did   somebody acknowledges, acts                    end, hush  somebody closes, suppresses for ten days
//	day        the day is watched                             explain    somebody renews the finding
func (l *life) step(word string) step {
	reason, excluded := strings.CutPrefix(word, "out:")
	switch {
	case excluded:
		return l.observe(alert.Observation{Seen: alert.Excluded, Reason: reason})
	case word == "unscored":
		return l.observe(alert.Observation{Seen: alert.NotScored, Site: "S01"})
	case word == "absent":
		return l.observe(alert.Observation{Seen: alert.Absent})
	case word == "see":
		return l.act(alert.Action{Verb: alert.Acknowledge})
	case word == "did":
		return l.act(alert.Action{Verb: alert.Take, Code: "site-contacted"})
	case word == "end":
		return l.act(alert.Action{Verb: alert.End, Reason: "no risk"})
	case word == "hush":
		return l.act(alert.Action{Verb: alert.Pause, Reason: "holiday", Until: l.day.AddDate(0, 0, 10).Format(time.DateOnly)})
	case word == "explain":
		return l.act(alert.Action{Verb: alert.Explain, Reason: "laboratory", Until: l.day.AddDate(0, 0, 10).Format(time.DateOnly)})
	case word == "day":
		return l.tick()
	}
	var risk float64
	if _, err := fmt.Sscanf(word, "%g", &risk); err != nil {
		l.Fatalf("no step: %q", word)
	}
	o := alert.Observation{Seen: alert.Low, Site: "S01"}
	if risk > l.rules.Trial.Threshold.Value {
		o.Seen, o.Risk = alert.High, risk
	}
	return l.observe(o)
}

// live takes a step, and returns the kinds of what changed, with the role of whom it concerns.
func (l *life) live(word string) (string, error) {
	take := l.step(word)
	next, event, err := take(l.item)
	if err != nil {
		return "", err
	}
	l.item = next
	if event == nil {
		return "", nil
	}
	l.events = append(l.events, event)
	var said []string
	for _, change := range event.Changes {
		text := string(change.Kind)
		for _, more := range []string{change.Band, change.Reason, change.Role} {
			if more != "" {
				text += " " + more
			}
		}
		said = append(said, text)
	}
	return strings.Join(said, ", "), nil
}

// The life of an alert, night by night. "+3" passes three days.
//
// Requirements: SRC-24
func TestTheLifeOfAnAlert(t *testing.T) {
	for name, script := range map[string][][2]string{
		"thirty nights, one alert": {
			{"0.2", "opened high"}, {"0.2", "continued"}, {"0.25", ""}, {"0.2", ""}, {"day", ""}, {"0.29", ""},
		},
		"worse by a band, once": {
			{"0.2", "opened high"}, {"0.35", "worsened very-high"}, {"0.35", ""}, {"0.2", ""}, {"0.35", ""}, {"0.6", "worsened critical"},
		},
		"worse after it was acknowledged": {
			{"0.2", "opened high"}, {"see", "acknowledged"}, {"0.2", ""}, {"0.4", "worsened very-high"}, {"see", "acknowledged"},
		},
		"calm for three runs": {
			{"0.2", "opened high"}, {"0.1", "continued"}, {"0.1", ""}, {"0.2", ""}, {"0.1", ""}, {"0.1", ""}, {"0.1", "closed not at high risk"}, {"0.1", ""}, {"0.2", "opened high"},
		},
		"nobody looks": {
			{"0.2", "opened high"}, {"+5", ""}, {"day", "overdue site-monitor"}, {"day", ""}, {"+5", ""}, {"day", "overdue medical-monitor"}, {"+30", ""}, {"day", ""},
		},
		"several rules on one day": {
			{"0.2", "opened high"}, {"+20", ""}, {"day", "overdue site-monitor, overdue medical-monitor"},
		},
		"seen, and nothing done": {
			{"0.2", "opened high"}, {"see", "acknowledged"}, {"+13", ""}, {"day", ""}, {"+1", ""}, {"day", "overdue site-monitor"}, {"did", "actioned"}, {"+59", ""}, {"day", ""},
			{"+1", ""}, {"day", "overdue medical-monitor"},
		},
		"suppressed until a day": {
			{"0.2", "opened high"}, {"hush", "suppressed"}, {"0.2", ""}, {"+9", ""}, {"0.2", "resumed"}, {"0.2", ""},
		},
		"a suppression ends without a run": {
			{"0.2", "opened high"}, {"hush", "suppressed"}, {"+10", ""}, {"day", "resumed"},
		},
		"worse while suppressed": {
			{"0.2", "opened high"}, {"hush", "suppressed"}, {"0.4", "worsened very-high"},
		},
		"closed by a person, and still at high risk": {
			{"0.2", "opened high"}, {"end", "ended"}, {"0.2", ""}, {"0.2", ""}, {"0.1", ""}, {"0.1", ""}, {"0.1", ""}, {"0.2", "opened high"},
		},
		"closed by a person, and worse": {
			{"0.2", "opened high"}, {"end", "ended"}, {"0.4", "opened very-high"},
		},
		"out of the trial": {
			{"0.2", "opened high"}, {"out:died_before_cut", "closed died_before_cut"}, {"out:died_before_cut", ""}, {"0.2", "opened high"},
		},
		"without a score": {
			{"unscored", ""}, {"unscored", ""}, {"unscored", "not-scorable data-manager"}, {"unscored", ""}, {"+15", ""}, {"day", "expired data-manager"}, {"day", ""},
			{"explain", "explained data-manager"}, {"0.1", "scorable data-manager"}, {"unscored", ""},
		},
		"a gap in the scores leaves the alert": {
			{"0.2", "opened high"}, {"absent", "continued"}, {"unscored", ""}, {"0.2", ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := born(t)
			for i, line := range script {
				if days, passes := strings.CutPrefix(line[0], "+"); passes {
					var n int
					if _, err := fmt.Sscanf(days, "%d", &n); err != nil {
						t.Fatal(err)
					}
					l.day = l.day.AddDate(0, 0, n)
					continue
				}
				got, err := l.live(line[0])
				if err != nil || got != line[1] {
					t.Fatalf("step %d, %s on %s: %q, %v, want %q", i+1, line[0], l.today(), got, err, line[1])
				}
				if !slices.Contains([]string{"see", "did", "end", "hush", "explain", "day"}, line[0]) {
					l.day = l.day.AddDate(0, 0, 1) // a run each night
				}
			}
		})
	}
}

// Whatever happens in whatever order, an item holds together: its events are numbered without a gap and have the item after them, a step
// that is repeated changes nothing, an alert is opened once, and it gets worse at most once for each band.
//
// Requirements: SRC-24
func TestAnyLifeHoldsTogether(t *testing.T) {
	words := []string{"0.05", "0.1", "0.2", "0.2", "0.35", "0.6", "unscored", "absent", "out:withdrew", "see", "did", "end", "hush", "explain", "day", "day"}
	const lives, steps = 300, 60
	took, refused := 0, 0
	for seed := range uint64(lives) {
		l, random := born(t), rand.New(rand.NewPCG(seed, 1))
		worsened := map[string]int{}
		for range steps {
			word := words[random.IntN(len(words))]
			l.day = l.day.AddDate(0, 0, random.IntN(4))
			before, take := l.item, l.step(word)
			next, event, err := take(before)
			if err != nil {
				if !next.Equal(before) || event != nil {
					t.Fatalf("life %d: %s was refused, and changed something", seed, word)
				}
				refused++
				continue
			}
			took++
			if again, repeated, err := take(next); repeated != nil || err != nil && !errors.Is(err, alert.ErrChangedSince) || !again.Equal(next) {
				t.Fatalf("life %d: %s again: %+v, %v", seed, word, repeated, err)
			}
			if err := next.Check(); err != nil {
				t.Fatalf("life %d: after %s: %v", seed, word, err)
			}
			if event == nil {
				l.item = next
				continue
			}
			read, err := alert.ReadEvent(event.Key(), event.Body())
			if err != nil || read.Sequence != before.Sequence+1 || !read.After.Equal(next) {
				t.Fatalf("life %d: the event of %s: %+v, %v", seed, word, read, err)
			}
			if follows, err := before.Follow(read); err != nil || !follows.Equal(next) {
				t.Fatalf("life %d: %s cannot be followed: %v", seed, word, err)
			}
			for _, change := range event.Changes {
				switch change.Kind {
				case alert.Opened:
					if before.IsOpen() || change.Alert == "" || before.Alert != nil && before.Alert.ID == change.Alert {
						t.Fatalf("life %d: %s opened a second alert", seed, word)
					}
				case alert.Worsened:
					if key := change.Alert + change.Band; worsened[key] > 0 {
						t.Fatalf("life %d: %s said twice that %s is worse", seed, word, key)
					}
					worsened[change.Alert+change.Band]++
				case alert.Overdue, alert.Continued, alert.Resumed, alert.ClosedRun, alert.ClosedHand:
					if !before.IsOpen() {
						t.Fatalf("life %d: %s said %s of an alert that is closed", seed, word, change.Kind)
					}
				}
			}
			if l.item.Run.On > next.Run.On || l.item.Day.On > next.Day.On {
				t.Fatalf("life %d: %s went back in time", seed, word)
			}
			l.item = next
		}
	}
	if took < lives*steps/2 || refused == 0 {
		t.Errorf("%d steps, and %d refused: the lives are not the ones that were meant", took, refused)
	}
}

func TestRunsComeInOrder(t *testing.T) {
	l := born(t)
	if _, err := l.live("0.2"); err != nil {
		t.Fatal(err)
	}
	other := l.run()
	other.Execution += "-2"
	if _, _, err := l.rules.Observe(l.item, alert.Observation{Seen: alert.Low}, other); !errors.Is(err, alert.ErrAlreadyScored) {
		t.Errorf("the same cut by another run: %v", err)
	}
	earlier := alert.Run{Execution: "arn:a", Cut: "2026-03-01", Day: "2026-03-01"}
	if _, _, err := l.rules.Observe(l.item, alert.Observation{Seen: alert.Low}, earlier); !errors.Is(err, alert.ErrOutOfOrder) {
		t.Errorf("an earlier cut: %v", err)
	}
	for name, broken := range map[string]alert.Run{"no execution": {Cut: "2026-03-09", Day: "2026-03-09"}, "no cut": {Execution: "arn:a", Day: "2026-03-09"}, "no day": {Execution: "arn:a", Cut: "2026-03-09", Day: "9 March"}} {
		if next, event, err := l.rules.Observe(l.item, alert.Observation{Seen: alert.Low}, broken); err == nil || event != nil || !next.Equal(l.item) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An item that no rule makes is refused, whatever is wrong in it, and nothing panics.
func TestADamagedItemIsRefused(t *testing.T) {
	l := born(t)
	for _, word := range []string{"0.2", "hush", "unscored", "unscored", "unscored"} {
		if _, err := l.live(word); err != nil {
			t.Fatal(err)
		}
		if word != "hush" {
			l.day = l.day.AddDate(0, 0, 1)
		}
	}
	if err := l.item.Check(); err != nil || l.item.Finding == nil {
		t.Fatalf("the item %+v: %v", l.item, err)
	}
	whole, err := json.Marshal(l.item)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][2]string{
		{`"sequence":`, `"sequence":-`}, {`"episode":`, `"episode":-`}, {`"status":"suppressed"`, `"status":"sleeping"`}, {`"band":0`, `"band":-2`}, {`"was":-1`, `"was":-7`},
		{`"opened":"2026-03-02"`, `"opened":"2 March"`}, {`"since":"2026-03-03"`, `"since":""`}, {`"until":"2026-03-13"`, `"until":"soon"`}, {`"until":"2026-03-13",`, ``},
		{`"calm":0`, `"calm":-1`}, {`"id":"al-`, `"id":"xx-`}, {`"owner":"data-manager"`, `"owner":""`}, {`"on":"2026-03-05"`, `"on":"2026-3-5"`}, {`"missed":3`, `"missed":-3`},
	} {
		text := strings.Replace(string(whole), row[0], row[1], 1)
		var item alert.Item
		if err := strictjson.UnmarshalKnown([]byte(text), &item); err != nil || text == string(whole) {
			t.Fatalf("%s: %v in %s", row[0], err, whole)
		}
		if err := item.Check(); err == nil {
			t.Errorf("%s for %s is accepted", row[1], row[0])
		}
	}
}
