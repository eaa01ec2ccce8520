package approval

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Caller is the principal that signed a request, as IAM authenticated it: requestContext.authorizer.iam of the function URL
// (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html).
type Caller struct {
	ARN    string // of an IAM user, or of a session: "arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION"
	UserID string // the principal's unique id; a session's ends in ":SESSION"
}

// Starter is a principal that started or redrove an execution, as in CloudTrail's userIdentity.
type Starter struct {
	ARN       string `json:"arn"`
	UserID    string `json:"userId,omitempty"`
	InvokedBy string `json:"invokedBy,omitempty"` // the AWS service that acted on its own behalf, such as "scheduler.amazonaws.com"
}

// Signers are the people who may decide.
//
// Requirements: P11-10g, P11-100a, P11-200a1, P11-200a3
type Signers struct {
	// Approvers are the ARNs of IAM roles and users. A session counts as its role.
	Approvers []string

	// SessionNames matches the session and user names of people. Default: any name, except those that AWS's tools and
	// services generate.
	SessionNames *regexp.Regexp
}

// The names that tools and services give to the sessions that they open. A person may be behind the first kind; the second
// kind are machines.
var (
	anonymousSession = regexp.MustCompile(`(?i)^(botocore-session-|aws-(go-)?sdk-|awscli|(assume-?role-?)?session[-_]?\w*$|[0-9]+$|[0-9a-f-]{16,}$)`)
	machineSession   = regexp.MustCompile(`(?i)^(i-[0-9a-f]{8,17}$|GitHubActions$|AWSCodeBuild|codepipeline|terraform)`)
)

// principal is the identity in an ARN.
type principal struct {
	account string
	role    string // of a session
	name    string // the user's or the session's
}

func parsePrincipal(arn string) (principal, bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return principal{}, false
	}
	p := principal{account: parts[4]}
	kind, path, _ := strings.Cut(parts[5], "/")
	switch {
	case parts[2] == "iam" && kind == "user":
		p.name = path[strings.LastIndex(path, "/")+1:]
	case parts[2] == "sts" && kind == "assumed-role":
		p.role, p.name, _ = strings.Cut(path, "/")
		if p.role == "" {
			return p, false
		}
	}
	return p, p.name != ""
}

// admit refuses a caller who is not an approver, or whose name is not the name of a person.
func (s Signers) admit(caller Caller) error {
	p, ok := parsePrincipal(caller.ARN)
	if !ok {
		return fault(http.StatusForbidden, "NotAPerson", "an IAM user or a role session must sign a decision: the root user and other identities do not name a person")
	}
	if !slices.ContainsFunc(s.Approvers, func(approver string) bool { return p.is(caller.ARN, approver) }) {
		return fault(http.StatusForbidden, "NotAnApprover", "%s is not one of the approvers", caller.ARN)
	}
	switch {
	case s.SessionNames != nil && !s.SessionNames.MatchString(p.name):
		return fault(http.StatusForbidden, "NotAPerson", "the name %q must match the pattern of people's names, %s", p.name, s.SessionNames)
	case p.role != "" && (anonymousSession.MatchString(p.name) || machineSession.MatchString(p.name)):
		return fault(http.StatusForbidden, "NotAPerson", "the session name %q does not name a person: assume the role with your own name as the session name (role_session_name)", p.name)
	}
	return nil
}

// is reports whether the principal is the user, or a session of the role, with the approver's ARN. Role names are unique in
// an account, whatever their path.
func (p principal) is(arn, approver string) bool {
	if p.role == "" {
		return arn == approver
	}
	parts := strings.SplitN(approver, ":", 6)
	return len(parts) == 6 && parts[4] == p.account && strings.HasPrefix(parts[5], "role/") && parts[5][strings.LastIndex(parts[5], "/")+1:] == p.role
}

// independent refuses a caller who started or redrove the run, under any role. It refuses every caller if a starter cannot be
// identified.
func independent(caller Caller, starters []Starter) error {
	signer, _ := parsePrincipal(caller.ARN)
	for _, s := range starters {
		starter, named := parsePrincipal(s.ARN)
		switch {
		case named && strings.EqualFold(starter.name, signer.name), s.UserID != "" && s.UserID == caller.UserID:
			return fault(http.StatusForbidden, "StartedByYou", "%s started or redrove this run: somebody else must decide", caller.ARN)
		case s.InvokedBy == "" && !named:
			return fault(http.StatusForbidden, "StarterUnknown", "%s started the run and does not name a person, so the starter could be anybody: nobody may decide", starterName(s))
		case s.InvokedBy == "" && starter.role != "" && anonymousSession.MatchString(starter.name):
			return fault(http.StatusForbidden, "StarterUnknown", "the run was started in the session %q, which does not name a person, so the starter could be anybody: nobody may decide; "+
				"start runs with your own name as the session name (role_session_name)", starter.name)
		}
	}
	return nil
}

func starterName(s Starter) string {
	if s.ARN == "" {
		return "an identity without an ARN"
	}
	return fmt.Sprintf("%q", s.ARN)
}
