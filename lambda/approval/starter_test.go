package approval_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/lambda/approval/memory"
)

// The same person starts a run under another identity and signs it with her own. Every row succeeded once.
//
// Requirements: P11-10g
func TestTheSamePersonCannotStartUnderAnotherIdentity(t *testing.T) {
	for reason, row := range map[string]struct {
		starter approval.Starter
		code    string
	}{
		"her IAM user":                {approval.Starter{ARN: "arn:aws:iam::123456789012:user/jane.doe"}, "StartedByYou"},
		"her name without the domain": {approval.Starter{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/jane.doe"}, "StartedByYou"},
		"her name with a tag":         {approval.Starter{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/jane.doe+1@example.com"}, "StartedByYou"},
		"a job's name":                {approval.Starter{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/nightly"}, "StarterUnknown"},
		"a person's name elsewhere":   {approval.Starter{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/first.last"}, "StarterUnknown"},
		"a tool's name":               {approval.Starter{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/terraform-jane"}, "StarterUnknown"},
		"a workflow's name":           {approval.Starter{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/GitHubActions"}, "StarterUnknown"},
		"an instance's name":          {approval.Starter{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/i-0abcd1234ef567890"}, "StarterUnknown"},
		"a one-off schedule": {approval.Starter{ARN: "arn:aws:sts::123456789012:assumed-role/Scheduler/0f3a5b7c9d1e2f3a4b5c6d7e", InvokedBy: "scheduler.amazonaws.com"},
			"StarterUnknown"},
		"another state machine": {approval.Starter{ARN: "arn:aws:sts::123456789012:assumed-role/Parent/xYzAbCdEfGhIjKlMn", InvokedBy: "states.amazonaws.com"},
			"StarterUnknown"},
		"a function":                      {approval.Starter{ARN: "arn:aws:sts::123456789012:assumed-role/Function/start-pipeline"}, "StarterUnknown"},
		"a service without an ARN":        {approval.Starter{InvokedBy: "events.amazonaws.com"}, "StarterUnknown"},
		"a domain that only begins alike": {approval.Starter{ARN: "arn:aws:sts::123456789012:assumed-role/Starter/ada.byron@example.com.attacker"}, "StarterUnknown"},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			s.decider.Signers.SessionNames = names(t, `[a-z.]+@example\.com`)
			s.decider.Starts = memory.Starts{row.starter}
			_, err := s.decide(jane, "approve")
			wantFault(t, err, http.StatusForbidden, row.code)
			s.wantUntouched()
		})
	}
}

// Requirements: P11-10g, P11-100a
func TestNamesThatNobodyHasDoNotSign(t *testing.T) {
	for _, name := range []string{"jenkins", "CodeBuild-1", "StepFunctions", "x", "jane.doe@example.com.attacker", "x jane.doe@example.com"} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.decider.Signers.SessionNames = names(t, `[a-z.]+@example\.com`)
			_, err := s.decide(session("TrialLead", name), "approve")
			wantFault(t, err, http.StatusForbidden, "NotAPerson")
			s.wantUntouched()
		})
	}
}

func names(t *testing.T, pattern string) approval.Names {
	t.Helper()
	n, err := approval.ParseNames(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Requirements: P11-10g
func TestTheStarterDoesNotDecide(t *testing.T) {
	const starter = "arn:aws:sts::123456789012:assumed-role/Starter/"
	const you, unknown = "StartedByYou", "StarterUnknown"
	for reason, row := range map[string]struct {
		starters memory.Starts
		code     string // empty: Jane may decide
	}{
		"somebody else started it":                        {memory.Starts{{ARN: adaARN}}, ""},
		"she started it":                                  {memory.Starts{{ARN: janeARN}}, you},
		"she started it in another role":                  {memory.Starts{{ARN: starter + "jane.doe@example.com"}}, you},
		"she started it in another account":               {memory.Starts{{ARN: "arn:aws:sts::210987654321:assumed-role/TrialLead/jane.doe@example.com"}}, you},
		"she started it with another permission set":      {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/jane.doe@example.com"}}, you},
		"she started it, in other letters":                {memory.Starts{{ARN: starter + "Jane.Doe@Example.com"}}, you},
		"she started it as a user":                        {memory.Starts{{ARN: "arn:aws:iam::123456789012:user/people/jane.doe@example.com"}}, you},
		"her principal started it":                        {memory.Starts{{ARN: adaARN, UserID: jane.UserID}}, you},
		"she redrove it":                                  {memory.Starts{{ARN: adaARN}, {ARN: janeARN}}, you},
		"a service started it for her":                    {memory.Starts{{ARN: janeARN, InvokedBy: "cloudformation.amazonaws.com"}}, you},
		"a service started it for somebody else":          {memory.Starts{{ARN: adaARN, InvokedBy: "cloudformation.amazonaws.com"}}, ""},
		"she first assumed the role":                      {memory.Starts{{ARN: adaARN, SourceIdentity: "jane.doe@example.com"}}, you},
		"somebody else first assumed the role":            {memory.Starts{{ARN: adaARN, SourceIdentity: "ada.byron@example.com"}}, ""},
		"the first who assumed the role has no name":      {memory.Starts{{ARN: adaARN, SourceIdentity: "ci"}}, unknown},
		"a listed schedule started it":                    {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Scheduler/0f3a5b7c", InvokedBy: "scheduler.amazonaws.com"}}, ""},
		"a person with the role of the listed schedule":   {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Scheduler/0f3a5b7c"}}, unknown},
		"another service with the schedule's role":        {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Scheduler/0f3a5b7c", InvokedBy: "states.amazonaws.com"}}, unknown},
		"a role of the schedule's name, elsewhere":        {memory.Starts{{ARN: "arn:aws:sts::210987654321:assumed-role/Scheduler/0f3a5b7c", InvokedBy: "scheduler.amazonaws.com"}}, unknown},
		"a listed user started it":                        {memory.Starts{{ARN: "arn:aws:iam::123456789012:user/ci/starter"}}, ""},
		"a user of the same name with another path":       {memory.Starts{{ARN: "arn:aws:iam::123456789012:user/starter"}}, unknown},
		"a listed function started it":                    {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Function/start-pipeline"}}, ""},
		"she started it with the role of the function":    {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Function/jane.doe@example.com"}}, you},
		"she first assumed the role of the function":      {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Function/x", SourceIdentity: "jane.doe"}}, you},
		"somebody first assumed the role of the function": {memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Function/x", SourceIdentity: "x"}}, unknown},
		"a machine started it, and she redrove it":        {memory.Starts{{ARN: "arn:aws:iam::123456789012:user/ci/starter"}, {ARN: janeARN}}, you},
		"a machine started it, and anybody redrove it":    {memory.Starts{{ARN: "arn:aws:iam::123456789012:user/ci/starter"}, {ARN: starter + "x"}}, unknown},
		"the root user may have been her":                 {memory.Starts{{ARN: "arn:aws:iam::123456789012:root"}}, unknown},
		"a federated user may have been her":              {memory.Starts{{ARN: "arn:aws:sts::123456789012:federated-user/ada"}}, unknown},
		"an identity without an ARN may have been hers":   {memory.Starts{{UserID: "AIDAEXAMPLE"}}, unknown},
		"a user whose name is a number may be her":        {memory.Starts{{ARN: "arn:aws:iam::123456789012:user/4711"}}, unknown},
	} {
		t.Run(reason, func(t *testing.T) {
			s := newScene(t)
			s.decider.Signers.SessionNames = names(t, `[a-z.]+@example\.com`)
			s.decider.Signers.Machines = []approval.Machine{
				{Principal: "arn:aws:iam::123456789012:role/jobs/Scheduler", Service: "scheduler.amazonaws.com"},
				{Principal: "arn:aws:iam::123456789012:role/Function"}, {Principal: "arn:aws:iam::123456789012:user/ci/starter"},
			}
			s.decider.Starts = row.starters
			_, err := s.decide(jane, "approve")
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

func TestAStarterThatTheTrailDoesNotShowYetIsUnknown(t *testing.T) {
	s := newScene(t)
	s.decider.Starts = memory.Starts{}
	_, err := s.decide(jane, "approve")
	wantFault(t, err, http.StatusServiceUnavailable, "StarterUnknown")
	s.wantUntouched()
}

// The error tells what to do.
func TestARefusalNamesTheRemedy(t *testing.T) {
	s := newScene(t)
	s.decider.Starts = memory.Starts{{ARN: "arn:aws:sts::123456789012:assumed-role/Scheduler/0f3a", InvokedBy: "scheduler.amazonaws.com"}}
	_, err := s.decide(jane, "approve")
	for _, part := range []string{"assumed-role/Scheduler/0f3a (scheduler.amazonaws.com)", `"0f3a" is not the name of a person (an e-mail address)`, "role_session_name", "Machines"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %q in it", err, part)
		}
	}
}

// Requirements: P11-100a
func TestAPatternOfNamesMatchesWholeNamesOfPeopleOnly(t *testing.T) {
	for pattern, want := range map[string]string{
		`[a-z.]+@example\.com`:            "",
		`^[a-z.]+@example\.com$`:          "",
		`ada|grace`:                       "",
		`u\d{6}`:                          "",
		`(`:                               "regular expression",
		`a)|(?:b`:                         "regular expression",
		`\Qjane`:                          "open \\Q",
		`.*`:                              `also matches "x"`,
		`[a-z]+`:                          `also matches "x"`,
		`[a-z]{2,}`:                       `also matches "jenkins"`,
		`[a-z0-9-]{10,}`:                  `also matches "botocore-session-1767225600"`,
		`[^@]+@[^@]+`:                     `also matches "anybody@attacker.invalid"`,
		`[a-z.]+@example\.com|[A-Z].*`:    `also matches "GitHubActions"`,
		`(?m)^[a-z.]+@example\.com$|x\n?`: `also matches "x"`,
		`[a-z.]+@example\.com|terra.*`:    `also matches "terraform-name"`,
		`[a-z.]+@example\.com.*`:          `whole domain`,
		`[a-z.]+@example\.com(\..+)?`:     `whole domain`,
		`[a-z.]+@example.com`:             `whole domain`,
		`[a-z.]+@[a-z]+\.com`:             `whole domain`,
		`[a-z.]+@(example|[a-z]+)\.com`:   `whole domain`,
		`([a-z.]+@)+example\.com`:         `whole domain`,
		`[a-z.]+@example\.com|.+@x\.c*`:   `whole domain`,
		`(?i)[a-z.]+@EXAMPLE\.com`:        ``,
		`[a-z.]+@(uk|de)\.example\.com`:   ``,
		`[a-z.]+@(mail\.)?example\.com`:   ``,
		`[a-z]+@a\.com|[a-z]+@b\.com`:     ``,
	} {
		n, err := approval.ParseNames(pattern)
		if want == "" && (err != nil || !strings.Contains(n.String(), pattern)) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %q", pattern, err, want)
		}
	}
}

func TestMachinesAreWrittenAndRead(t *testing.T) {
	want := []approval.Machine{
		{Principal: "arn:aws:iam::123456789012:role/jobs/Nightly", Service: "scheduler.amazonaws.com"}, {Principal: "arn:aws:iam::123456789012:user/ci"},
	}
	got, err := approval.ParseMachines(want[0].String() + " " + want[1].String())
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, wrong := range []string{"nightly", "arn:aws:iam::123456789012:role/*", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:role/A|"} {
		if _, err := approval.ParseMachines(wrong); err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: got %v", wrong, err)
		}
	}
}
