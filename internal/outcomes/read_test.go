package outcomes

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/workflow/outcome"
	"clinical-risk-pipeline/workflow/trial"
)

func example402(t testing.TB) *trial.Trial {
	t.Helper()
	registered, err := trial.Load("../../trials/SYN-AD-402.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return registered
}

var today = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func read(t *testing.T, text, asOf string) (*File, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "outcomes")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Read(t.Context(), name, Reading{Trial: example402(t), AsOf: asOf, Now: today})
	if err != nil {
		text := strings.ReplaceAll(err.Error(), name+":", "f:")
		return nil, &plainError{text}
	}
	return f, nil
}

type plainError struct{ text string }

func (e *plainError) Error() string { return e.text }

const lines = `{"subject":"S-2","site":"S01","treatment_status":"discontinued","treatment_reason":"ADVERSE EVENT","treatment_date":"2026-03-01","study_status":"ongoing","outcome":1,"disposition":"discontinued_treatment"}
{"subject":"S-1","site":"S02","treatment_status":"completed","treatment_reason":"COMPLETED","treatment_date":"2026-04-01","study_status":"withdrew","study_reason":"DEATH","study_date":"2026-05-01","outcome":0}
{"subject":"S-3","site":null,"treatment_status":"ongoing","treatment_reason":null,"study_status":"ongoing","outcome":null}
`

const rows = `USUBJID,SITEID,treatment_status,treatment_reason,treatment_date,study_status,study_reason,study_date
S-2,S01,discontinued,ADVERSE EVENT,2026-03-01,ongoing,,
S-1,S02,completed,,2026-04-01,withdrew,DEATH,2026-05-01
S-3,,ongoing,,,ongoing,,
`

// Requirements: SRC-25
func TestFilesOfOutcomes(t *testing.T) {
	want := []outcome.Subject{
		{Subject: "S-1", Site: "S02", Treatment: outcome.End{Status: outcome.Completed, Date: "2026-04-01"}, Study: outcome.End{Status: outcome.Withdrew, Reason: "DEATH", Date: "2026-05-01"}},
		{Subject: "S-2", Site: "S01", Treatment: outcome.End{Status: outcome.Discontinued, Reason: "ADVERSE EVENT", Date: "2026-03-01"}, Study: outcome.End{Status: outcome.Ongoing}},
		{Subject: "S-3", Treatment: outcome.End{Status: outcome.Ongoing}, Study: outcome.End{Status: outcome.Ongoing}},
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(lines)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	for format, text := range map[string]string{
		"JSON Lines": lines, "CSV": rows, "semicolons": strings.ReplaceAll(rows, ",", ";"), "tabs": strings.ReplaceAll(rows, ",", "\t"),
		"Windows": "\ufeff" + strings.ReplaceAll(rows, "\n", "\r\n"), "gzip": packed.String(), "empty lines": "\n" + lines + "\n\n",
	} {
		f, err := read(t, text, "")
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		if diff := cmp.Diff(want, f.Subjects); diff != "" || f.AsOf != "2026-05-01" || len(f.SHA256) != 64 {
			t.Errorf("%s, as of %s: %s", format, f.AsOf, diff)
		}
	}
	if f, err := read(t, lines, "2026-05-31"); err != nil || f.AsOf != "2026-05-31" {
		t.Errorf("as of %+v, %v", f, err)
	}
}

// Every fault is reported at once, each with its lines, and no message has what became of a subject.
//
// Requirements: SRC-25
func TestEveryFaultOfAFileIsNamedAtOnce(t *testing.T) {
	text := `{"subject":"SECRET 1","treatment_status":"ongoing","study_status":"ongoing"}
{"subject":"S-1","site":"S/99","treatment_status":"ongoing","study_status":"ongoing"}
{"subject":"S-1","treatment_status":"stopped","study_status":"discontinued"}
{"subject":"S-2","treatment_status":"discontinued","treatment_date":"2026-03-01","study_status":"ongoing"}
{"subject":"S-3","treatment_status":"completed","study_status":"completed","study_date":"2026-6-1"}
{"subject":"S-4","treatment_status":"completed","treatment_date":"2026-12-24","study_status":"ongoing","study_date":"2026-01-01"}
{"subject":"S-5","treatment_status":"ongoing","study_status":"withdrew","study_reason":"SECRET\u202e","study_date":"2026-05-20"}
{"subject":"S-6","treatment_status":"ongoing","study_status":"ongoing","study_status":"ongoing"}
[1]
{"subject":7,"treatment_status":"ongoing","study_status":"ongoing"}
`
	_, err := read(t, text, "2026-05-10")
	if err == nil {
		t.Fatal("is accepted")
	}
	want := []string{
		"f:1: subject must have 1 to 64 letters, digits, dots, underscores and hyphens, the first one a letter or digit (also in line 10)",
		"f:2: site must have 1 to 64 letters, digits, dots, underscores and hyphens, the first one a letter or digit, or be left out",
		"f:3: the subject is in line 2, too: keep one of the two",
		"f:3: treatment_status must be completed, discontinued or ongoing",
		"f:3: study_status must be completed, withdrew or ongoing",
		"f:4: treatment_reason is required where treatment_status is discontinued",
		"f:5: treatment_date must be a day, YYYY-MM-DD, where treatment_status is not ongoing",
		"f:5: study_date must be a day, YYYY-MM-DD, where study_status is not ongoing",
		"f:6: treatment_date must not be after today, 2026-06-01",
		"f:6: study_date must be left out where study_status is ongoing",
		"f:7: study_reason must have 200 visible characters at most",
		"f:7: study_date must not be after the day up to which the outcomes are known, 2026-05-10",
		"f:7: treatment_status must not be ongoing where the study has ended for the subject",
		`f:8: the line must be an object in JSON: the name "study_status" appears twice in the object: keep one`,
		"f:9: the line must be an object in JSON: it is not an object",
		"f:10: subject must be a text or null",
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(err.Error(), "SECRET") {
		t.Error("a message has a value of the file")
	}
}

func TestFilesThatAreNoOutcomes(t *testing.T) {
	many := "subject,treatment_status,treatment_reason,treatment_date,study_status,study_reason,study_date\n" + strings.Repeat("S 1,ongoing,,,ongoing,,\n", 9)
	for text, want := range map[string]string{
		"":                           "the file has no subject: write a line for each, such as {",
		"subject,treatment_status\n": "f:1: the header has no column treatment_reason, treatment_date, study_status, study_reason, study_date: ",
		"\xff\xfe":                   "the file is not UTF-8 text",
		"\x1f\x8bbroken":             "the file is damaged gzip",
		rows + "S-4,\"x\n":           "f:5: the row cannot be read: double the quotes",
		strings.Replace(rows, "study_reason", "treatment_status", 1): "f:1: the column treatment_status is there twice",
		many: "(also in line 3, 4, 5, 6 and 4 more)",
	} {
		if _, err := read(t, text, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	if _, err := read(t, lines, "2026-06-02"); err == nil || !strings.Contains(err.Error(), "must not be after today, 2026-06-01, got 2026-06-02") {
		t.Errorf("got %v", err)
	}
}
