package approval

import (
	"net/http"
	"slices"
	"strings"
)

// Starter is a principal that started or redrove an execution, as in CloudTrail's userIdentity:
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
type Starter struct {
	ARN       string `json:"arn"`
	UserID    string `json:"userId,omitempty"`
	InvokedBy string `json:"invokedBy,omitempty"` // the AWS service that made the call, such as "scheduler.amazonaws.com"

	// SourceIdentity is who first assumed a role: unlike the name of a session, it stays when the session assumes other roles.
	SourceIdentity string `json:"sourceIdentity,omitempty"`
}

// independent refuses a caller who started or redrove the run, under any role or account. It also refuses every caller if a
// starter is neither a listed machine nor a person with a name: that starter could be the caller.
//
// Requirements: P11-10g
func (s Signers) independent(caller Caller, starters []Starter) error {
	signer, _ := parsePrincipal(caller.ARN)
	for _, starter := range starters {
		if starter.UserID != "" && starter.UserID == caller.UserID || slices.ContainsFunc(starter.names(), func(name string) bool { return samePerson(name, signer.name) }) {
			return fault(http.StatusForbidden, "StartedByYou", "%s started or redrove this run, and %s is the same person: somebody else must decide", starter, caller.ARN)
		}
		if err := s.identify(starter); err != nil {
			return err
		}
	}
	return nil
}

// identify refuses a starter who could be anybody.
func (s Signers) identify(starter Starter) error {
	const remedy = "so the starter could be anybody and nobody may decide. Start the run again, with your own name as the session name (role_session_name), " +
		"or add the role or user to the environment's Machines and deploy"
	p, named := parsePrincipal(starter.ARN)
	switch source := starter.SourceIdentity; {
	case source != "" && !s.SessionNames.match(source):
		return fault(http.StatusForbidden, "StarterUnknown", "%s started or redrove this run with the source identity %q, which is not the name of a person (%s), "+
			"so the starter could be anybody and nobody may decide. Start the run again, with your own name as the source identity, or without one", starter, source, s.SessionNames)
	case slices.ContainsFunc(s.Machines, func(m Machine) bool { return m.is(starter) }):
		return nil
	case !named:
		return fault(http.StatusForbidden, "StarterUnknown", "%s started or redrove this run and does not name a person, %s", starter, remedy)
	case !s.SessionNames.match(p.name):
		return fault(http.StatusForbidden, "StarterUnknown", "%s started or redrove this run. It is not a listed machine, and %q is not the name of a person (%s), %s",
			starter, p.name, s.SessionNames, remedy)
	}
	return nil
}

// names returns the names of the person who may be behind a starter.
func (s Starter) names() []string {
	var names []string
	if p, ok := parsePrincipal(s.ARN); ok {
		names = append(names, p.name)
	}
	if s.SourceIdentity != "" {
		names = append(names, s.SourceIdentity)
	}
	return names
}

// String names the starter in messages.
func (s Starter) String() string {
	name := s.ARN
	if name == "" {
		name = "an identity without an ARN"
	}
	if s.InvokedBy != "" {
		name += " (" + s.InvokedBy + ")"
	}
	return name
}

// samePerson reports whether two names may belong to one person. The name of a session is a person's in every role and
// account: it is the user in sessions of IAM Identity Center, whatever the permission set, and the trust policies bind it
// elsewhere. It compares mailboxes: "jane", "Jane@example.com" and "jane+1@example.com" are the same person.
func samePerson(a, b string) bool {
	mailboxA, domainA := mailbox(a)
	mailboxB, domainB := mailbox(b)
	return mailboxA == mailboxB && (domainA == domainB || domainA == "" || domainB == "")
}

func mailbox(name string) (mailbox, domain string) {
	mailbox, domain, _ = strings.Cut(strings.ToLower(name), "@")
	mailbox, _, _ = strings.Cut(mailbox, "+")
	return mailbox, domain
}
