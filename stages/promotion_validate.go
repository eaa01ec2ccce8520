package stages

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
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
	if !accountPattern.MatchString(p.Account) {
		report("Account must be 12 digits, got %q", p.Account)
	}
	if !IsRegion(p.Region) {
		report(`Region must be an AWS region such as "eu-central-1", got %q`, p.Region)
	}
	if !connectionPattern.MatchString(p.Connection) {
		report("Connection must be the ARN of a CodeConnections connection, got %q: make one in the tooling account, under Settings, Connections", p.Connection)
	}
	if !repositoryPattern.MatchString(p.Repository) {
		report(`Repository must be "owner/name", got %q`, p.Repository)
	}
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
	production := "" // the first wave of production
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
		switch productions := count(wave.Environments, Environment.production); {
		case productions == 0 && production != "":
			report("Waves must end with production: %q stands after %q", wave.Name, production)
		case productions > 0 && productions < len(wave.Environments):
			report("Waves[%d] must be all production or none, got both in %q", i, wave.Name)
		case productions > 0 && production == "":
			production = wave.Name
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

// production environments are deployed last, after a person approved, and keep what they wrote.
func (e Environment) production() bool { return strings.HasPrefix(e.Name, "prod") }

// validateTarget reports what a promotion asks of an environment beyond [Environment.Validate].
func (e Environment) validateTarget() error {
	var faults []error
	report := func(format string, values ...any) { faults = append(faults, fmt.Errorf(format, values...)) }
	if e.Account == "" {
		report("Account is required in a promotion: the pipeline runs in another account")
	}
	if e.Region == "" {
		report("Region is required in a promotion: the pipeline may run in another region")
	} else if regionPattern.MatchString(e.Region) && !IsRegion(e.Region) {
		report(`Region must be an AWS region such as "eu-central-1", got %q`, e.Region)
	}
	if !e.production() {
		return errors.Join(faults...)
	}
	if e.LogRetention == "" {
		report("LogRetention is required in production, got none")
	}
	if e.RemovalPolicy != "" && e.RemovalPolicy != awscdk.RemovalPolicy_RETAIN {
		report("RemovalPolicy must be RETAIN in production, got %s", e.RemovalPolicy)
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
