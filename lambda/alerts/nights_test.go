package alerts_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
)

// topics returns what a role was told about, in order.
func (s *scene) topics(role string) []string {
	var topics []string
	for _, m := range s.world.Told() {
		if m.Role == role {
			topics = append(topics, m.Attributes["kind"])
		}
	}
	return topics
}

// A subject at high risk in thirty nights is one alert, then digests. It gets worse on night 12, and somebody acknowledges it on night 13.
//
// Requirements: SRC-24
func TestThirtyNightsOfOneSubject(t *testing.T) {
	s := newScene(t)
	told := map[int][]string{}
	for night := 1; night <= 30; night++ {
		before := len(s.world.Told())
		risk := 0.2
		if night >= 12 {
			risk = 0.35
		}
		answer := s.mustUpdate(s.night(night, subject{id: "S-1", site: "S01", risk: risk}, subject{id: "S-2", site: "S02", risk: 0.05}))
		if want := map[bool]int{true: 1}[night == 1 || night == 12]; answer.Changed != want {
			t.Errorf("night %d: %d alerts changed, want %d", night, answer.Changed, want)
		}
		s.mustWatch(night)
		if night == 13 {
			s.mustDo(night, "acknowledge", "S-1", nil)
		}
		for _, m := range s.world.Told()[before:] {
			if m.Role == "medical-monitor" {
				told[night] = append(told[night], m.Attributes["kind"])
			}
		}
	}
	want := map[int][]string{
		1:  {"transitions", "digest"}, // night 1 is a Monday
		8:  {"digest"},
		11: {"due"}, // nobody acknowledged for 10 days
		12: {"transitions"},
		15: {"digest"}, 22: {"digest"}, 29: {"digest"},
	}
	for night := 1; night <= 30; night++ {
		if !slices.Equal(told[night], want[night]) {
			t.Errorf("night %d: the medical monitor was told of %v, want %v", night, told[night], want[night])
		}
	}
	// The site monitor hears of what waits: 5 days for an acknowledgement, and 14 days for an action after night 13.
	if got := strings.Join(s.topics("site-monitor"), " "); got != "transitions digest due digest transitions digest digest due digest" {
		t.Errorf("the site monitor was told of %s", got)
	}
	// A data manager owns subjects without a score. It hears of new alerts as every recipient does.
	if got := strings.Join(s.topics("data-manager"), " "); got != "transitions digest digest transitions digest digest digest" {
		t.Errorf("the data manager was told of %s", got)
	}
}

// Requirements: SRC-24
func TestAnAlertEndsWithTheRiskOrTheTrial(t *testing.T) {
	for reason, row := range map[string]struct {
		later  subject // from night 2 on
		nights int
		status alert.Status
		closed int // the night on which it closes
	}{
		"three runs without high risk close it":          {subject{id: "S-1", site: "S01", risk: 0.1}, 4, alert.Closed, 4},
		"two runs do not":                                {subject{id: "S-1", site: "S01", risk: 0.1}, 3, alert.Ongoing, 0},
		"who died is out at once":                        {subject{id: "S-1", site: "S01", excluded: "died_before_cut"}, 2, alert.Closed, 2},
		"a missing score is no low risk and keeps it":    {subject{id: "S-1", site: "S01", risk: unscored}, 6, alert.Ongoing, 0},
		"a subject that nobody mentions keeps its alert": {subject{id: "S-9", site: "S01", risk: 0.1}, 6, alert.Ongoing, 0},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			s.mustUpdate(s.night(1, subject{id: "S-1", site: "S01", risk: 0.2}))
			for night := 2; night <= row.nights; night++ {
				answer := s.mustUpdate(s.night(night, row.later, subject{id: "S-2", site: "S01", risk: 0.01}))
				if (answer.Closed == 1) != (night == row.closed) {
					t.Errorf("night %d closed %d alerts", night, answer.Closed)
				}
			}
			item := s.item("S-1")
			if item.Alert.Status != row.status {
				t.Errorf("the alert is %s, want %s", item.Alert.Status, row.status)
			}
		})
	}
}

// A subject that cannot be scored fails the first runs. Then its owner knows, and the runs succeed until the explanation ends.
func TestWhoCannotBeScoredIsAFinding(t *testing.T) {
	s := newScene(t)
	for night := 1; night <= 20; night++ {
		answer := s.mustUpdate(s.night(night, subject{id: "S-1", site: "S01", risk: unscored}, subject{id: "S-2", site: "S01", risk: 0.01}))
		explained := night >= 3 && night <= 17 // from the third run on, for 14 days
		if (answer.Explained == 1) != explained || answer.Explained+answer.Unexplained != 1 {
			t.Errorf("night %d: %d explained, %d not, want explained: %v", night, answer.Explained, answer.Unexplained, explained)
		}
	}
	if got := s.topics("data-manager"); !slices.Equal(got, []string{"transitions", "transitions"}) {
		t.Errorf("the owner was told of %v, want the finding and its end", got)
	}
	if got := s.topics("site-monitor"); got != nil {
		t.Errorf("others were told of %v", got)
	}
}

func TestALineWithoutASubjectIsNeverExplained(t *testing.T) {
	s := newScene(t)
	r := s.night(1, subject{id: "S-1", site: "S01", risk: 0.01})
	s.world.AddCohort(r.Cohort, []byte("{\"subject\": \"S-1\"}\n{\"subject\": \"no id!\", \"features\": {}}\n"))
	r.Counts.Subjects, r.Counts.Failed = 2, 1
	if answer := s.mustUpdate(r); answer.Unexplained != 1 {
		t.Errorf("%d unexplained, want 1", answer.Unexplained)
	}
}

