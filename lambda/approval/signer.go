package approval

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Caller is who signed a request, as IAM established it: requestContext.authorizer.iam of the function URL
// (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html).
type Caller struct {
	ARN    string // of an IAM user, or of a session: "arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION"
	UserID string // the principal's unique id; a session's ends in ":SESSION"
}

// Starter is who started or redrove an execution, as CloudTrail's userIdentity names them.
type Starter struct {
	ARN       string `json:"arn"`
	UserID    string `json:"userId,omitempty"`
	InvokedBy string `json:"invokedBy,omitempty"` // the AWS service that did it on its own account, such as "scheduler.amazonaws.com"
}

// Signers says who may decide.
//
// Requirements: P11-10g, P11-100a
type Signers struct {
	// Approvers are the ARNs of IAM roles and users. A session counts as its role.
	Approvers []string

	// SessionNames is the form of the session and user names that name a person. Default: any name, except those that AWS's
	// tools and services make up.
	SessionNames *regexp.Regexp
}

// The names that tools and services give to the sessions that they open. Somebody's tool may stand behind the first; the
// second are machines.
var (
	anonymousSession = regexp.MustCompile(`(?i)^(botocore-session-|aws-(go-)?sdk-|awscli|(assume-?role-?)?session[-_]?\w*$|[0-9]+$|[0-9a-f-]{16,}$)`)
	machineSession   = regexp.MustCompile(`(?i)^(i-[0-9a-f]{8,17}$|GitHubActions$|AWSCodeBuild|codepipeline|terraform)`)
)

// principal is what an ARN says about its bearer.
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

// admit refuses a caller who is not an approver, or whose name is no person's.
func (s Signers) admit(caller Caller) error {
	p, ok := parsePrincipal(caller.ARN)
	if !ok {
		return fault(http.StatusForbidden, "NotAPerson", "a decision must be signed by an IAM user or a session of a role; the root user and other identities name no person")
	}
	if !slices.ContainsFunc(s.Approvers, func(approver string) bool { return p.is(caller.ARN, approver) }) {
		return fault(http.StatusForbidden, "NotAnApprover", "%s is not one of the approvers", caller.ARN)
	}
	switch {
	case s.SessionNames != nil && !s.SessionNames.MatchString(p.name):
		return fault(http.StatusForbidden, "NotAPerson", "the name %q does not have the form of a person's, %s", p.name, s.SessionNames)
	case p.role != "" && (anonymousSession.MatchString(p.name) || machineSession.MatchString(p.name)):
		return fault(http.StatusForbidden, "NotAPerson", "the session name %q names no person: assume the role with your own name as the session name (role_session_name)", p.name)
	}
	return nil
}

// is tells whether the principal is the user, or a session of the role, of an ARN. Role names are unique in an account,
// whatever their path.
func (p principal) is(arn, approver string) bool {
	if p.role == "" {
		return arn == approver
	}
	parts := strings.SplitN(approver, ":", 6)
	return len(parts) == 6 && parts[4] == p.account && strings.HasPrefix(parts[5], "role/") && parts[5][strings.LastIndex(parts[5], "/")+1:] == p.role
}

// independent refuses a caller who started the run, under whatever role, and every caller where that cannot be told.
func independent(caller Caller, starters []Starter) error {
	signer, _ := parsePrincipal(caller.ARN)
	for _, s := range starters {
		starter, named := parsePrincipal(s.ARN)
		switch {
		case named && strings.EqualFold(starter.name, signer.name), s.UserID != "" && s.UserID == caller.UserID:
			return fault(http.StatusForbidden, "StartedByYou", "%s started or redrove this run; somebody else must decide", caller.ARN)
		case s.InvokedBy == "" && !named:
			return fault(http.StatusForbidden, "StarterUnknown", "the run was started by %s, which names no person, so nobody can be told apart from them", starterName(s))
		case s.InvokedBy == "" && starter.role != "" && anonymousSession.MatchString(starter.name):
			return fault(http.StatusForbidden, "StarterUnknown", "the run was started in the session %q, which names no person, so nobody can be told apart from them; "+
				"start runs with a session name (role_session_name)", starter.name)
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
