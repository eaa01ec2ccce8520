package approval

import (
	"strings"
	"testing"
)

// A request from before its fields were checked may still be in the table.
func TestTheTextOfAMailEscapesWhatIsNotOurs(t *testing.T) {
	a := &Approval{ID: "ap-aaaaaaaaaaaaaaaa", Request: Request{
		TrialID: "T-1\x1b[2K", Subjects: Subjects{ID: "S\r1"}, Execution: "arn\n", Record: "s3://records/\u202e",
	}}
	text := message(a, "arn:function").Text
	for _, part := range []string{`T-1\x1b[2K`, `S\x0d1`, `arn\x0a`, `s3://records/\u202e`} {
		if !strings.Contains(text, part) {
			t.Errorf("the text lacks %q:\n%s", part, text)
		}
	}
	if strings.ContainsAny(text, "\x1b\r\u202e") {
		t.Errorf("the text has control characters: %q", text)
	}
}
