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

// Settings are the values that a team changes without a commit. Each has a key and belongs to an environment or to the
// promotion. The first one set wins:
//
//	npx cdk deploy 'Prod/*' -c prod:account=444444444444    the CDK's context, also from cdk.json or ~/.cdk.json
//	CLINICAL_RISK_PROD_ACCOUNT=444444444444                 an environment variable; an empty value is ignored
//	Account: "444444444444"                                 a field in stages/environments.go
//
// Settings of an environment: account, region, endpoint and its variant, the bucket of the cohorts, the folder with the tables of the
// trials, the packages (S3 URIs, separated by commas) of the script, the script of an extraction that has one, and the cluster of an
// EMRStep. Settings of the promotion: account, region, connection, repository, branch and approvers (addresses, separated by commas).
// Synthesizing, listing and comparing need no settings.
type Settings struct {
	environments []Environment // as in the file
	values       map[setting]string
	faults       fault.List
}

// setting names a value: the owner, the environment "prod" or the promotion, and the key "account".
type setting struct{ owner, key string }

func (s setting) context() string { return s.owner + ":" + s.key }

func (s setting) variable() string {
	return variablePrefix + strings.ToUpper(s.owner) + "_" + strings.ToUpper(s.key)
}

// ways says how to set the value.
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
	variantKey    = "variant"
	bucketKey     = "bucket"
	scriptKey     = "script"
	packagesKey   = "packages"
	tablesKey     = "tables"
	clusterKey    = "cluster"
	connectionKey = "connection"
	repositoryKey = "repository"
	branchKey     = "branch"
	approversKey  = "approvers"
)

var (
	environmentKeys = []string{accountKey, regionKey, endpointKey, variantKey, bucketKey, tablesKey, packagesKey, scriptKey, clusterKey}
	promotionKeys   = []string{accountKey, regionKey, connectionKey, repositoryKey, branchKey, approversKey}
)

