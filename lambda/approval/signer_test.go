package approval_test

import (
	"net/http"
	"testing"

	"clinical-risk-pipeline/lambda/approval"
)

const userApprover = "arn:aws:iam::123456789012:user/medical/grace"

func session(role, name string) approval.Caller {
	return approval.Caller{ARN: "arn:aws:sts::123456789012:assumed-role/" + role + "/" + name, UserID: "AROAEXAMPLE:" + name}
}

// Requirements: P11-10g, P11-100a, P11-200a1, P11-200a3
func TestOnlyApproversWithANameDecide(t *testing.T) {
	email, users := names(t, `^[a-z.]+@example\.com$`), names(t, `grace|(jane\.doe|ada\.byron)@example\.com`)
	for reason, row := range map[string]struct {
		caller approval.Caller
		names  approval.Names
		code   string // empty: may decide
	}{
		"a session of the approvers' role":              {caller: jane},
		"a user who is an approver":                     {caller: approval.Caller{ARN: userApprover}, names: users},
		"a user without an e-mail address":              {caller: approval.Caller{ARN: userApprover}, code: "NotAPerson"},
		"a session of another role":                     {caller: session("Starter", "jane"), code: "NotAnApprover"},
		"a role of the same name in another account":    {caller: approval.Caller{ARN: "arn:aws:sts::210987654321:assumed-role/TrialLead/jane"}, code: "NotAnApprover"},
		"a role named like a user who is an approver":   {caller: session("grace", "jane"), code: "NotAnApprover"},
		"a role whose name has the same end":            {caller: session("NotATrialLead", "jane"), code: "NotAnApprover"},
		"a user with another path":                      {caller: approval.Caller{ARN: "arn:aws:iam::123456789012:user/grace"}, code: "NotAnApprover"},
		"a user named like the role":                    {caller: approval.Caller{ARN: "arn:aws:iam::123456789012:user/TrialLead"}, code: "NotAnApprover"},
		"the root user":                                 {caller: approval.Caller{ARN: "arn:aws:iam::123456789012:root"}, code: "NotAPerson"},
		"a federated user":                              {caller: approval.Caller{ARN: "arn:aws:sts::123456789012:federated-user/jane"}, code: "NotAPerson"},
		"a session name that boto3 generates":           {caller: session("TrialLead", "botocore-session-1767225600"), code: "NotAPerson"},
		"a session name that the Go SDK generates":      {caller: session("TrialLead", "aws-go-sdk-1767225600000000000"), code: "NotAPerson"},
		"a session name that the JS SDK generates":      {caller: session("TrialLead", "aws-sdk-js-session-1767225600"), code: "NotAPerson"},
		"the session name of AWS's examples":            {caller: session("TrialLead", "AWSCLI-Session"), code: "NotAPerson"},
		"a session named session":                       {caller: session("TrialLead", "Session1"), code: "NotAPerson"},
		"a number":                                      {caller: session("TrialLead", "1767225600"), code: "NotAPerson"},
		"an ECS task":                                   {caller: session("TrialLead", "0f3a5b7c9d1e2f3a4b5c6d7e8f901234"), code: "NotAPerson"},
		"an EC2 instance":                               {caller: session("TrialLead", "i-0abcd1234ef567890"), code: "NotAPerson"},
		"a GitHub workflow":                             {caller: session("TrialLead", "GitHubActions"), code: "NotAPerson"},
		"a build":                                       {caller: session("TrialLead", "AWSCodeBuild-1234"), code: "NotAPerson"},
		"a name that matches the pattern":               {caller: jane, names: email},
		"a name that does not match the pattern":        {caller: session("TrialLead", "jane"), names: email, code: "NotAPerson"},
		"a user's name that does not match the pattern": {caller: approval.Caller{ARN: userApprover}, names: email, code: "NotAPerson"},
		"an identity without an ARN":                    {caller: approval.Caller{ARN: "jane"}, code: "NotAPerson"},
		"a session without a role":                      {caller: approval.Caller{ARN: "arn:aws:sts::123456789012:assumed-role//jane"}, code: "NotAPerson"},
		"a name with a tag":                             {caller: session("TrialLead", "jane.doe+1@example.com"), code: "NotAPerson"},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			s.decider.Signers = approval.Signers{Approvers: []string{approvers, userApprover}, SessionNames: row.names}
			_, err := s.decide(row.caller, "approve")
			if row.code == "" {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			wantFault(t, err, http.StatusForbidden, row.code)
			s.wantUntouched()
		})
	}
}
