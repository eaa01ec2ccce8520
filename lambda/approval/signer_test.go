package approval_test

import (
	"net/http"
	"regexp"
	"testing"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/memory"
)

const userApprover = "arn:aws:iam::123456789012:user/medical/grace"

func session(role, name string) approval.Caller {
	return approval.Caller{ARN: "arn:aws:sts::123456789012:assumed-role/" + role + "/" + name, UserID: "AROAEXAMPLE:" + name}
}

// Requirements: P11-10g, P11-100a, P11-200a1, P11-200a3
func TestOnlyApproversWithANameDecide(t *testing.T) {
	email := regexp.MustCompile(`^[a-z.]+@example\.com$`)
	for reason, row := range map[string]struct {
		caller approval.Caller
		names  *regexp.Regexp
		code   string // empty: may decide
	}{
		"a session of the approvers' role":              {caller: jane},
		"a user who is an approver":                     {caller: approval.Caller{ARN: userApprover}},
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
		"a name in letters that could be hexadecimal":   {caller: session("TrialLead", "ada.deadbeef")},
		"a short name in letters that are hexadecimal":  {caller: session("TrialLead", "abbe")},
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

// Requirements: P11-10g
func TestTheStarterDoesNotDecide(t *testing.T) {
	for reason, row := range map[string]struct {
		starters memory.Starts
		status   int // 0: Jane may decide
		code     string
	}{
		"somebody else started it":                        {memory.Starts{{ARN: adaARN}}, 0, ""},
		"she started it":                                  {memory.Starts{{ARN: janeARN}}, http.StatusForbidden, "StartedByYou"},
		"she started it in another role":                  {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/jane.doe@example.com"}}, http.StatusForbidden, "StartedByYou"},
		"she started it, in other letters":                {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/Jane.Doe@Example.com"}}, http.StatusForbidden, "StartedByYou"},
		"she started it as a user":                        {memory.Starts{{ARN: "arn:aws:iam::123456789012:user/jane.doe@example.com"}}, http.StatusForbidden, "StartedByYou"},
		"her principal started it":                        {memory.Starts{{ARN: adaARN, UserID: jane.UserID}}, http.StatusForbidden, "StartedByYou"},
		"she redrove it":                                  {memory.Starts{{ARN: adaARN}, {ARN: janeARN}}, http.StatusForbidden, "StartedByYou"},
		"a service started it for her":                    {memory.Starts{{ARN: janeARN, InvokedBy: "cloudformation.amazonaws.com"}}, http.StatusForbidden, "StartedByYou"},
		"a service started it":                            {memory.Starts{{InvokedBy: "events.amazonaws.com"}}, 0, ""},
		"a scheduler started it, under a session's name":  {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Scheduler/0f3a5b7c9d1e2f3a4b5c6d7e", InvokedBy: "scheduler.amazonaws.com"}}, 0, ""},
		"a GitHub workflow started it":                    {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Deploy/GitHubActions"}}, 0, ""},
		"a session without a name may have been hers":     {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/botocore-session-1767225600"}}, http.StatusForbidden, "StarterUnknown"},
		"the root user may have been her":                 {memory.Starts{{ARN: "arn:aws:iam::123456789012:root"}}, http.StatusForbidden, "StarterUnknown"},
		"an identity without an ARN may have been hers":   {memory.Starts{{UserID: "AIDAEXAMPLE"}}, http.StatusForbidden, "StarterUnknown"},
		"a user whose name is a number is another person": {memory.Starts{{ARN: "arn:aws:iam::123456789012:user/4711"}}, 0, ""},
		"CloudTrail does not show the starter yet":        {nil, http.StatusServiceUnavailable, "StarterUnknown"},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			s.decider.Starts = row.starters
			_, err := s.decide(jane, "approve")
			if row.status == 0 {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			wantFault(t, err, row.status, row.code)
			s.wantUntouched()
		})
	}
}
