package approval_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow/alert"
)

// A person sees whom a decision is about, and why, before they sign.
//
// Requirements: P11-50a, P11-70
func TestAPersonIsShownEachSubject(t *testing.T) {
	s := newScene(t)
	s.objects.Set(firstKey, []byte(`{"model": {"endpoint": "dropout"}, "notScored": [], "subjects": [{"subject": "S-1", "site": "101", "score": 0.81, "branch": "alert",
		"reasons": [{"feature": "visits_missed", "contribution": 0.812}, {"feature": "age", "contribution": -0.2}]}]}`))
	s.objects.Set("decisions/T-1/nightly-7/notes.txt", []byte("none"))
	s.objects.Set("decisions/T-1/nightly-7/other.json", []byte(`{"subjects": []}`))
	s.objects.Set("decisions/T-1/nightly-7/twice.json", []byte(`{"notScored": [], "subjects": [{"subject": "S-9", "score": 0.9, "branch": "alert", "branch": "no alert"}]}`))
	view := s.show()
	want := `Request for a decision about 2 subjects

Approval               ` + s.id + `
Trial                  T-1
Run                    ` + execution + `
Started                2026-03-01T01:00:00Z
Deadline               2026-03-04T03:00:00Z; without a decision nobody is approved
Records                s3://records/decisions/T-1/nightly-7/, 5 objects
Digest of the records  ` + view.Reviewed.SHA256 + `

The records say: 2 at high risk, 3 scored and 1 not scored.
WARNING: the run counted 7 at high risk and 199 scored.
WARNING: decisions/T-1/nightly-7/notes.txt is not a decision record.
WARNING: decisions/T-1/nightly-7/other.json is not a decision record.
WARNING: decisions/T-1/nightly-7/twice.json is not a decision record.

   SUBJECT  SITE  RISK  BAND  NEW  ALERT
1  S-2      –     0.90  –     –    –
2  S-1      101   0.81  –     –    –
     because: visits_missed +0.81; age -0.20
`
	if diff := cmp.Diff(want, view.Shown.Text); diff != "" {
		t.Error(diff)
	}
	stored, _, err := s.objects.Read(context.Background(), view.Shown.Key)
	if err != nil || string(stored) != view.Shown.Text || view.Shown.SHA256 != approval.Digest(stored) {
		t.Errorf("stored %q, %v", stored, err)
	}
	if _, err := s.decide(jane, "approve"); err != nil {
		t.Fatal(err)
	}
	if view := s.show(); view.Shown != nil || view.Record.Shown.SHA256 != approval.Digest(stored) || view.Record.Shown.Text != "" {
		t.Errorf("decided, the request shows %+v, and the record says %+v", view.Shown, view.Record.Shown)
	}
}

// A subject's id, site or feature cannot forge a line of what a person signs.
func TestWhatIsShownCannotBeForged(t *testing.T) {
	s := newScene(t)
	s.objects.Set(firstKey, []byte(`{"notScored": [], "subjects": [{"subject": "S-1\n9  S-9", "site": "1\u001b[2K", "score": 0.81, "branch": "alert", "reasons": [{"feature": "a\nb", "contribution": 1}]}]}`))
	text := s.show().Shown.Text
	if strings.Contains(text, "\n9  S-9") || strings.Contains(text, "\x1b") || strings.Contains(text, "a\nb") || !strings.Contains(text, `S-1\x0a9  S-9`) {
		t.Error(text)
	}
}

// event stores an event of an alert of a subject, and returns its key.
func (s *scene) event(subject string, sequence int, day, run string, kind alert.Kind, band string) string {
	s.Helper()
	item := alert.Item{Trial: "T-1", Model: "dropout", Subject: subject, Sequence: sequence, Alert: &alert.Alert{
		ID: alert.ID("T-1", "dropout", subject, 1), Status: alert.New, Opened: "2026-02-01", Since: "2026-02-01",
	}}
	event := &alert.Event{SchemaVersion: 1, Sequence: sequence, Day: day, Run: run, Rules: "r", Changes: []alert.Change{{Kind: kind, Band: band}}, After: item}
	s.objects.Set(event.Key(), event.Body())
	return event.Key()
}

