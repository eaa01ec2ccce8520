package approval

import (
	"fmt"
	"regexp"
	"strings"
)

// Machine is a starter of executions that is not a person. Whoever can act as the machine, pass its role to a service, or
// change what it runs can start executions unseen: list only machines that no approver controls.
type Machine struct {
	// Principal is the ARN of an IAM role or user. Every session of the role counts.
	Principal string

	// Service is the AWS service that has to act with the role: "scheduler.amazonaws.com" for a schedule,
	// "events.amazonaws.com" for a rule, "states.amazonaws.com" for another state machine. Default: the role or user acts
	// itself, as a function or a build does.
	Service string
}

var machinePattern = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+(\|[a-z0-9.-]+)?$`)

// String returns the machine as ParseMachines reads it: "ARN" or "ARN|SERVICE".
func (m Machine) String() string {
	if m.Service == "" {
		return m.Principal
	}
	return m.Principal + "|" + m.Service
}

// ParseMachines reads machines that are separated by spaces.
func ParseMachines(text string) ([]Machine, error) {
	var machines []Machine
	for _, field := range strings.Fields(text) {
		if !machinePattern.MatchString(field) {
			return nil, fmt.Errorf("must have the ARNs of roles and users, each alone or with |SERVICE, got %q", field)
		}
		principal, service, _ := strings.Cut(field, "|")
		machines = append(machines, Machine{principal, service})
	}
	return machines, nil
}

// is reports whether the machine started an execution.
func (m Machine) is(s Starter) bool {
	p, ok := parsePrincipal(s.ARN)
	return ok && s.InvokedBy == m.Service && p.is(s.ARN, m.Principal)
}
