package records

import (
	"strings"
	"testing"
)

func TestKindsAreByKeyAndBytes(t *testing.T) {
	for _, row := range []struct {
		reason, key, body string
		want              Kind
	}{
		{"a decision", "decisions/T/h/batch-0000000.json", "{}", Decision},
		{"a transition", "alerts/T/l/000001.json", "{}", Transition},
		{"exclusions", "exclusions/T/h.json", "{}", Exclusion},
		{"an approval", "approvals/T/r.json", `{"approvalId": "ap-1", "decision": "approved"}`, Approval},
		{"an approval that is damaged", "approvals/T/r.json", `{"schemaVersion": 1, "approvalId": "ap-1", "decision": "a", "decision": "b"}`, Approval},
		{"a page beside it", "approvals/T/r.html", "<!doctype html>", Attachment},
		{"what was shown, as JSON, which names the approval", "approvals/T/r/shown.json", `{"approvalId": "ap-1"}`, Attachment},
		{"outcomes", "outcomes/T/h.json", "{}", Outcomes},
		{"something else", "reports/T/a.json", "{}", ""},
	} {
		if got := KindOf(row.key, []byte(row.body)); got != row.want {
			t.Errorf("%s: got %q, want %q", row.reason, got, row.want)
		}
	}
}

func TestTheDayIsThatOfTheRun(t *testing.T) {
	for _, row := range []struct {
		reason, body, want string
		kind               Kind
	}{
		{"a decision", `{"recordedAt": "2026-04-01T00:10:00.000Z", "run": {"startedAt": "2026-03-31T23:59:00.000Z"}}`, "2026-03-31", Decision},
		{"an approval", `{"startedAt": "2026-03-31T23:59:00Z", "signedAt": "2026-04-02T08:00:00Z"}`, "2026-03-31", Approval},
		{"a transition of a run", `{"day": "2026-04-01", "run": "arn:aws:e"}`, "2026-04-01", Transition},
		{"outcomes, by their import", `{"importedAt": "2026-04-02T01:00:00+02:00", "asOf": "2026-03-01"}`, "2026-04-01", Outcomes},
		{"no day", `{"day": "today"}`, "", Transition},
		{"nothing", `{}`, "", Decision},
		{"no JSON", `x`, "", Approval},
	} {
		if got := DayOf(row.kind, []byte(row.body)); got != row.want {
			t.Errorf("%s: got %q, want %q", row.reason, got, row.want)
		}
	}
}

func TestAnAttachmentHasTheStemOfItsApproval(t *testing.T) {
	for _, key := range []string{"approvals/T-1/0a.json", "approvals/T-1/0a.html", "approvals/T-1/0a/shown.html", "approvals/T-1/0a.round-2.html"} {
		if got := Stem(key); got != "approvals/T-1/0a" {
			t.Errorf("%s: got %s", key, got)
		}
	}
	if Stem("approvals/T-1/0b.json") == Stem("approvals/T-1/0a.json") || Stem("decisions/T/h/1.json") == Stem("decisions/T/h/2.json") {
		t.Error("different records have one stem")
	}
}

// No key leaves the folder of its part.
func TestAFileStaysInItsFolder(t *testing.T) {
	for key, want := range map[string]string{
		"decisions/T-1/h/batch-0000000.json": "records/decisions/T-1/h/batch-0000000.json",
		"approvals/T-1/../../x":              "records/approvals/T-1/%%2E%2E/%%2E%2E/x",
		"approvals//x":                       "records/approvals/%/x",
		`approvals/T-1/a\b:c?.json`:          `records/approvals/T-1/a%5Cb:c%3F.json`,
	} {
		if got := File(key); got != want || strings.Contains(got, "/../") {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
}
