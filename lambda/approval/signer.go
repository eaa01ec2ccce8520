package approval

import (
	"net/http"
	"slices"
	"strings"
)

// Caller is the principal that signed a call, as STS identifies it
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
type Caller struct {
	ARN        string // of an IAM user, or of a session: "arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION"
	UserID     string // the principal's unique id; a session's ends in ":SESSION"
	Invocation string // the request id of the invocation
}

// Signers are the people who may decide.
//
// Requirements: P11-10g, P11-100a, P11-200a1, P11-200a3
type Signers struct {
	// Approvers are the ARNs of IAM roles and users. A session counts as its role.
	Approvers []string

	// SessionNames matches the session and user names of people. Default: e-mail addresses.
	SessionNames Names

	// Machines start executions without a person. Default: only people start executions.
	Machines []Machine
}

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
		return notAPerson
	}
	if !slices.ContainsFunc(s.Approvers, func(approver string) bool { return p.is(caller.ARN, approver) }) {
		return fault(http.StatusForbidden, "NotAnApprover", "%s is not one of the approvers", caller.ARN)
	}
	_, err := s.SessionNames.Person(caller)
	return err
}

var notAPerson = fault(http.StatusForbidden, "NotAPerson", "an IAM user or a role session must sign a decision: the root user and other identities do not name a person")

// Person returns the name of the person who calls, or a *Fault where the caller is no person.
func (n Names) Person(caller Caller) (string, error) {
	p, ok := parsePrincipal(caller.ARN)
	if !ok {
		return "", notAPerson
	}
	if !n.match(p.name) {
		return "", fault(http.StatusForbidden, "NotAPerson", "the name %q must be the name of a person, %s: assume the role with your own name as the session name (role_session_name)",
			p.name, n)
	}
	return p.name, nil
}

// Is reports whether the caller is the user, or a session of the role, with the listed ARN.
func (c Caller) Is(listed string) bool {
	p, ok := parsePrincipal(c.ARN)
	return ok && p.is(c.ARN, listed)
}

// is reports whether the principal is the user, or a session of the role, with the listed ARN. Role names are unique in an
// account, whatever their path.
func (p principal) is(arn, listed string) bool {
	if p.role == "" {
		return arn == listed
	}
	parts := strings.SplitN(listed, ":", 6)
	return len(parts) == 6 && parts[4] == p.account && strings.HasPrefix(parts[5], "role/") && parts[5][strings.LastIndex(parts[5], "/")+1:] == p.role
}
