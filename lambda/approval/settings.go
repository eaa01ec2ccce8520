package approval

import (
	"errors"
	"fmt"
	"strings"

	"clinical-risk-pipeline/internal/strictjson"
)

// The environment variables of the functions, which the construct sets.
const (
	EnvTable        = "APPROVAL_TABLE"         // the name of the store's table
	EnvBucket       = "APPROVAL_BUCKET"        // the name of the record store's bucket
	EnvBucketOwner  = "APPROVAL_BUCKET_OWNER"  // the account that the bucket must belong to; deciding function only
	EnvPrefix       = "APPROVAL_PREFIX"        // the prefix of the decision records in it, with a slash at the end
	EnvTopic        = "APPROVAL_TOPIC"         // the ARN of the approvers' topic; requesting function only
	EnvFunction     = "APPROVAL_FUNCTION"      // the ARN of the deciding function; requesting function only
	EnvApprovers    = "APPROVAL_APPROVERS"     // the ARNs of roles and users, separated by spaces; deciding function only
	EnvSessionNames = "APPROVAL_SESSION_NAMES" // the pattern of people's session and user names; deciding function only; optional
	EnvMachines     = "APPROVAL_MACHINES"      // the machines that start executions, separated by spaces; deciding function only; optional
	EnvTrailLogs    = "APPROVAL_TRAIL_LOGS"    // the name of the log group of a trail; deciding function only
	EnvAlerts       = "APPROVAL_ALERTS"        // "yes" where the trial has a registry of alerts; deciding function only; optional
	EnvRoster       = "APPROVAL_ROSTER"        // a JSON object, the printed names of people by session or user name; deciding function only; optional
)

// AlertsValue is the value of EnvAlerts.
const AlertsValue = "yes"

// ApprovalsPrefix is the prefix of the records of people's decisions in the record store. Nobody reviews these.
const ApprovalsPrefix = "approvals/"

// The store's table, whose keys are strings. The sparse index has the requests for which no execution took a decision.
const (
	TableKey       = "id"
	OpenIndex      = "open"
	OpenIndexKey   = "open"        // the index's partition key
	OpenIndexValue = "yes"         // its value for every request in the index
	OpenIndexBy    = "requestedAt" // the index's sort key: the time of the request in UTC, "2026-03-01T03:00:00.000Z"
)

// Settings are the environment variables of a function, parsed.
type Settings struct {
	Table, Bucket, BucketOwner, Prefix, Topic, Function, TrailLogs string
	Alerts                                                         bool
	Signers                                                        Signers
	Roster                                                         Roster
}

// RequestSettings reads the environment of the requesting function.
func RequestSettings(getenv func(string) string) (Settings, error) {
	return read(getenv, EnvTable, EnvBucket, EnvPrefix, EnvTopic, EnvFunction)
}

// DecideSettings reads the environment of the deciding function.
func DecideSettings(getenv func(string) string) (Settings, error) {
	s, err := read(getenv, EnvTable, EnvBucket, EnvBucketOwner, EnvPrefix, EnvApprovers, EnvTrailLogs)
	if pattern := getenv(EnvSessionNames); pattern != "" {
		names, wrong := ParseNames(pattern)
		err = errors.Join(err, in(EnvSessionNames, wrong))
		s.Signers.SessionNames = names
	}
	machines, wrong := ParseMachines(getenv(EnvMachines))
	s.Signers.Machines = machines
	err = errors.Join(err, in(EnvMachines, wrong))
	if value := getenv(EnvAlerts); value != "" && value != AlertsValue {
		err = errors.Join(err, in(EnvAlerts, fmt.Errorf("must be %q, or not be set", AlertsValue)))
	}
	s.Alerts = getenv(EnvAlerts) == AlertsValue
	if roster := getenv(EnvRoster); roster != "" {
		if strictjson.Unmarshal([]byte(roster), &s.Roster) != nil {
			wrong = errors.New("must be a JSON object of strings")
		} else {
			wrong = s.Roster.validate()
		}
		err = errors.Join(err, in(EnvRoster, wrong))
	}
	return s, err
}

// in names the variable in an error.
func in(variable string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %w", variable, err)
}

func read(getenv func(string) string, required ...string) (Settings, error) {
	var faults []error
	for _, name := range required {
		if getenv(name) == "" {
			faults = append(faults, fmt.Errorf("the environment variable %s is required", name))
		}
	}
	return Settings{
		Table: getenv(EnvTable), Bucket: getenv(EnvBucket), Prefix: getenv(EnvPrefix), Topic: getenv(EnvTopic), Function: getenv(EnvFunction),
		TrailLogs: getenv(EnvTrailLogs), BucketOwner: getenv(EnvBucketOwner),
		Signers: Signers{Approvers: strings.Fields(getenv(EnvApprovers))},
	}, errors.Join(faults...)
}
