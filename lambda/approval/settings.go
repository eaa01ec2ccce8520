package approval

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// The environment variables that the construct gives to the functions.
const (
	EnvTable        = "APPROVAL_TABLE"         // the name of the store's table
	EnvBucket       = "APPROVAL_BUCKET"        // the name of the record store's bucket
	EnvPrefix       = "APPROVAL_PREFIX"        // where in it the decision records stand, with a slash at the end
	EnvTopic        = "APPROVAL_TOPIC"         // the ARN of the approvers' topic; of the requesting function
	EnvURL          = "APPROVAL_URL"           // the function URL; of the requesting function
	EnvApprovers    = "APPROVAL_APPROVERS"     // the ARNs of roles and users, a space between; of the deciding function
	EnvSessionNames = "APPROVAL_SESSION_NAMES" // the form of persons' session names, a regular expression; of the deciding function; may be empty
)

// ApprovalsPrefix is where in the record store the records of people's decisions stand. They are never reviewed.
const ApprovalsPrefix = "approvals/"

// The store's table: its partition key, and the sparse index of the requests that no execution took a decision on, with its
// keys: "yes", and the time of the request in UTC with milliseconds, "2026-03-01T03:00:00.000Z". All are strings.
const (
	TableKey     = "id"
	OpenIndex    = "open"
	OpenIndexKey = "open"
	OpenIndexBy  = "requestedAt"
)

// Settings are the environment variables of a function, read.
type Settings struct {
	Table, Bucket, Prefix, Topic, URL string
	Signers                           Signers
}

// RequestSettings reads the environment of the requesting function.
func RequestSettings(getenv func(string) string) (Settings, error) {
	return read(getenv, EnvTable, EnvBucket, EnvPrefix, EnvTopic, EnvURL)
}

// DecideSettings reads the environment of the deciding function.
func DecideSettings(getenv func(string) string) (Settings, error) {
	s, err := read(getenv, EnvTable, EnvBucket, EnvPrefix, EnvApprovers)
	if form := getenv(EnvSessionNames); form != "" {
		names, wrong := regexp.Compile(form)
		if wrong != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", EnvSessionNames, wrong))
		}
		s.Signers.SessionNames = names
	}
	return s, err
}

func read(getenv func(string) string, required ...string) (Settings, error) {
	var faults []error
	for _, name := range required {
		if getenv(name) == "" {
			faults = append(faults, fmt.Errorf("the environment variable %s is required", name))
		}
	}
	return Settings{
		Table: getenv(EnvTable), Bucket: getenv(EnvBucket), Prefix: getenv(EnvPrefix), Topic: getenv(EnvTopic), URL: getenv(EnvURL),
		Signers: Signers{Approvers: strings.Fields(getenv(EnvApprovers))},
	}, errors.Join(faults...)
}
