package nights

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

func TestTheSameSeedIsTheSameCourse(t *testing.T) {
	first, _, err := cohort(course([]string{"S01", "S02"}, 50, 30, 7), 12, 7)
	if err != nil {
		t.Fatal(err)
	}
	second, excluded, err := cohort(course([]string{"S01", "S02"}, 50, 30, 7), 12, 7)
	if err != nil || string(first) != string(second) {
		t.Errorf("the same seed gives another cohort: %v", err)
	}
	if lines := strings.Count(string(second), "\n") + strings.Count(string(excluded), "\n"); lines != 50 {
		t.Errorf("%d subjects are in the cohort or left out, want 50", lines)
	}
	if other, _, _ := cohort(course([]string{"S01", "S02"}, 50, 30, 8), 12, 8); string(other) == string(second) {
		t.Error("another seed gives the same cohort")
	}
}

func TestThePageCountsWhatEachRecipientReceived(t *testing.T) {
	message := func(role, kind, text string) alert.Message {
		return alert.Message{Role: role, Subject: "Trial Risk Alert", Text: text, Attributes: map[string]string{"kind": kind}}
	}
	p := &Played{Trial: &trial.Trial{ID: "T-1", Recipients: []trial.Recipient{{Role: "monitor"}, {Role: "manager"}}}, Nights: []Night{
		{Number: 1, High: 2, Messages: []alert.Message{message("monitor", "transitions", "T-1 data cut 2026-03-02, alerts that changed: 2 <opened>.\n\nmore")}},
		{Number: 2, High: 2}, {Number: 3, High: 0, Messages: []alert.Message{message("monitor", "digest", "x"), message("manager", "due", "x")}},
	}}
	want := []Received{{Role: "monitor", Transitions: 1, Digests: 1, Before: 2}, {Role: "manager", Due: 1, Before: 2}}
	for i, got := range p.Received() {
		if got != want[i] {
			t.Errorf("got %+v, want %+v", got, want[i])
		}
	}
	page, err := p.Page()
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`<span class="faint">2 &lt;opened&gt;</span>`, "<strong>Night 1</strong>", "nothing new"} {
		if !strings.Contains(string(page), part) {
			t.Errorf("the page has no %s", part)
		}
	}
	if strings.Contains(string(page), "<strong>Night 2</strong>") {
		t.Error("the page shows a night on which nobody received anything")
	}
}
