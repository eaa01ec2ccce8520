package alerts_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

// A night that cannot be used fails by itself. The next one goes on.
//
// Requirements: SRC-24
func TestABadNightStopsNoOther(t *testing.T) {
	for reason, spoil := range map[string]func(s *scene) error{
		"an exclusion without a usable reason": func(s *scene) error {
			_, err := s.update(s.night(2, subject{"S-1", "S01", 0.9, ""}, subject{"S-2", "S01", 0, "Withdrew !"}))
			return err
		},
		"counts that differ": func(s *scene) error {
			r := s.night(2, subject{"S-1", "S01", 0.9, ""})
			r.Counts.High++
			_, err := s.update(r)
			return err
		},
		"a cohort that is gone": func(s *scene) error {
			r := s.night(2, subject{"S-1", "S01", 0.9, ""})
			r.Cohort.VersionID = "v2"
			_, err := s.update(r)
			return err
		},
		"a cut date of the future": func(s *scene) error {
			r := s.night(2, subject{"S-1", "S01", 0.9, ""})
			r.CutDate = "2062-03-03"
			_, err := s.update(r)
			return err
		},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			s.mustUpdate(s.night(1, subject{"S-1", "S01", 0.2, ""}))
			if err := spoil(s); err == nil {
				t.Fatal("the bad night succeeded")
			}
			answer := s.mustUpdate(s.night(3, subject{"S-1", "S01", 0.9, ""}))
			if answer.Changed != 1 || answer.Messages == 0 {
				t.Errorf("the next night answered %+v", answer)
			}
		})
	}
}

// What a run changed before its cohort was lost is told, and the next run goes on.
func TestARunThatCanNoLongerBeReadIsToldAsFarAsItCame(t *testing.T) {
	s := newScene(t)
	r := s.night(1, subject{"S-1", "S01", 0.9, ""}, subject{"S-2", "S02", 0.9, ""})
	s.world.CrashAt(5, true) // after the first events
	if _, err := s.update(r); err == nil {
		t.Fatal("no crash")
	}
	s.world.Restart()
	s.world.RemoveCohort(r.Cohort)
	answer := s.mustUpdate(s.night(2, subject{"S-1", "S01", 0.9, ""}, subject{"S-2", "S02", 0.9, ""}))
	if answer.Open != 2 {
		t.Errorf("the next night answered %+v", answer)
	}
	told := map[string]bool{}
	for _, m := range s.world.Told() {
		for _, subject := range []string{"S-1", "S-2"} {
			told[subject] = told[subject] || strings.Contains(m.JSON, alert.ID(s.rules.Trial.ID, s.rules.Trial.Endpoint.Name, subject, 1))
		}
	}
	if !told["S-1"] || !told["S-2"] {
		t.Errorf("told of %v", told)
	}
	if _, err := s.update(r); err == nil {
		t.Error("the lost run succeeded afterwards")
	}
}

// Somebody at high risk without an id cannot have an alert. The run does not pass as complete.
func TestHighRiskWithoutAnIDIsUnexplained(t *testing.T) {
	s := newScene(t)
	if answer := s.mustUpdate(s.night(1, subject{"S-1", "S01", 0.9, ""}, subject{"unknown", "S01", 0.9, ""}, subject{"unknown", "S01", 0.1, ""})); answer.Unexplained != 1 || answer.Changed != 1 {
		t.Errorf("answered %+v", answer)
	}
}

// A wrong day would silence the watch for years.
//
// Requirements: SRC-24
func TestAWatchOfAWrongDayIsRefused(t *testing.T) {
	s := newScene(t)
	s.mustUpdate(s.night(1, subject{"S-1", "S01", 0.9, ""}))
	for _, day := range []string{"tomorrow", "2026-02-30", "2999-01-01"} {
		if _, err := s.watcher().Handle(context.Background(), fmt.Appendf(nil, `{"trialId": %q, "day": %q}`, s.rules.Trial.ID, day)); err == nil {
			t.Errorf("%s is taken", day)
		}
	}
	sent := 0
	for night := 2; night <= 30; night++ {
		sent += s.mustWatch(night).Messages
	}
	if sent == 0 {
		t.Error("nobody was told of what is overdue")
	}
}

// The digest of a Monday without a watch comes on the next day, once.
func TestALateWatchSendsTheDigest(t *testing.T) {
	s := newScene(t)
	s.mustUpdate(s.night(1, subject{"S-1", "S01", 0.9, ""}))
	s.mustWatch(7)
	digests := func() (n int) {
		for _, m := range s.world.Told() {
			if m.Attributes["kind"] == string(alert.AboutDigest) {
				n++
			}
		}
		return n
	}
	before := digests()
	s.mustWatch(9) // without 8, a Monday
	if n := digests() - before; n != len(s.rules.Trial.Recipients) {
		t.Errorf("%d digests on Tuesday", n)
	}
	for night := 10; night < 15; night++ {
		s.mustWatch(night)
	}
	if n := digests() - before; n != len(s.rules.Trial.Recipients) {
		t.Errorf("%d digests in the week", n)
	}
}