// What people are told has no subject, score, band, feature or arm, whatever the data say.
//
// Requirements: SRC-24
func TestMessagesHaveCountsOnly(t *testing.T) {
	s := newScene(t)
	s.mustUpdate(s.night(1, subject{id: "CANARY-1", site: "S01", risk: 0.4242}, subject{id: "CANARY-2", site: "S99", risk: 0.9}, subject{id: "CANARY-3", site: "S02", risk: unscored}))
	s.mustWatch(1)
	s.mustWatch(9)
	if len(s.world.Told()) < 6 {
		t.Fatalf("%d messages", len(s.world.Told()))
	}
	for _, m := range s.world.Told() {
		text := fmt.Sprint(m)
		for _, canary := range []string{"CANARY", "4242", "0.9", "very-high", "critical", "visits_missed", "S99"} {
			if strings.Contains(text, canary) {
				t.Errorf("%q is in the message %s", canary, text)
			}
		}
	}
}

// A message that is sent again has the same id, and each message another one.
func TestMessagesHaveIDs(t *testing.T) {
	s := newScene(t)
	r := s.night(1, subject{id: "S-1", site: "S01", risk: 0.4})
	s.mustUpdate(r)
	s.mustWatch(1)
	seen := map[string]bool{}
	for _, m := range s.world.Told() {
		if seen[m.ID] {
			t.Errorf("%s twice", m.ID)
		}
		seen[m.ID] = true
	}
	s.mustUpdate(r)
	s.mustWatch(1)
	if got := len(s.world.Told()); got != len(seen) {
		t.Errorf("repeating the run and the day sent %d messages more", got-len(seen))
	}
}

func TestRunsInAnotherOrderAreRefused(t *testing.T) {
	s := newScene(t)
	second := s.night(2, subject{id: "S-1", site: "S01", risk: 0.4})
	s.mustUpdate(second)
	if _, err := s.update(s.night(1, subject{id: "S-1", site: "S01", risk: 0.4})); err == nil || !strings.Contains(err.Error(), "later data cut") {
		t.Errorf("an earlier cut: %v", err)
	}
	other := s.night(2, subject{id: "S-1", site: "S01", risk: 0.4})
	other.Execution += "-again"
	other.Records = workflow.RecordsOf(other.TrialID, other.Execution, other.StartedAt)
	if _, err := s.update(other); err == nil || !strings.Contains(err.Error(), "another run scored the same data cut") {
		t.Errorf("another run of the same cut: %v", err)
	}
}

// What the function reads must be what the run decided.
func TestRunsThatDoNotAddUpAreRefused(t *testing.T) {
	for reason, row := range map[string]struct {
		change func(s *scene, r *alerts.Request)
		want   string
	}{
		"a record less than counted": {func(_ *scene, r *alerts.Request) { r.Counts.Scored++; r.Counts.High++ }, "the run counted 3 and 2"},
		"another trial":              {func(_ *scene, r *alerts.Request) { r.TrialID = "OTHER" }, "of another trial"},
		"the records of another run": {func(_ *scene, r *alerts.Request) { r.Records = "decisions/SYN-AD-402/other/" }, "the folder of the execution's"},
		"a cohort that is not there": {func(_ *scene, r *alerts.Request) { r.Cohort.VersionID = "v2" }, "is of another cohort"},
		"no version of the cohort":   {func(_ *scene, r *alerts.Request) { r.Cohort.VersionID = "" }, "a version"},
		"a day that is none":         {func(_ *scene, r *alerts.Request) { r.CutDate = "2026-02-30" }, "cut date"},
		"a record that is none":      {func(s *scene, r *alerts.Request) { s.world.AddRecord(r.Records+"000000001.json", []byte(`{}`)) }, "is not a decision record"},
		"an exclusion of a scored subject": {func(s *scene, r *alerts.Request) {
			s.world.AddCohort(alert.Object{Bucket: r.Cohort.Bucket, Key: strings.TrimSuffix(r.Cohort.Key, "cohort.jsonl") + "excluded.jsonl"}, []byte(`{"subject": "S-1", "reason": "died"}`))
		}, "a subject in common"},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			r := s.night(1, subject{id: "S-1", site: "S01", risk: 0.4}, subject{id: "S-2", site: "S02", risk: 0.01})
			row.change(s, &r)
			_, err := s.update(r)
			if _, named := errors.AsType[alerts.AlertsNotUpdated](err); !named || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want AlertsNotUpdated with %q", err, row.want)
			}
			if len(s.world.Told()) > 0 {
				t.Error("somebody was told")
			}
		})
	}
}

// A registry of 100,000 subjects, 5,000 of them with an open alert, each of whom gets worse in the night.
func BenchmarkUpdateOf100000(b *testing.B) {
	const all, high = 100_000, 5_000
	subjects := make([]subject, all)
	for i := range subjects {
		subjects[i] = subject{id: fmt.Sprintf("S-%06d", i), site: fmt.Sprintf("S%02d", 1+i%10), risk: 0.2} // all are known to the registry
	}
	s := newScene(b)
	s.mustUpdate(s.night(1, subjects...))
	for i := range subjects {
		if subjects[i].risk = 0.01; i < high {
			subjects[i].risk = 0.25
		}
	}
	for night := 2; night <= 4; night++ {
		s.mustUpdate(s.night(night, subjects...))
	}
	night := 4
	for b.Loop() {
		night++
		for i := range high {
			subjects[i].risk = 0.25 + 0.1*float64(night%2)
		}
		r := s.night(night, subjects...)
		s.mustUpdate(r)
		s.mustWatch(night)
	}
}
