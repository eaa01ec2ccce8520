package test

import (
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/stages"
)

// everyFieldHasAnEffect changes each field of a part of an environment. It fails on a field without a change, and on a change
// without an effect. Validation is not an effect: see effects.
func everyFieldHasAnEffect[T any](t *testing.T, base func() stages.Environment, part func(*stages.Environment) *T, changes map[string]func(*T)) {
	t.Helper()
	name := reflect.TypeFor[T]().Name()
	var fields []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		fields = append(fields, field.Name)
	}
	slices.Sort(fields)
	if diff := cmp.Diff(fields, slices.Sorted(maps.Keys(changes))); diff != "" {
		t.Fatalf("%s needs a change for every field: %s", name, diff)
	}
	unchanged := effects(t, base())
	for _, field := range fields {
		environment := base()
		changes[field](part(&environment))
		if cmp.Equal(unchanged, effects(t, environment)) {
			t.Errorf("%s.%s has no effect", name, field)
		}
	}
}

// effects returns everything that a field of an environment may alter: the wave that deploys it, the account and the region of its
// stacks, and their templates.
func effects(t *testing.T, environment stages.Environment) []string {
	t.Helper()
	dir := t.TempDir()
	synthesizeEnvironments(t, dir, environment)
	found := []string{stages.WavesOf([]stages.Environment{environment})[0].Name}
	for _, artifact := range readJSON(t, filepath.Join(dir, "assembly-"+environment.StageID(), "manifest.json"))["artifacts"].(object) {
		if target, ok := artifact.(object)["environment"].(string); ok && !slices.Contains(found, target) {
			found = append(found, target)
		}
	}
	for _, template := range everyTemplateOf(t, dir, environment) {
		found = append(found, text(template))
	}
	return found
}

func TestEveryFieldOfAnEnvironmentHasAnEffect(t *testing.T) {
	everyFieldHasAnEffect(t, smallestEnvironment, func(e *stages.Environment) *stages.Environment { return e }, map[string]func(*stages.Environment){
		"Name":                  func(e *stages.Environment) { e.Name = "qa" },
		"Account":               func(e *stages.Environment) { e.Account = "123456789012" },
		"Region":                func(e *stages.Environment) { e.Region = "eu-central-1" },
		"Container":             func(e *stages.Environment) { e.Container = &risk.Container{Answer: risk.AnswerPairs} },
		"Extraction":            func(e *stages.Environment) { e.Extraction = risk.NoExtraction{} },
		"EndpointName":          func(e *stages.Environment) { e.EndpointName = "other-endpoint" },
		"EndpointVariant":       func(e *stages.Environment) { e.EndpointVariant = "Blue" },
		"Threshold":             func(e *stages.Environment) { e.Threshold = 0.5 },
		"AlertEmails":           func(e *stages.Environment) { e.AlertEmails = []string{"team@example.org"} },
		"Alarms":                func(e *stages.Environment) { e.Alarms.Throttles = 7 },
		"Cohort":                func(e *stages.Environment) { e.Cohort = nil },
		"LogRetention":          func(e *stages.Environment) { e.LogRetention = awslogs.RetentionDays_ONE_MONTH },
		"RecordLock":            func(e *stages.Environment) { e.RecordLock = audit.Compliance },
		"RecordRetention":       func(e *stages.Environment) { e.RecordRetention = 90 * days },
		"BreakGlassRole":        func(e *stages.Environment) { e.BreakGlassRole = "role/BreakGlass" },
		"WithoutSubjectRecords": func(e *stages.Environment) { e.WithoutSubjectRecords = "a reason" },
		"RemovalPolicy":         func(e *stages.Environment) { e.RemovalPolicy = awscdk.RemovalPolicy_DESTROY },
		"Shift":                 func(e *stages.Environment) { e.Shift = release.Shift{Percentage: 10, Interval: time.Hour} },
		"Tags":                  func(e *stages.Environment) { e.Tags = map[string]string{"cost-center": "4711"} },
		"Trials":                func(e *stages.Environment) { e.Trials = stages.RegisteredTrials() },
		"Wave":                  func(e *stages.Environment) { e.Wave = "first" },
	})
}

