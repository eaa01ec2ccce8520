package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/internal/program"
	"clinical-risk-pipeline/lambda/approval"
)

func TestThePersonAtTheTerminalDecides(t *testing.T) {
	terminal(t)
	for reason, row := range map[string]struct {
		answers string
		want    *approval.Decision
		fails   bool
	}{
		"approves":              {"a\nS-1\nS-2=data-error\nno\nconfirmed\nall called\nresponsibility\n", &approval.Decision{Decision: "approve", Code: "confirmed", Except: []approval.Exception{{Code: "data-error", Subject: "S-2"}}, Reason: "all called", Meaning: "responsibility"}, false},
		"rejects":               {"Reject\n\nother\nwrong batch\nreview\n", &approval.Decision{Decision: "reject", Code: "other", Reason: "wrong batch", Meaning: "review"}, false},
		"gives no answer":       {"n\n", nil, false},
		"is asked until clear":  {"\nyes\n?\nn\n", nil, false},
		"leaves":                {"", nil, true},
		"leaves before signing": {"a\n\nother\nall called\n", nil, true},
	} {
		t.Run(reason, func(t *testing.T) {
			var shown strings.Builder
			person, err := newPerson("", program.Streams{In: strings.NewReader(row.answers), Out: io.Discard, Err: &shown})
			if err != nil {
				t.Fatal(err)
			}
			got, err := person.Decide(t.Context(), &approval.View{
				ID: "ap-1", Shown: &approval.Rendering{Text: "s3://records/decisions/T-1/"}, Cases: &approval.Cases{Subjects: []approval.Case{{Subject: "S-1"}, {Subject: "S-2"}}},
			})
			if (err != nil) != row.fails || (got == nil) != (row.want == nil) || got != nil && !cmp.Equal(got, row.want) {
				t.Errorf("got %+v, %v", got, err)
			}
			if !strings.Contains(shown.String(), "s3://records/decisions/T-1/") {
				t.Errorf("shown:\n%s", shown.String())
			}
		})
	}
}

func TestWithoutATerminalNobodyDecides(t *testing.T) {
	s := program.Streams{In: strings.NewReader("a\n"), Out: io.Discard, Err: io.Discard}
	for choice, verdict := range map[string]string{"": "", "none": "", "all": "approve"} {
		person, err := newPerson(choice, s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := person.Decide(t.Context(), &approval.View{})
		if err != nil || (got == nil) != (verdict == "") || got != nil && got.Decision != verdict {
			t.Errorf("--approve %q: got %+v, %v", choice, got, err)
		}
	}
	if _, err := newPerson(filepath.Join(t.TempDir(), "none.jsonl"), s); err == nil {
		t.Error("a missing file: got no error")
	}
}
