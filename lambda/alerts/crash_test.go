package alerts_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"clinical-risk-pipeline/lambda/alerts"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/exclusion"
)

// threeNights are new, ongoing and worse, of three subjects, with one who dies and one without a score.
func (s *scene) threeNights() []alerts.Request {
	return []alerts.Request{
		s.night(1, subject{id: "S-1", site: "S01", risk: 0.2}, subject{id: "S-2", site: "S02", risk: 0.6}, subject{id: "S-3", site: "S01", risk: unscored}),
		s.night(2, subject{id: "S-1", site: "S01", risk: 0.21}, subject{id: "S-2", site: "S02", risk: 0.6}, subject{id: "S-3", site: "S01", risk: unscored}),
		s.night(3, subject{id: "S-1", site: "S01", risk: 0.4}, subject{id: "S-2", site: "S02", excluded: "died_before_cut"}, subject{id: "S-3", site: "S01", risk: unscored}),
	}
}

// log is what the world has after some nights: the events by key, the items, and the messages by id.
func (s *scene) log() string {
	s.t.Helper()
	var b strings.Builder
	objects := s.world.Objects()
	keys := make([]string, 0, len(objects))
	for key := range objects {
		if strings.HasPrefix(key, alert.Folder) || strings.HasPrefix(key, exclusion.Folder) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		fmt.Fprintf(&b, "%s %s\n", key, objects[key])
	}
	for stored, err := range s.store().Items(context.Background()) {
		if err != nil {
			s.t.Fatal(err)
		}
		item, err := json.Marshal(stored.Item)
		if err != nil {
			s.t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n", item)
	}
	told := map[string]bool{}
	for _, m := range s.world.Told() {
		told[fmt.Sprintf("%s %s %s", m.ID, m.Role, m.JSON)] = true
	}
	ids := make([]string, 0, len(told))
	for id := range told {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return b.String() + strings.Join(ids, "\n")
}

// The function crashes before and after every one of its writes, in each of three nights, and is started again. Afterwards the world is the
// same as without a crash: no transition is lost or there twice, and everybody was told, with the same ids.
//
// Requirements: SRC-24
func TestACrashBetweenAnyTwoWritesLosesNothing(t *testing.T) {
	sound := newScene(t)
	writes := []int{}
	for _, r := range sound.threeNights() {
		sound.world.Restart()
		sound.mustUpdate(r)
		writes = append(writes, sound.world.Writes())
	}
	want := sound.log()
	crashes := 0
	for night, n := range writes {
		for at := 1; at <= n; at++ {
			for _, after := range []bool{false, true} {
				crashes++
				s := newScene(t)
				for i, r := range s.threeNights() {
					if i == night {
						s.world.CrashAt(at, after)
						if _, err := s.update(r); err == nil {
							t.Fatalf("night %d, write %d: no crash", night+1, at)
						}
						s.world.Restart()
					}
					s.mustUpdate(r)
				}
				if got := s.log(); got != want {
					t.Fatalf("night %d, write %d, after: %v\ngot\n%s\nwant\n%s", night+1, at, after, got, want)
				}
			}
		}
	}
	if crashes < 100 {
		t.Errorf("%d crashes only", crashes)
	}
}

// Where nobody starts the function again, the next night finishes what is left before its own run. The execution that crashed may be redriven
// afterwards: people decide about its news.
func TestTheNextNightFinishesTheLast(t *testing.T) {
	sound := newScene(t)
	var answers []*alerts.Answer
	for _, r := range sound.threeNights() {
		sound.mustUpdate(r)
		answers = append(answers, sound.mustUpdate(r)) // again, so that it counts no message
	}
	want := sound.log()
	for crashed := range 2 {
		for at := 2; ; at++ { // the first write is the record of whom the extraction left out: the run has not begun
			s := newScene(t)
			nights := s.threeNights()
			for _, r := range nights[:crashed] {
				s.mustUpdate(r)
			}
			s.world.CrashAt(at, true)
			_, err := s.update(nights[crashed])
			s.world.Restart()
			if err == nil {
				break
			}
			for _, r := range nights[crashed+1:] {
				s.mustUpdate(r)
			}
			if got := s.log(); got != want {
				t.Fatalf("night %d, write %d\ngot\n%s\nwant\n%s", crashed+1, at, got, want)
			}
			if again := s.mustUpdate(nights[crashed]); again.Changed != answers[crashed].Changed || !slices.Equal(again.News, answers[crashed].News) {
				t.Errorf("night %d, write %d: the redrive got %+v, want %+v", crashed+1, at, again, answers[crashed])
			}
		}
	}
	if len(answers[0].News) == 0 {
		t.Error("the first night has no news")
	}
}

func TestACrashOfTheWatchLosesNothing(t *testing.T) {
	prepare := func() *scene {
		s := newScene(t)
		for _, r := range s.threeNights() {
			s.mustUpdate(r)
		}
		return s
	}
	sound := prepare()
	sound.world.Restart()
	sound.mustWatch(8)
	sound.mustWatch(15)
	want := sound.log()
	for at := 1; ; at++ {
		for _, again := range []int{8, 15} { // the same day, and a later one
			if at == 1 && again == 15 {
				continue // the day had not begun: what is due is told on the later one
			}
			s := prepare()
			s.world.CrashAt(at, at%2 == 0)
			_, err := s.watch(8)
			s.world.Restart()
			if err == nil {
				return
			}
			s.mustWatch(again)
			s.mustWatch(15)
			if got := s.log(); got != want {
				t.Fatalf("write %d, again on day %d\ngot\n%s\nwant\n%s", at, again, got, want)
			}
		}
	}
}

// A person acts while a run updates: both are there, one after the other.
//
// Requirements: SRC-24
func TestAPersonActsDuringARun(t *testing.T) {
	for at := 1; at < 12; at++ {
		s := newScene(t)
		nights := s.threeNights()
		s.mustUpdate(nights[0])
		s.mustUpdate(nights[1])
		s.world.CrashAt(at, true)
		_, _ = s.update(nights[2])
		s.world.Restart()
		if _, err := s.do(3, "acknowledge", "S-1", nil); err != nil {
			if !strings.Contains(err.Error(), "look again") {
				t.Fatal(err)
			}
			s.mustDo(3, "acknowledge", "S-1", nil) // the event of the run was there
		}
		s.mustUpdate(nights[2])
		item := s.item("S-1")
		kinds := s.kinds("S-1")
		if got := strings.Count(kinds, "worsened"); got != 1 || !strings.Contains(kinds, "acknowledged") || item.Sequence != 4 {
			t.Errorf("write %d: %s", at, kinds)
		}
	}
}

// kinds are the changes of a subject, in order.
func (s *scene) kinds(id string) string {
	item := s.item(id)
	var kinds []string
	for i := range item.Sequence {
		body := s.world.Objects()[item.EventKey(i+1)]
		event, err := alert.ReadEvent(item.EventKey(i+1), body)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, change := range event.Changes {
			kinds = append(kinds, string(change.Kind))
		}
	}
	return strings.Join(kinds, " ")
}

// A person's action whose item was not stored is taken over by the next run, also by one that has nothing to say.
func TestAnActionThatCrashedIsTakenOver(t *testing.T) {
	s := newScene(t)
	for night := 1; night <= 2; night++ { // the second one has the last thing to say
		s.mustUpdate(s.night(night, subject{id: "S-1", site: "S01", risk: 0.2}))
	}
	s.world.CrashAt(1, true) // the event is there
	if _, err := s.do(2, "acknowledge", "S-1", nil); err == nil {
		t.Fatal("no crash")
	}
	s.world.Restart()
	s.mustUpdate(s.night(3, subject{id: "S-1", site: "S01", risk: 0.2}))
	if item := s.item("S-1"); item.Alert.Status != alert.Acknowledged {
		t.Errorf("the alert is %s", item.Alert.Status)
	}
}

// Two attempts of one run at the same time are one.
//
// Requirements: SRC-24
func TestTwoAttemptsAtTheSameTimeAreOne(t *testing.T) {
	sound := newScene(t)
	for _, r := range sound.threeNights() {
		sound.mustUpdate(r)
	}
	want := sound.log()
	s := newScene(t)
	for _, r := range s.threeNights() {
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() { _, _ = s.update(r) })
		}
		wait.Wait()
		s.mustUpdate(r)
	}
	if got := s.log(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// interposed lets somebody else act right before the first write of an event.
type interposed struct {
	alerts.Events
	act func()
}

func (i *interposed) Create(ctx context.Context, key string, body []byte) (string, error) {
	if act := i.act; act != nil && strings.HasPrefix(key, alert.Folder) {
		i.act = nil
		act()
	}
	return i.Events.Create(ctx, key, body)
}

// A person writes an event with the number that the run has chosen, and crashes before the registry has it. The run takes that event over,
// and decides anew: neither is lost.
//
// Requirements: SRC-24
func TestTheEventOfSomebodyElseIsTakenOver(t *testing.T) {
	s := newScene(t)
	s.mustUpdate(s.night(1, subject{"S-1", "S01", 0.2, ""}))
	item := s.item("S-1")
	_, acknowledged, err := s.rules.Act(item, alert.Action{ID: "signed-1", Verb: alert.Acknowledge, Signer: "arn:ada", Name: "Ada", Seen: item.Sequence}, day(1))
	if err != nil {
		t.Fatal(err)
	}
	events := &interposed{s.world.Events(), func() {
		if _, err := s.world.Events().Create(t.Context(), acknowledged.Key(), acknowledged.Body()); err != nil {
			t.Error(err)
		}
	}}
	u := s.updater()
	u.Events = events
	payload, err := json.Marshal(s.night(2, subject{"S-1", "S01", 0.4, ""}))
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := u.Handle(t.Context(), payload); err != nil || answer.Changed != 1 {
		t.Fatalf("answered %+v, %v", answer, err)
	}
	got := s.item("S-1")
	if got.Sequence != 3 || got.LastAction != "signed-1" || got.Alert.Status != alert.Escalated {
		t.Errorf("the registry has %+v, %+v", got, got.Alert)
	}
}
