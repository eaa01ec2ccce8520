package approval_test

import (
	"context"
	"net/http"
	"testing"

	"clinical-risk-pipeline/lambda/approval"
)

// Requirements: P11-50a
func TestThePrintedNameIsNotTheSignersChoice(t *testing.T) {
	for reason, row := range map[string]struct {
		roster approval.Roster
		want   string // empty: refused
	}{
		"the roster has the name":       {approval.Roster{"jane.doe@example.com": "Dr. Jane Doe"}, "Dr. Jane Doe"},
		"the roster has somebody else":  {approval.Roster{"joe.bloggs@example.com": "Joe Bloggs"}, "jane.doe@example.com"},
		"no roster":                     {nil, "jane.doe@example.com"},
		"a name that nobody sees":       {approval.Roster{"jane.doe@example.com": "\u3164\u2800"}, ""},
		"a name with a hidden sign":     {approval.Roster{"jane.doe@example.com": "Jane\u202eeoD"}, ""},
		"an empty name":                 {approval.Roster{"jane.doe@example.com": ""}, ""},
		"a name of two lines":           {approval.Roster{"jane.doe@example.com": "Jane\nDoe"}, ""},
		"a name in another script":      {approval.Roster{"jane.doe@example.com": "山田\u3000花子"}, "山田\u3000花子"},
		"a name in other letters' case": {approval.Roster{"Jane.Doe@example.com": "Somebody"}, "jane.doe@example.com"},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			s.decider.Roster = row.roster
			_, err := s.decider.Decide(context.Background(), s.id, jane, s.decision("approve"))
			if row.want == "" {
				wantFault(t, err, http.StatusForbidden, "NotAPerson")
				s.wantUntouched()
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := s.show().Record.Signer.PrintedName; got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
