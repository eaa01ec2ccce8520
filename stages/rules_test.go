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
func TestProductionHasToKeepMoreAndToTakeMoreCare(t *testing.T) {
	rows := map[string]struct {
		change func(*Environment)
		fault  string // a part of the only fault; empty: none
	}{
		"the logs' retention is somebody's decision": {func(e *Environment) { e.LogRetention = "" }, "LogRetention is required in production"},
		"logs and keys outlive the stack": {func(e *Environment) { e.RemovalPolicy = awscdk.RemovalPolicy_DESTROY },
			"RemovalPolicy must be RETAIN in production, got DESTROY"},
		"to retain is the default":             {func(e *Environment) { e.RemovalPolicy = "" }, ""},
		"a new version begins with a share":    {func(e *Environment) { e.Shift = release.Shift{} }, "Shift must be a canary in production"},
		"nobody deletes a record early":        {func(e *Environment) { e.RecordLock = audit.Governance }, `RecordLock must be COMPLIANCE in production, got "GOVERNANCE"`},
		"the default lock lets custodians":     {func(e *Environment) { e.RecordLock = "" }, `RecordLock must be COMPLIANCE in production, got ""`},
		"the records' retention is a decision": {func(e *Environment) { e.RecordRetention = 0 }, "RecordRetention is required in production, got none: at least 9132 days"},
		"a day less than the floor":            {func(e *Environment) { e.RecordRetention -= day }, `RecordRetention must be at least 9132 days in "prod", got 9131 days: the records of a trial are kept that long`},
		"a stack without records needs a reason": {func(e *Environment) { e.WithoutSubjectRecords = " " },
			"WithoutSubjectRecords is required in production, got none: the stack that scores one subject has neither decision records nor a trail"},
		"staging needs no reason":              {func(e *Environment) { e.Name, e.WithoutSubjectRecords = "staging", "" }, ""},
		"longer than the floor":                {func(e *Environment) { e.RecordRetention += 5 * 365 * day }, ""},
		"without cohorts there are no records": {func(e *Environment) { e.Cohort, e.RecordLock, e.RecordRetention = nil, "", 0 }, ""},
		"production in another region, too":    {func(e *Environment) { e.Name, e.LogRetention = "produs", "" }, "LogRetention is required"},
		"staging deletes what it wrote":        {func(e *Environment) { e.Name, e.RemovalPolicy = "staging", awscdk.RemovalPolicy_DESTROY }, ""},
		"staging's logs have a default":        {func(e *Environment) { e.Name, e.LogRetention = "staging", "" }, ""},
		"staging shifts at once":               {func(e *Environment) { e.Name, e.Shift = "staging", release.Shift{} }, ""},
		"staging's records have a default":     {func(e *Environment) { e.Name, e.RecordLock, e.RecordRetention = "staging", "", 0 }, ""},
		"staging keeps records for some time":  {func(e *Environment) { e.Name, e.RecordRetention = "staging", 29*day }, `RecordRetention must be at least 30 days in "staging", got 29 days`},
		"staging's floor is lower":             {func(e *Environment) { e.Name, e.RecordRetention = "staging", 30*day }, ""},
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