// registered is a scene whose trial has a registry of alerts: S-1 got worse, S-2 is as it was, S-3 is new.
func registered(t *testing.T) *scene {
	s := newScene(t)
	s.decider.Records.Alerts = true
	s.objects.Set("decisions/T-1/nightly-7/000100.json", nil)
	s.objects.Set(firstKey, []byte(`{"model": {"endpoint": "dropout"}, "notScored": [], "subjects": [{"subject": "S-1", "score": 0.81, "branch": "alert"},
		{"subject": "S-2", "score": 0.9, "branch": "alert"}, {"subject": "S-3", "score": 0.8, "branch": "alert"}, {"subject": "S-4", "score": 0.1, "branch": "no alert"}]}`))
	const earlier = execution + "-earlier"
	for i := range 8 {
		s.event("S-1", i+1, fmt.Sprintf("2026-02-%02d", i+1), earlier, alert.Continued, "high")
	}
	s.event("S-1", 9, "2026-03-01", execution, alert.Worsened, "very high")
	s.event("S-1", 10, "2026-03-02", execution+"-later", alert.Continued, "very high")
	s.event("S-2", 1, "2026-02-01", earlier, alert.Opened, "high")
	s.event("S-2", 2, "2026-03-01", execution, alert.Continued, "high")
	s.event("S-3", 1, "2026-03-01", execution, alert.Opened, "high")
	return s
}

// Requirements: SRC-24
func TestAPersonDecidesAboutNewsWithItsHistory(t *testing.T) {
	s := registered(t)
	cases := s.show().Cases
	id := func(subject string) string { return alert.ID("T-1", "dropout", subject, 1) }
	var names []string
	for _, c := range cases.Subjects {
		names = append(names, c.Subject+" "+c.News+" "+c.Band+" "+c.Alert)
	}
	if diff := cmp.Diff([]string{"S-1 worsened very high " + id("S-1"), "S-3 opened high " + id("S-3")}, names); diff != "" || cases.High != 3 {
		t.Errorf("%d at high risk: %s", cases.High, diff)
	}
	if h := cases.Subjects[0].History; len(h) != 6 || h[0].Day != "2026-02-03" || h[5].Day != "2026-02-08" || h[5].What != "continued" {
		t.Errorf("the history is %+v", h)
	}
	if text := s.show().Shown.Text; !strings.Contains(text, "before: 2026-02-03 continued (high); ") || strings.Contains(text, "2026-03-02") || strings.Contains(text, "S-2") {
		t.Error(text)
	}
	outcome, err := s.decide(jane, "approve")
	if err != nil || outcome.Approved != 2 {
		t.Fatalf("got %+v, %v", outcome, err)
	}
	if v := s.show().Record.Verdicts; len(v) != 2 || v[0].Alert != id("S-1") || v[1].Alert != id("S-3") {
		t.Errorf("recorded %+v", v)
	}
}

// An event that cannot be read hides no news.
func TestDamagedEventsAreNotOverlooked(t *testing.T) {
	s := registered(t)
	s.objects.Set(s.event("S-1", 2, "2026-02-02", "x", alert.Continued, ""), []byte(`{}`))
	_, err := s.client(janesKey).Show(context.Background(), s.id)
	wantFault(t, err, http.StatusInternalServerError, "Failed")
}

// Requirements: P11-70
func TestEachSubjectHasAVerdict(t *testing.T) {
	for reason, row := range map[string]struct {
		verdict  string
		code     approval.Code
		except   []approval.Exception
		decision approval.Verdict
		approved []string
	}{
		"all but one":      {"approve", "confirmed", []approval.Exception{{Code: "data-error", Subject: "S-1"}}, approval.Approve, []string{"S-2"}},
		"only one":         {"reject", "not-plausible", []approval.Exception{{Code: "precaution", Subject: "S-1"}}, approval.Approve, []string{"S-1"}},
		"none, one by one": {"approve", "confirmed", []approval.Exception{{Code: "data-error", Subject: "S-1"}, {Code: "other", Subject: "S-2"}}, approval.Reject, nil},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			d := s.decision(row.verdict)
			d.Code, d.Except = row.code, row.except
			jane := s.client(janesKey)
			outcome, err := jane.Decide(context.Background(), s.id, d)
			if err != nil || outcome.Decision != row.decision || outcome.Approved != len(row.approved) || outcome.Rejected != 2-len(row.approved) {
				t.Fatalf("got %+v, %v", outcome, err)
			}
			for _, said := range s.show().Record.Verdicts {
				want := approval.Decided{Subject: said.Subject, Verdict: approval.Reject, Code: row.code, Override: true}
				if slices.Contains(row.approved, said.Subject) {
					want.Verdict, want.Override = approval.Approve, false
				}
				for _, e := range row.except {
					if e.Subject == said.Subject {
						want.Code = e.Code
					}
				}
				if said != want {
					t.Errorf("got %+v, want %+v", said, want)
				}
			}
			if again, err := jane.Decide(context.Background(), s.id, d); err != nil || *again != *outcome {
				t.Errorf("again: %+v, %v", again, err)
			}
			d.Except = nil
			_, err = jane.Decide(context.Background(), s.id, d)
			wantFault(t, err, http.StatusConflict, "AlreadyDecided")
		})
	}
}

