package stages

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/constructs/risk"
)

// Settings are the values that a team changes without a commit. Each belongs to an environment, or to the promotion, and has a
// key. It is given, the first of these that is there:
//
//	npx cdk deploy 'Prod/*' -c prod:account=444444444444    in the CDK's context, which may also stand in cdk.json or ~/.cdk.json
//	CLINICAL_RISK_PROD_ACCOUNT=444444444444                 in an environment variable; an empty one is none
//	Account: "444444444444"                                 in stages/environments.go
//
// What can be set: account, region, endpoint and cluster of each environment (cluster: of an EMRStep only); account, region,
// connection, repository, branch and approvers (addresses, with commas between them) of the promotion. Nothing has to be set
// to synthesize, to list, or to compare.
type Settings struct {
	values map[setting]string
	faults []error
}

// setting names a value: the environment "prod", or the promotion, and the key "account".
type setting struct{ owner, key string }

func (s setting) context() string { return s.owner + ":" + s.key }

func (s setting) variable() string {
	return variablePrefix + strings.ToUpper(s.owner) + "_" + strings.ToUpper(s.key)
}

// ways says how to set it.
func (s setting) ways() string {
	return fmt.Sprintf("set %s, or -c %s=VALUE", s.variable(), s.context())
}

const (
	variablePrefix = "CLINICAL_RISK_"
	promotionOwner = "promotion"
)

// The keys.
const (
	accountKey    = "account"
	regionKey     = "region"
	endpointKey   = "endpoint"
	clusterKey    = "cluster"
	connectionKey = "connection"
	repositoryKey = "repository"
	branchKey     = "branch"
	approversKey  = "approvers"
)

var (
	environmentKeys = []string{accountKey, regionKey, endpointKey, clusterKey}
	promotionKeys   = []string{accountKey, regionKey, connectionKey, repositoryKey, branchKey, approversKey}
)

// ReadSettings reads the settings from the CDK's context and from environment variables, "NAME=value" each, as os.Environ gives
// them. What is wrong with them, [Settings.Environments] reports.
func ReadSettings(context map[string]any, variables []string) Settings {
	s := Settings{values: map[setting]string{}}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		rest, ours := strings.CutPrefix(name, variablePrefix)
		if !ours || value == "" {
			continue
		}
		owner, key, _ := strings.Cut(strings.ToLower(rest), "_")
		s.values[setting{owner, key}] = value
		if name != strings.ToUpper(name) {
			s.faults = append(s.faults, fmt.Errorf("environment variable %s: the name must be in capitals", name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(context)) {
		owner, key, found := strings.Cut(name, ":")
		known := slices.Contains(environmentKeys, key) || slices.Contains(promotionKeys, key)
		if !found || !known || !namePattern.MatchString(owner) {
			continue // somebody else's
		}
		value, ok := context[name].(string)
		if !ok {
			s.faults = append(s.faults, fmt.Errorf("context %q must be a string, got %v: a number loses the zeros that an account begins with", name, context[name]))
			continue
		}
		if value != "" {
			s.values[setting{owner, key}] = value
		}
	}
	return s
}

// Environments returns the environments with their settings. It reports settings of an environment that does not exist, and
// of what cannot be set, all at once.
func (s Settings) Environments(environments []Environment) ([]Environment, error) {
	faults := append(slices.Clone(s.faults), s.unknown(environments)...)
	set := slices.Clone(environments)
	for i := range set {
		e := &set[i]
		s.into(&e.Account, e.Name, accountKey)
		s.into(&e.Region, e.Name, regionKey)
		s.into(&e.EndpointName, e.Name, endpointKey)
		cluster := setting{e.Name, clusterKey}
		step, ok := e.Extraction.(risk.EMRStep)
		if ok {
			s.into(&step.ClusterID, e.Name, clusterKey)
			e.Extraction = step
		} else if s.values[cluster] != "" {
			faults = append(faults, fmt.Errorf("environment %q: %s is a setting of an EMRStep, got an extraction of type %T", e.Name, clusterKey, e.Extraction))
		}
	}
	return set, errors.Join(faults...)
}

// into sets a field to its setting, if there is one.
func (s Settings) into(field *string, owner, key string) {
	if value := s.values[setting{owner, key}]; value != "" {
		*field = value
	}
}

// unknown are the settings that nothing reads: mostly names with a slip in them.
func (s Settings) unknown(environments []Environment) []error {
	keys, owners := map[string][]string{promotionOwner: promotionKeys}, []string{}
	for _, e := range environments {
		keys[e.Name] = environmentKeys
		owners = append(owners, e.Name)
	}
	owners = append(owners, promotionOwner)
	var faults []error
	for _, v := range s.sorted() {
		switch {
		case keys[v.owner] == nil:
			faults = append(faults, fmt.Errorf("setting %s (%s): there is no %q, only %s", v.context(), v.variable(), v.owner, strings.Join(owners, ", ")))
		case !slices.Contains(keys[v.owner], v.key):
			faults = append(faults, fmt.Errorf("setting %s (%s): there is no %q of %q, only %s", v.context(), v.variable(), v.key, v.owner, strings.Join(keys[v.owner], ", ")))
		}
	}
	return faults
}

// sorted are the settings that are given, in a stable order.
func (s Settings) sorted() []setting {
	return slices.SortedFunc(maps.Keys(s.values), func(a, b setting) int { return strings.Compare(a.context(), b.context()) })
}

// variables are all settings as environment variables, for another process that shall read the same.
func (s Settings) variables() map[string]string {
	variables := map[string]string{}
	for v, value := range s.values {
		variables[v.variable()] = value
	}
	return variables
}
