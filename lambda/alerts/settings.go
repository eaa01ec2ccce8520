package alerts

import (
	"errors"
	"fmt"

	"clinical-risk-pipeline/internal/strictjson"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/alert"
	"clinical-risk-pipeline/workflow/trial"
)

// The environment variables of the functions, which the construct sets.
const (
	EnvTable        = "ALERTS_TABLE"         // the name of the registry's table
	EnvRecords      = "ALERTS_RECORDS"       // the name of the record store's bucket
	EnvOwner        = "ALERTS_OWNER"         // the account that record store and worklists must belong to
	EnvWorklists    = "ALERTS_WORKLISTS"     // the name of the worklists' bucket
	EnvTopic        = "ALERTS_TOPIC"         // the ARN of the topic
	EnvList         = "ALERTS_LIST"          // the command with which people open the worklist
	EnvTrial        = "ALERTS_TRIAL"         // the trial's file; optional
	EnvPeople       = "ALERTS_PEOPLE"        // a JSON object, the ARNs of people by role; act only
	EnvSessionNames = "ALERTS_SESSION_NAMES" // the pattern of people's session and user names; act only; optional
)

// Settings are the environment variables of a function, parsed.
type Settings struct {
	Table, Records, Owner, Worklists, Topic string
	Rules                                   alert.Rules
	People                                  map[string][]string
	SessionNames                            approval.Names
}

// ReadSettings reads the environment of a function. It reports every fault at once.
func ReadSettings(getenv func(string) string) (Settings, error) {
	var faults []error
	for _, name := range []string{EnvTable, EnvRecords, EnvOwner, EnvWorklists, EnvTopic, EnvList} {
		if getenv(name) == "" {
			faults = append(faults, fmt.Errorf("the environment variable %s is required", name))
		}
	}
	s := Settings{Table: getenv(EnvTable), Records: getenv(EnvRecords), Owner: getenv(EnvOwner), Worklists: getenv(EnvWorklists), Topic: getenv(EnvTopic)}
	s.Rules.List = getenv(EnvList)
	file := getenv(EnvTrial)
	if file == "" {
		file = "/opt/" + workflow.TrialFile // Lambda mounts layers below /opt
	}
	registered, err := trial.LoadCanonical(file)
	s.Rules.Trial, faults = registered, append(faults, err)
	if people := getenv(EnvPeople); people != "" {
		if err := strictjson.Unmarshal([]byte(people), &s.People); err != nil {
			faults = append(faults, fmt.Errorf("%s must be a JSON object of lists of ARNs: %w", EnvPeople, err))
		}
	}
	if pattern := getenv(EnvSessionNames); pattern != "" {
		names, err := approval.ParseNames(pattern)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s %w", EnvSessionNames, err))
		}
		s.SessionNames = names
	}
	return s, errors.Join(faults...)
}
