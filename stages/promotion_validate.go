package stages

import (
	"errors"
	"fmt"
	"regexp"
)

var (
	// The older service name, codestar-connections, is still part of the ARNs of connections made before 2024.
	connectionPattern = regexp.MustCompile(`^arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f-]{36}$`)
	repositoryPattern = regexp.MustCompile(`^[\w.-]+(/[\w.-]+)+$`)
	branchPattern     = regexp.MustCompile(`^[\w./-]{1,255}$`)
	addressPattern    = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
	filePattern       = regexp.MustCompile(`^[\w.-]+(/[\w.-]+)*$`)
	variablePattern   = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
)

// Validate reports every fault of the promotion, of its waves and of their environments at once.
func (p Promotion) Validate() error {
	var faults []error
	report := func(format string, values ...any) {
		faults = append(faults, fmt.Errorf("promotion: "+format, values...))
	}
	// required reports a field that is missing, with how to set it, or that is wrong.
	required := func(field, key, value, rule string, valid bool) {
		switch {
		case value == "":
			report("%s is required, %s: %s", field, rule, setting{promotionOwner, key}.ways())
		case !valid:
			report("%s must be %s, got %q", field, rule, value)
		}
	}
	required("Account", accountKey, p.Account, "12 digits", accountPattern.MatchString(p.Account))
	required("Region", regionKey, p.Region, `an AWS region such as "eu-central-1"`, IsRegion(p.Region))
	required("Connection", connectionKey, p.Connection,
		"the ARN of a CodeConnections connection (tooling account, Developer Tools, Settings, Connections)", connectionPattern.MatchString(p.Connection))
	required("Repository", repositoryKey, p.Repository, `"owner/name"`, repositoryPattern.MatchString(p.Repository))
	if p.Branch != "" && !branchPattern.MatchString(p.Branch) {
		report("Branch must be the name of a branch, got %q", p.Branch)
	}
	for i, address := range p.ApproverEmails {
		if !addressPattern.MatchString(address) {
			report("ApproverEmails[%d] must be an e-mail address, got %q", i, address)
		}
	}
	if p.SmokeInput != "" && !filePattern.MatchString(p.SmokeInput) {
		report("SmokeInput must be a file in the repository, got %q", p.SmokeInput)
	}
	for name := range p.Variables {
		if !variablePattern.MatchString(name) {
			report("Variables must have names of capitals, digits and underscores, got %q", name)
		}
	}
	return errors.Join(errors.Join(faults...), p.validateWaves())
}

// validateWaves reports what is wrong with the order, and with each environment as a target of a promotion.
func (p Promotion) validateWaves() error {
	if len(p.Waves) == 0 {
		return errors.New("promotion: Waves must name at least one environment, got none")
	}
	var faults []error
	report := func(format string, values ...any) {
		faults = append(faults, fmt.Errorf("promotion: "+format, values...))
	}
	var all []Environment
	seen := map[string]bool{}
	for i, wave := range p.Waves {
		if !namePattern.MatchString(wave.Name) {
			report("Waves[%d].Name must be 1 to 31 lower-case letters and digits and start with a letter, got %q", i, wave.Name)
		} else if seen[wave.Name] {
			report("Waves[%d].Name must be unique, got %q twice", i, wave.Name)
		}
		seen[wave.Name] = true
		if len(wave.Environments) == 0 {
			report("Waves[%d] must have at least one environment, got none", i)
			continue
		}
		if productions := count(wave.Environments, Environment.production); productions > 0 && productions < len(wave.Environments) {
			report("Waves[%d] must be all production or none, got both in %q", i, wave.Name)
		}
		all = append(all, wave.Environments...)
	}
	for _, e := range all {
		faults = append(faults, named(e.Name, e.validateTarget()))
	}
	if len(all) > 0 {
		faults = append(faults, Validate(all))
	}
	return errors.Join(faults...)
}

// validateTarget reports what a promotion asks of an environment beyond [Environment.Validate]: it deploys from another account,
// perhaps from another region, so nothing may be left open.
func (e Environment) validateTarget() error {
	faults := e.unset()
	if !e.production() {
		faults = append(faults, e.unbound("in a promotion")...)
	}
	return errors.Join(faults...)
}

func count[T any](values []T, is func(T) bool) int {
	n := 0
	for _, v := range values {
		if is(v) {
			n++
		}
	}
	return n
}
