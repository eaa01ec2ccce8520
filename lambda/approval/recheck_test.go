package approval_test

import (
	"strings"
	"testing"

	"clinical-risk-pipeline/lambda/approval"
)

// Requirements: P11-50a
func TestASignatureNamesOnePerson(t *testing.T) {
	const user = "arn:aws:iam::123456789012:user/grace"
	for reason, row := range map[string]struct {
		signature approval.Signature
		want      string // empty: it does
	}{
		"a session":                      {approval.Signature{ARN: janeARN, UserID: jane.UserID, PrintedName: "Jane Doe"}, ""},
		"a user":                         {approval.Signature{ARN: user, UserID: "AIDAEXAMPLE", PrintedName: "Grace"}, ""},
		"the root user":                  {approval.Signature{ARN: "arn:aws:iam::123456789012:root", PrintedName: "Root"}, "is not the ARN of"},
		"the id of another session":      {approval.Signature{ARN: janeARN, UserID: joe.UserID, PrintedName: "Jane Doe"}, "the unique id"},
		"the id of a session for a user": {approval.Signature{ARN: user, UserID: "AROAEXAMPLE:grace", PrintedName: "Grace"}, "the unique id"},
		"a name that nobody sees":        {approval.Signature{ARN: janeARN, UserID: jane.UserID, PrintedName: "\u3164"}, "the printed name must"},
	} {
		if err := row.signature.Check(); (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q", reason, err, row.want)
		}
	}
}
