package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

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
		"approves":              {"a\nall called\nresponsibility\n", &approval.Decision{Decision: "approve", Reason: "all called", Meaning: "responsibility"}, false},
		"rejects":               {"Reject\nwrong batch\nreview\n", &approval.Decision{Decision: "reject", Reason: "wrong batch", Meaning: "review"}, false},
		"gives no answer":       {"n\n", nil, false},
		"is asked until clear":  {"\nyes\n?\nn\n", nil, false},
		"leaves":                {"", nil, true},
		"leaves before signing": {"a\nall called\n", nil, true},
	} {
		t.Run(reason, func(t *testing.T) {
			var shown strings.Builder
			person, err := newPerson("", program.Streams{In: strings.NewReader(row.answers), Out: io.Discard, Err: &shown})
			if err != nil {
				t.Fatal(err)
			}
			got, err := person.Decide(t.Context(), &approval.View{ID: "ap-1", Place: "s3://records/decisions/T-1/"})
			if (err != nil) != row.fails || (got == nil) != (row.want == nil) || got != nil && *got != *row.want {
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
