package stages

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/release"
)

// Requirements: SRC-11, P11-10c
func TestRulesOfProduction(t *testing.T) {
	rows := map[string]struct {
		change func(*Environment)
		fault  string // a part of the only fault, empty for none
	}{
		"production sets the retention of its logs": {func(e *Environment) { e.LogRetention = "" }, "LogRetention is required in production"},
		"production retains logs and keys": {func(e *Environment) { e.RemovalPolicy = awscdk.RemovalPolicy_DESTROY },
			"RemovalPolicy must be RETAIN in production, got DESTROY"},
		"RETAIN is the default":                              {func(e *Environment) { e.RemovalPolicy = "" }, ""},
		"production shifts to a new version as a canary":     {func(e *Environment) { e.Shift = release.Shift{} }, "Shift must be a canary in production"},
		"in GOVERNANCE some may delete a record early":       {func(e *Environment) { e.RecordLock = audit.Governance }, `RecordLock must be COMPLIANCE in production, got "GOVERNANCE"`},
		"the default lock is GOVERNANCE":                     {func(e *Environment) { e.RecordLock = "" }, `RecordLock must be COMPLIANCE in production, got ""`},
		"production sets the retention of its records":       {func(e *Environment) { e.RecordRetention = 0 }, "RecordRetention is required in production, got none: at least 9132 days"},
		"a day less than the floor":                          {func(e *Environment) { e.RecordRetention -= day }, `RecordRetention must be at least 9132 days in "prod", got 9131 days: the records of a trial are kept that long`},
		"longer than the floor":                              {func(e *Environment) { e.RecordRetention += 5 * 365 * day }, ""},
		"without a cohort production has no records":         {func(e *Environment) { e.Cohort, e.RecordLock, e.RecordRetention = nil, "", 0 }, ""},
		"every name that begins with prod is production":     {func(e *Environment) { e.Name, e.LogRetention = "produs", "" }, "LogRetention is required"},
		"staging may delete logs and keys":                   {func(e *Environment) { e.Name, e.RemovalPolicy = "staging", awscdk.RemovalPolicy_DESTROY }, ""},
		"staging may leave out the retention of its logs":    {func(e *Environment) { e.Name, e.LogRetention = "staging", "" }, ""},
		"staging may shift all at once":                      {func(e *Environment) { e.Name, e.Shift = "staging", release.Shift{} }, ""},
		"staging may leave out the retention of its records": {func(e *Environment) { e.Name, e.RecordLock, e.RecordRetention = "staging", "", 0 }, ""},
		"a day less than the floor of staging":               {func(e *Environment) { e.Name, e.RecordRetention = "staging", 29*day }, `RecordRetention must be at least 30 days in "staging", got 29 days`},
		"the floor of staging is lower":                      {func(e *Environment) { e.Name, e.RecordRetention = "staging", 30*day }, ""},
		"the company's trail may have the logs":              {func(e *Environment) { e.Name, e.LogRetention, e.Cohort.TrailLogGroup = "staging", "", "company/trail" }, ""},
		"production sets the names of people":                {func(e *Environment) { e.Cohort.SessionNames = "" }, "Cohort.SessionNames is required with Approvers in production, got none"},
		"staging may leave out the names of people":          {func(e *Environment) { e.Name, e.Cohort.SessionNames = "staging", "" }, ""},
		"production without records for one subject needs a reason": {func(e *Environment) { e.WithoutSubjectRecords = " " },
			"WithoutSubjectRecords is required in production, got none: the stack that scores one subject has neither decision records nor a trail"},
		"staging needs no reason": {func(e *Environment) { e.Name, e.WithoutSubjectRecords = "staging", "" }, ""},
	}
	for _, reason := range slices.Sorted(maps.Keys(rows)) {
		row := rows[reason]
		t.Run(reason, func(t *testing.T) {
			prod := prodEnvironment()
			row.change(&prod)
			err := prod.Validate()
			switch {
			case row.fault == "" && err != nil:
				t.Errorf("got %v, want no fault", err)
			case row.fault != "" && (err == nil || !strings.Contains(err.Error(), row.fault) || strings.Contains(err.Error(), "\n")):
				t.Errorf("got %v, want one fault with %q", err, row.fault)
			}
		})
	}
}
