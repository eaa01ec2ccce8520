package serve

import (
	"strings"

	"clinical-risk-pipeline/asl/serve/api"
)

// maxName is the longest name of a resource.
const maxName = 80

// resource is an ARN of Step Functions, parsed.
type resource struct {
	arn  string
	kind string   // "stateMachine", "execution", "express", "activity", "mapRun"
	rest []string // what follows, between colons
}

// parseARN reads an ARN whose kind is one of the given ones.
func parseARN(arn string, kinds ...string) (resource, *api.Error) {
	parts := strings.Split(arn, ":")
	switch {
	case parts[0] != "arn" || len(parts) < 2:
		return resource{}, invalidARN("Invalid ARN prefix: %s", arn)
	case len(parts) < 7 || parts[2] != "states" || parts[6] == "":
		return resource{}, invalidARN("Invalid arn: %s", arn)
	}
	r := resource{arn: arn, kind: parts[5], rest: parts[6:]}
	for _, kind := range kinds {
		if kind == r.kind {
			return r, nil
		}
	}
	return resource{}, invalidARN("Resource type not valid in this context: %s", r.kind)
}

func invalidARN(format string, args ...any) *api.Error {
	return api.Errorf("InvalidArn", "Invalid Arn: '"+format+"'", args...)
}

// machineARN is the ARN of a state machine, a version, an alias, or a Distributed Map inside.
type machineARN struct {
	arn       string // as it was given
	machine   string // the ARN of the state machine alone
	name      string // of the state machine
	qualifier string // the number of a version or the name of an alias; "": none
	label     string // of a Distributed Map; "": none
	testCase  string // what follows "#"; "": none
}

// parseMachineARN reads the ARN of a state machine.
func parseMachineARN(arn string) (machineARN, *api.Error) {
	bare, testCase, _ := strings.Cut(arn, "#")
	r, err := parseARN(bare, "stateMachine")
	if err != nil {
		return machineARN{}, err
	}
	if len(r.rest) > 2 {
		return machineARN{}, invalidARN("Invalid arn: %s", arn)
	}
	m := machineARN{arn: bare, testCase: testCase}
	m.name, m.label, _ = strings.Cut(r.rest[0], "/")
	m.machine = strings.Join(strings.Split(bare, ":")[:6], ":") + ":" + m.name
	if len(r.rest) == 2 {
		m.qualifier = r.rest[1]
	}
	return m, nil
}

// isVersion reports whether the ARN names a version.
func (m machineARN) isVersion() bool {
	return m.qualifier != "" && strings.Trim(m.qualifier, "0123456789") == ""
}

// unqualified refuses the ARN of a version, an alias or a Distributed Map.
func (m machineARN) unqualified(arn string) *api.Error {
	switch {
	case m.label != "":
		return api.Invalid("Qualified state machine ARNs with a label are not supported by this API: %s", arn).Because("API_DOES_NOT_SUPPORT_LABELED_ARNS")
	case m.qualifier != "":
		return api.Invalid("This operation does not accept the ARN of a version or an alias: %s", arn)
	}
	return nil
}

// arn returns the ARN of a resource in the server's region and account.
func (c *Config) arn(resource string) string {
	return "arn:aws:states:" + c.Region + ":" + c.Account + ":" + resource
}

// checkName refuses a name with characters that Step Functions does not allow.
func checkName(name string) *api.Error {
	if n := len([]rune(name)); n == 0 || n > maxName || strings.ContainsFunc(name, forbidden) {
		return api.Errorf("InvalidName", "Invalid Name: '%s'", name)
	}
	return nil
}

// forbidden reports whether a name must not contain the character.
func forbidden(r rune) bool {
	return r <= ' ' || r >= 0x7f && r <= 0x9f || r >= 0xfffe || strings.ContainsRune("?*<>{}[]:;,\\|^~$#%&`\"/", r)
}

// checkRole refuses what is not the ARN of a role.
func checkRole(arn string) *api.Error {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[2] != "iam" || !strings.HasPrefix(parts[5], "role/") {
		return api.Errorf("InvalidArn", "Invalid Role Arn: '%s'", arn)
	}
	return nil
}