// The trial's file names another model: the alerts of the old one are closed, and those of the new one opened.
func TestAnotherModelLeavesNoAlertBehind(t *testing.T) {
	s := newScene(t)
	s.mustUpdate(s.night(1, subject{"S-1", "S01", 0.9, ""}, subject{"S-2", "S01", 0.9, ""}))
	old := s.rules.Trial
	other := *old
	other.Endpoint.Name = "dropout-risk-2"
	s.rules.Trial = &other
	if answer := s.mustUpdate(s.night(2, subject{"S-1", "S01", 0.9, ""}, subject{"S-2", "S01", 0.1, ""})); answer.Open != 1 || answer.Changed != 1 {
		t.Errorf("the new model: %+v", answer)
	}
	s.rules.Trial = old
	for stored, err := range s.store().Items(context.Background()) {
		if err != nil || stored.IsOpen() || stored.Run.Changes[0].Reason != alert.ModelReplaced {
			t.Errorf("of the old model: %+v, %v", stored.Item, err)
		}
	}
	if answer := s.mustUpdate(s.night(3, subject{"S-1", "S01", 0.9, ""})); answer.Open != 1 || answer.Changed != 1 {
		t.Errorf("the old model again: %+v", answer)
	}
}

// Bands change while an alert is open.
func TestBandsThatChangeHideAndInventNothing(t *testing.T) {
	bands := func(s *scene, bands ...trial.Band) {
		other := *s.rules.Trial
		other.Bands = bands
		s.rules.Trial = &other
	}
	low := trial.Band{Name: "high", From: 0.15}
	s := newScene(t)
	bands(s, low, trial.Band{Name: "very-high", From: 0.35}, trial.Band{Name: "critical", From: 0.6})
	s.mustUpdate(s.night(1, subject{"S-1", "S01", 0.4, ""}))
	bands(s, low, trial.Band{Name: "critical", From: 0.6}) // that of the alert is gone
	if answer := s.mustUpdate(s.night(2, subject{"S-1", "S01", 0.9, ""})); answer.Changed != 1 {
		t.Errorf("a worse risk: %+v", answer)
	}
	s = newScene(t)
	bands(s, low, trial.Band{Name: "very-high", From: 0.35})
	s.mustUpdate(s.night(1, subject{"S-1", "S01", 0.4, ""}))
	bands(s, low, trial.Band{Name: "raised", From: 0.25}, trial.Band{Name: "very-high", From: 0.35}) // another one below
	if answer := s.mustUpdate(s.night(2, subject{"S-1", "S01", 0.4, ""})); answer.Changed != 0 {
		t.Errorf("the same risk: %+v", answer)
	}
}

// A subject moves: the people of the new site hear of the open alert.
func TestAMoveIsTold(t *testing.T) {
	s := newScene(t)
	other := *s.rules.Trial
	other.Recipients = append([]trial.Recipient{{Role: "coordinator", Sites: []string{"S02"}}}, other.Recipients...)
	s.rules.Trial = &other
	s.mustUpdate(s.night(1, subject{"S-1", "S01", 0.9, ""}))
	before := len(s.world.Told())
	s.mustUpdate(s.night(2, subject{"S-1", "S02", 0.9, ""}))
	for _, m := range s.world.Told()[before:] {
		if m.Role == "coordinator" && strings.Contains(m.Text, "1 moved here") && strings.Contains(m.Text, "clinicalrisk alerts open --site S02\n") {
			return
		}
	}
	t.Errorf("told %+v", s.world.Told()[before:])
}

// A registry that was restored to an earlier time has all alerts again after the next day that is watched.
func TestARestoredRegistryCatchesUp(t *testing.T) {
	s := newScene(t)
	s.mustUpdate(s.night(1, subject{"S-1", "S01", 0.2, ""}))
	backup := s.world.Entries()
	s.mustUpdate(s.night(2, subject{"S-1", "S01", 0.4, ""}, subject{"S-2", "S02", 0.9, ""}))
	s.mustDo(2, "acknowledge", "S-2", nil)
	want := []alert.Item{s.item("S-1"), s.item("S-2")}
	s.world.Restore(backup)
	told := len(s.world.Told())
	s.mustWatch(3)
	if got := []alert.Item{s.item("S-1"), s.item("S-2")}; !got[0].Equal(want[0]) || !got[1].Equal(want[1]) {
		t.Errorf("after the restore %+v, want %+v", got, want)
	}
	if more := s.world.Told()[told:]; len(more) > 0 {
		t.Errorf("told again: %+v", more)
	}
	if answer := s.mustUpdate(s.night(4, subject{"S-1", "S01", 0.4, ""}, subject{"S-2", "S02", 0.9, ""})); answer.Open != 2 || answer.Changed != 0 {
		t.Errorf("the next run answered %+v", answer)
	}
}

// An entry that somebody damaged is an error that somebody sees, and no panic.
func TestADamagedEntryIsAnError(t *testing.T) {
	s := newScene(t)
	s.mustUpdate(s.night(1, subject{"S-1", "S01", 0.2, ""}))
	for key, entry := range s.world.Entries() {
		if strings.HasPrefix(key, "ITEM#") {
			entry.Body = []byte(strings.Replace(string(entry.Body), `"since":"2026-03-02"`, `"since":"soon"`, 1))
			s.world.Restore(map[string]alerts.Entry{key: entry})
		}
	}
	if _, err := s.watch(2); err == nil || !strings.Contains(err.Error(), "no rule makes") {
		t.Errorf("watched: %v", err)
	}
	if _, err := s.update(s.night(2, subject{"S-1", "S01", 0.2, ""})); err == nil || !strings.Contains(err.Error(), "no rule makes") {
		t.Errorf("updated: %v", err)
	}
}
