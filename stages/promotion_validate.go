package stages

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"clinical-risk-pipeline/constructs/fault"
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

// Validate reports every fault of the promotion, of its waves and of their environments at once, as a [fault.List].
func (p Promotion) Validate() error {
	var faults fault.List
	// required reports a field that is wrong, or that is missing, with the way to set it.
	required := func(field, key, value, rule string, valid bool) {
		switch {
		case value == "":
			faults.Add(field, fmt.Sprintf("is required, %s: %s", rule, setting{promotionOwner, key}.ways()))
		case !valid:
			faults.Add(field, "must be "+rule, value)
		}
	}
	required("Account", accountKey, p.Account, "12 digits", accountPattern.MatchString(p.Account))
	required("Region", regionKey, p.Region, `an AWS region such as "eu-central-1"`, IsRegion(p.Region))
	required("Connection", connectionKey, p.Connection,
		"the ARN of a CodeConnections connection (tooling account, Developer Tools, Settings, Connections)", connectionPattern.MatchString(p.Connection))
	required("Repository", repositoryKey, p.Repository, `"owner/name"`, repositoryPattern.MatchString(p.Repository))
	if p.Branch != "" && !branchPattern.MatchString(p.Branch) {
		faults.Add("Branch", "must be the name of a branch", p.Branch)
	}
	for i, address := range p.ApproverEmails {
		if !addressPattern.MatchString(address) {
			faults.Add(fmt.Sprintf("ApproverEmails[%d]", i), "must be an e-mail address", address)
		}
	}
	if p.SmokeInput != "" && !filePattern.MatchString(p.SmokeInput) {
		faults.Add("SmokeInput", "must be a file in the repository", p.SmokeInput)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Variables)) {
		if !variablePattern.MatchString(name) {
			faults.Add("Variables", "must have names of upper-case letters, digits and underscores", name)
		}
	}
	faults.Include(p.validateWaves())
	faults = faults.Of(promotionOwner)
	faults.Include(p.validateTargets())
	return faults.Err()
}

// validateWaves reports the faults of the order.
func (p Promotion) validateWaves() fault.List {
	var faults fault.List
	if len(p.Waves) == 0 {
		faults.Add("Waves", "must name at least one environment", fault.Text("none"))
	}
	seen := map[string]bool{}
	for i, wave := range p.Waves {
		field := fmt.Sprintf("Waves[%d]", i)
		if !namePattern.MatchString(wave.Name) {
			faults.Add(field+".Name", "must be 1 to 31 lower-case letters and digits and start with a letter", wave.Name)
		} else if seen[wave.Name] {
			faults.Add(field+".Name", "must be unique", fault.Twice(wave.Name))
		}
		seen[wave.Name] = true
		if len(wave.Environments) == 0 {
			faults.Add(field, "must have at least one environment", fault.Text("none"))
		}
		if productions := count(wave.Environments, Environment.production); productions > 0 && productions < len(wave.Environments) {
			faults.Add(field, "must have only production environments, or none", fault.Text(fmt.Sprintf("both in %q", wave.Name)))
		}
	}
	return faults
}

// validateTargets reports the faults of each environment. A promotion requires more than [Environment.Validate]: it deploys
// from another account, perhaps from another region, so every value must be set.
func (p Promotion) validateTargets() fault.List {
	var faults fault.List
	var all []Environment
	for _, wave := range p.Waves {
		all = append(all, wave.Environments...)
	}
	for _, e := range all {
		open := e.unset()
		if !e.production() {
			open.Include(e.unbound("in a promotion"))
		}
		faults.Include(open.Of(e.owner()))
	}
	if len(all) > 0 {
		faults.Include(fault.In(Validate(all)))
	}
	return faults
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