func TestAnExceptionIsASubjectOfTheRequest(t *testing.T) {
	s := newScene(t)
	d := s.decision("approve")
	d.Except = []approval.Exception{{Code: "data-error", Subject: "S-3"}, {Code: "data-error", Subject: "S-8"}} // S-3 is not at high risk
	_, err := s.decider.Decide(context.Background(), s.id, jane, d)
	wantFault(t, err, http.StatusBadRequest, "InvalidDecision")
	if err == nil || !strings.Contains(err.Error(), `"S-3"`) || !strings.Contains(err.Error(), `"S-8"`) {
		t.Errorf("got %v", err)
	}
	s.wantUntouched()
}

// Nobody can judge thousands of subjects, and an execution reads their names in one state.
func TestTooManySubjectsCanOnlyBeRejected(t *testing.T) {
	s := newScene(t)
	record := `{"notScored": [], "subjects": [`
	for i := range 700 {
		record += fmt.Sprintf(`{"subject": "M-%03d", "score": 0.8, "branch": "alert"}, `, i)
	}
	s.objects.Set(firstKey, []byte(record+`{"subject": "S-2", "score": 0.85, "branch": "alert"}]}`)) // S-2 is in another record, too
	cases := s.show().Cases
	if cases.High != 702 || len(cases.Subjects) != approval.MostCases || cases.Unlisted != 201 || cases.Subjects[0].Score != 0.9 {
		t.Errorf("%d at high risk, %d shown, %d not, first %+v", cases.High, len(cases.Subjects), cases.Unlisted, cases.Subjects[0])
	}
	d := s.decision("approve")
	_, err := s.decider.Decide(context.Background(), s.id, jane, d)
	wantFault(t, err, http.StatusConflict, "TooManySubjects")
	d.Decision, d.Except = "reject", []approval.Exception{{Code: "other", Subject: "S-2"}}
	_, err = s.decider.Decide(context.Background(), s.id, jane, d)
	wantFault(t, err, http.StatusConflict, "TooManySubjects")
	s.wantUntouched()
	d.Except = nil
	outcome, err := s.decider.Decide(context.Background(), s.id, jane, d)
	if err != nil || outcome.Rejected != 701 {
		t.Errorf("got %+v, %v", outcome, err)
	}
}

// The longest record fits into what an execution reads of it.
func TestTheVerdictsOfARecordFitIntoAState(t *testing.T) {
	s := newScene(t)
	record := `{"notScored": [], "subjects": [`
	for i := range approval.MostCases - 1 {
		record += fmt.Sprintf(`{"subject": "%s%03d", "score": 0.8, "branch": "alert"}, `, strings.Repeat("M", 61), i)
	}
	s.objects.Set(firstKey, []byte(record+`{"subject": "S-1", "score": 0.9, "branch": "alert"}]}`))
	s.objects.Set("decisions/T-1/nightly-7/000100.json", []byte("{}"))
	d := s.decision("approve")
	d.Meaning, d.Reason = strings.Repeat("責", 200), strings.Repeat("責", 2000)
	if _, err := s.decider.Decide(context.Background(), s.id, jane, d); err != nil {
		t.Fatal(err)
	}
	body, _, err := s.objects.Read(context.Background(), recordKey("token-1"))
	if head, _, found := strings.Cut(string(body), `"objects": [`); err != nil || !found || len(head) > approval.ReadableBytes {
		t.Errorf("%d bytes, of which an execution reads %d: %v", len(head), approval.ReadableBytes, err)
	}
}