func TestEveryFieldOfAnEnvironmentsAlarmsHasAnEffect(t *testing.T) {
	base := func() stages.Environment {
		e := smallestEnvironment()
		e.Cohort = nil
		return e
	}
	everyFieldHasAnEffect(t, base, func(e *stages.Environment) *stages.Alarms { return &e.Alarms }, map[string]func(*stages.Alarms){
		"Throttles":    func(a *stages.Alarms) { a.Throttles = 7 },
		"ModelErrors":  func(a *stages.Alarms) { a.ModelErrors = 8 },
		"ModelLatency": func(a *stages.Alarms) { a.ModelLatency = 9 * time.Second },
		"RunEvery":     func(a *stages.Alarms) { a.RunEvery = 24 * time.Hour },
	})
}

func TestEveryFieldOfACohortEnvironmentHasAnEffect(t *testing.T) {
	base := func() stages.Environment {
		e := smallestEnvironment()
		e.LogRetention, e.Cohort.Approvers, e.Cohort.TrailLogGroup = awslogs.RetentionDays_ONE_YEAR, []string{"role/ClinicalOperations"}, "company/trail"
		return e
	}
	everyFieldHasAnEffect(t, base, func(e *stages.Environment) *stages.CohortEnvironment { return e.Cohort }, map[string]func(*stages.CohortEnvironment){
		"BucketName":       func(c *stages.CohortEnvironment) { c.BucketName = "other-bucket" },
		"BucketKey":        func(c *stages.CohortEnvironment) { c.BucketKey = existingKey },
		"TrialID":          func(c *stages.CohortEnvironment) { c.TrialID = "T-1" },
		"Scoring":          func(c *stages.CohortEnvironment) { c.Scoring.BatchSize = 10 },
		"Approvers":        func(c *stages.CohortEnvironment) { c.Approvers = []string{"role/TrialLead"} },
		"Roster":           func(c *stages.CohortEnvironment) { c.Roster = map[string]string{"jane": "Jane Doe"} },
		"ApprovalDeadline": func(c *stages.CohortEnvironment) { c.ApprovalDeadline = 4 * time.Hour },
		"SessionNames":     func(c *stages.CohortEnvironment) { c.SessionNames = `[a-z.]+@example\.com` },
		"Machines":         func(c *stages.CohortEnvironment) { c.Machines = []approval.Machine{{Principal: "role/Nightly"}} },
		"TrailLogGroup":    func(c *stages.CohortEnvironment) { c.TrailLogGroup = "" },
		"TrailLogKey":      func(c *stages.CohortEnvironment) { c.TrailLogKey = existingKey },
		"Review":           func(c *stages.CohortEnvironment) { c.Review = "SubjectReview" },
		"Incident":         func(c *stages.CohortEnvironment) { c.Incident = environmentIncident() },
		"RunEvery":         func(c *stages.CohortEnvironment) { c.RunEvery = 24 * time.Hour },
	})
}

func TestEveryFieldOfAnEnvironmentsIncidentHasAnEffect(t *testing.T) {
	base := func() stages.Environment {
		e := smallestEnvironment()
		e.Cohort.Incident = environmentIncident()
		return e
	}
	everyFieldHasAnEffect(t, base, func(e *stages.Environment) *stages.Incident { return e.Cohort.Incident }, map[string]func(*stages.Incident){
		"Instance": func(i *stages.Incident) { i.Instance = "https://other.service-now.com" },
		"ConnectionARN": func(i *stages.Incident) {
			i.ConnectionARN = "arn:aws:events:eu-central-1:123456789012:connection/other/01234567-89ab-cdef-0123-456789abcdef"
		},
		"SecretARN":       func(i *stages.Incident) { i.SecretARN += "-2" },
		"AssignmentGroup": func(i *stages.Incident) { i.AssignmentGroup = "Clinical operations" },
		"Urgency":         func(i *stages.Incident) { i.Urgency = 1 },
	})
}