// ReadSettings reads the settings of the environments and of their promotion from the CDK's context and from environment
// variables, each "NAME=value" as in os.Environ. [Settings.Environments] reports their faults.
func ReadSettings(environments []Environment, context map[string]any, variables []string) Settings {
	s := Settings{environments: environments, values: map[setting]string{}}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		if rest, ours := strings.CutPrefix(name, variablePrefix); ours && value != "" {
			owner, key, _ := strings.Cut(strings.ToLower(rest), "_")
			s.set("environment variable "+name, setting{owner, key}, value)
			if name != strings.ToUpper(name) {
				s.report("environment variable "+name, "the name must be in upper case")
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(context)) {
		owner, key, _ := strings.Cut(strings.ToLower(name), ":")
		if s.keys(owner) == nil && (!namePattern.MatchString(owner) || !isKey(key)) {
			continue // of the CDK, or of another tool
		}
		if name != strings.ToLower(name) {
			s.report("context "+name, "the name must be in lower case")
		}
		if value, ok := context[name].(string); !ok {
			s.report("context "+name, fmt.Sprintf("must be a string, got %v: a number loses the leading zeros of an account", context[name]))
		} else if value != "" {
			s.set("context "+name, setting{owner, key}, value)
		}
	}
	return s
}

// set takes a value, or reports one that nothing would read: usually its name has a typo.
func (s *Settings) set(source string, v setting, value string) {
	switch keys := s.keys(v.owner); {
	case keys == nil:
		s.report(source, fmt.Sprintf("unknown environment %q: use one of %s", v.owner, strings.Join(s.owners(), ", ")))
	case !slices.Contains(keys, v.key):
		s.report(source, fmt.Sprintf("unknown setting %q of %q: use one of %s", v.key, v.owner, strings.Join(keys, ", ")))
	default:
		s.values[v] = value
	}
}

func (s *Settings) report(source, rule string) {
	s.faults.Include(fault.List{{Owner: source, Rule: rule}})
}

func (s *Settings) owners() []string {
	var names []string
	for _, e := range s.environments {
		names = append(names, e.Name)
	}
	return append(names, promotionOwner)
}

// keys returns the keys of an environment or of the promotion, or nil for an unknown owner.
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

// Environments returns the environments with their settings. It reports all settings of unknown environments and with unknown
// keys at once.
func (s Settings) Environments() ([]Environment, error) {
	faults, set := slices.Clone(s.faults), slices.Clone(s.environments)
	for i := range set {
		e := &set[i]
		s.into(&e.Account, e.Name, accountKey)
		s.into(&e.Region, e.Name, regionKey)
		s.into(&e.EndpointName, e.Name, endpointKey)
		s.into(&e.EndpointVariant, e.Name, variantKey)
		faults.Include(s.intoCohort(e).Of(e.owner()))
		faults.Include(s.intoExtraction(e).Of(e.owner()))
	}
	return set, faults.Err()
}

// intoCohort sets the bucket of the cohorts. It changes a copy: environments of a test may share their cohort.
func (s Settings) intoCohort(e *Environment) (wrong fault.List) {
	if s.values[setting{e.Name, bucketKey}] == "" {
		return nil
	}
	if e.Cohort == nil {
		wrong.Add(bucketKey, "can be set with a Cohort only", fault.Text("an environment without one"))
		return wrong
	}
	cohort := *e.Cohort
	s.into(&cohort.BucketName, e.Name, bucketKey)
	e.Cohort = &cohort
	return nil
}

// intoExtraction sets what the extraction has of its settings.
func (s Settings) intoExtraction(e *Environment) (wrong fault.List) {
	unused := func(key, with string) {
		if s.values[setting{e.Name, key}] != "" {
			wrong.Add(key, "can be set with "+with+" only", fault.Text(fmt.Sprintf("an extraction of type %T", e.Extraction)))
		}
	}
	switch extraction := e.Extraction.(type) {
	case risk.EMRStep:
		s.into(&extraction.ClusterID, e.Name, clusterKey)
		s.into(&extraction.Script, e.Name, scriptKey)
		s.intoData(&extraction.PyFiles, &extraction.Data, e.Name)
		e.Extraction = extraction
	case risk.EMRServerlessJob:
		s.into(&extraction.Script, e.Name, scriptKey)
		s.intoData(&extraction.PyFiles, &extraction.Data, e.Name)
		e.Extraction = extraction
		unused(clusterKey, "an EMRStep")
	case risk.GlueJob:
		s.intoData(&extraction.PyFiles, &extraction.Data, e.Name)
		e.Extraction = extraction
		unused(clusterKey, "an EMRStep")
		unused(scriptKey, "an EMRStep or an EMRServerlessJob")
	default:
		unused(clusterKey, "an EMRStep")
		unused(scriptKey, "an EMRStep or an EMRServerlessJob")
		unused(packagesKey, "an EMRStep, an EMRServerlessJob or a GlueJob")
		unused(tablesKey, "an EMRStep, an EMRServerlessJob or a GlueJob")
	}
	return wrong
}

// intoData sets the packages and the tables of a Spark job. It changes a copy of the data: environments of a test may share theirs.
func (s Settings) intoData(packages *[]string, data **risk.TrialData, owner string) {
	if uris := s.values[setting{owner, packagesKey}]; uris != "" {
		*packages = separated(uris)
	}
	if s.values[setting{owner, tablesKey}] != "" {
		changed := risk.TrialData{}
		if *data != nil {
			changed = **data
		}
		s.into(&changed.Tables, owner, tablesKey)
		*data = &changed
	}
}

// into sets a field to its setting, if it has one.
func (s Settings) into(field *string, owner, key string) {
	if value := s.values[setting{owner, key}]; value != "" {
		*field = value
	}
}

// separated returns the parts of a text between its commas.
func separated(text string) []string {
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// variables returns all settings as environment variables, for another process that reads the same settings.
func (s Settings) variables() map[string]string {
	variables := map[string]string{}
	for v, value := range s.values {
		variables[v.variable()] = value
	}
	return variables
}
