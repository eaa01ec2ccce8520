package stages

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/workflow"
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
	environments []Environment // as they stand in the file
	values       map[setting]string
	faults       fault.List
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
	variablePrefix = workflow.SettingPrefix
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

// ReadSettings reads the settings of the environments, and of their promotion, from the CDK's context and from environment
// variables, "NAME=value" each, as os.Environ gives them. What is wrong with them, [Settings.Environments] reports.
func ReadSettings(environments []Environment, context map[string]any, variables []string) Settings {
	s := Settings{environments: environments, values: map[setting]string{}}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		if rest, ours := strings.CutPrefix(name, variablePrefix); ours && value != "" {
			owner, key, _ := strings.Cut(strings.ToLower(rest), "_")
			s.set("environment variable "+name, setting{owner, key}, value)
			if name != strings.ToUpper(name) {
				s.report("environment variable "+name, "the name must be in capitals")
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(context)) {
		owner, key, _ := strings.Cut(strings.ToLower(name), ":")
		if s.keys(owner) == nil && (!namePattern.MatchString(owner) || !isKey(key)) {
			continue // the CDK's, or another tool's
		}
		if name != strings.ToLower(name) {
			s.report("context "+name, "the name must be in small letters")
		}
		if value, ok := context[name].(string); !ok {
			s.report("context "+name, fmt.Sprintf("must be a string, got %v: a number loses the zeros that an account begins with", context[name]))
		} else if value != "" {
			s.set("context "+name, setting{owner, key}, value)
		}
	}
	return s
}

// set takes a value, unless nothing would read it: mostly, its name has a slip in it.
func (s *Settings) set(source string, v setting, value string) {
	switch keys := s.keys(v.owner); {
	case keys == nil:
		s.report(source, fmt.Sprintf("there is no %q, only %s", v.owner, strings.Join(s.owners(), ", ")))
	case !slices.Contains(keys, v.key):
		s.report(source, fmt.Sprintf("there is no %q of %q, only %s", v.key, v.owner, strings.Join(keys, ", ")))
	default:
		s.values[v] = value
	}
}

func (s *Settings) report(source, rule string, got ...any) {
	var wrong fault.List
	wrong.Add("", rule, got...)
	s.faults.Include(wrong.Of(source))
}

func (s *Settings) owners() []string {
	var names []string
	for _, e := range s.environments {
		names = append(names, e.Name)
	}
	return append(names, promotionOwner)
}

// keys are what can be set of an environment, or of the promotion; nil for what is neither.
func (s *Settings) keys(owner string) []string {
	switch {
	case owner == promotionOwner:
		return promotionKeys
	case slices.Contains(s.owners(), owner):
		return environmentKeys
	}
	return nil
}

func isKey(key string) bool {
	return slices.Contains(environmentKeys, key) || slices.Contains(promotionKeys, key)
}

// Environments returns the environments with their settings. It reports settings of an environment that does not exist, and
// of what cannot be set, all at once.
func (s Settings) Environments() ([]Environment, error) {
	faults, set := slices.Clone(s.faults), slices.Clone(s.environments)
	for i := range set {
		e := &set[i]
		s.into(&e.Account, e.Name, accountKey)
		s.into(&e.Region, e.Name, regionKey)
		s.into(&e.EndpointName, e.Name, endpointKey)
		if step, ok := e.Extraction.(risk.EMRStep); ok {
			s.into(&step.ClusterID, e.Name, clusterKey)
			e.Extraction = step
		} else if s.values[setting{e.Name, clusterKey}] != "" {
			var wrong fault.List
			wrong.Add(clusterKey, "is a setting of an EMRStep", fault.Text(fmt.Sprintf("an extraction of type %T", e.Extraction)))
			faults.Include(wrong.Of(e.owner()))
		}
	}
	return set, faults.Err()
}

// into sets a field to its setting, if there is one.
func (s Settings) into(field *string, owner, key string) {
	if value := s.values[setting{owner, key}]; value != "" {
		*field = value
	}
}

// variables are all settings as environment variables, for another process that shall read the same.
func (s Settings) variables() map[string]string {
	variables := map[string]string{}
	for v, value := range s.values {
		variables[v.variable()] = value
	}
	return variables
}
