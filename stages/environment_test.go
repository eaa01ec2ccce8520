package stages

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clinical-risk-pipeline/constructs/approval"
)

func TestTheEnvironmentsAreValid(t *testing.T) {
	if err := Validate(Environments()); err != nil {
		t.Fatal(err)
	}
}

// Requirements: SRC-11
func TestValidateNamesTheEnvironmentWithEveryFault(t *testing.T) {
	prod := prodEnvironment()
	prod.Account, prod.Region, prod.Threshold, prod.EndpointName = "12", "Frankfurt", 1.2, ""
	prod.Wave, prod.Alarms.ModelErrors, prod.Tags = "Prod", -1, map[string]string{"environment": "live", "aws:x": ""}
	prod.Shift.Percentage = 100
	got := Validate([]Environment{prod})
	want := strings.Join([]string{
		`environment "prod": Account must be 12 digits, got "12"`,
		`environment "prod": Region must be an AWS region such as "eu-central-1", got "Frankfurt"`,
		`environment "prod": Wave must be 1 to 31 lower-case letters and digits and start with a letter, got "Prod"`,
		`environment "prod": EndpointName must be 1 to 63 letters, digits and inner hyphens, got ""`,
		`environment "prod": Threshold must be greater than 0 and less than 1, got 1.2`,
		`environment "prod": Alarms.ModelErrors must be at least 1, got -1`,
		`environment "prod": Shift.Percentage must be from 1 to 99, got 100`,
		`environment "prod": Tags must have keys of 1 to 128 characters that do not begin with "aws:", got "aws:x"`,
		`environment "prod": Tags must not set "environment", which every stack has`,
	}, "\n")
	if got == nil || got.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", got, want)
	}
}

func TestValidateReadsNamesAndRegions(t *testing.T) {
	for reason, row := range map[string]struct {
		change func(*Environment)
		fault  string // a part of the fault, empty for none
	}{
		"a GovCloud region has four parts":            {func(e *Environment) { e.Region = "us-gov-west-1" }, ""},
		"an availability zone is not a region":        {func(e *Environment) { e.Region = "eu-central-1a" }, "Region"},
		"a region must exist":                         {func(e *Environment) { e.Region = "eu-middle-1" }, "Region"},
		"the settings of the promotion take its name": {func(e *Environment) { e.Name = "promotion" }, "Name"},
		"a name has no capitals":                      {func(e *Environment) { e.Name = "Dev" }, "Name"},
		"a name is required, as it is part of ids":    {func(e *Environment) { e.Name = "" }, "Name"},
		"an account has no hyphens":                   {func(e *Environment) { e.Account = "1234-5678-9012" }, "Account"},
		"an account may start with zero":              {func(e *Environment) { e.Account = "012345678901" }, ""},
	} {
		t.Run(reason, func(t *testing.T) {
			environment := devEnvironment()
			row.change(&environment)
			err := environment.Validate()
			if row.fault == "" && err != nil || row.fault != "" && (err == nil || !strings.Contains(err.Error(), row.fault+" must")) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestValidateRefusesDuplicateNamesAndAnEmptyList(t *testing.T) {
	dev := devEnvironment()
	if err := Validate([]Environment{dev, dev}); err == nil || !strings.Contains(err.Error(), "must be unique") {
		t.Errorf("two environments of one name: got %v", err)
	}
	if err := Validate(nil); err == nil {
		t.Error("no environments: got no error")
	}
}

func TestValidateReportsTheFaultsOfACohortOnceEach(t *testing.T) {
	dev := devEnvironment()
	dev.EndpointName, dev.RecordLock, dev.BreakGlassRole = "", "FOREVER", "user/jane"
	cohort := *dev.Cohort
	cohort.BucketName, cohort.BucketKey, cohort.Review = "My_Bucket", "alias/key", "a:b"
	cohort.Approvers = []string{"Jane", "user/jane", "user/jane"}
	cohort.ApprovalDeadline, cohort.RunEvery = time.Hour, 30*day
	cohort.SessionNames, cohort.TrailLogGroup, cohort.TrailLogKey = ".*", "a log group", "alias/key"
	cohort.Machines = []approval.Machine{{Principal: "Nightly", Service: "scheduler"}, {Principal: "user/jane"}, {Principal: "role/Nightly"}, {Principal: "role/Nightly"}}
	cohort.Roster = map[string]string{"jane": " "}
	cohort.Incident = &Incident{Instance: "example.service-now.com", ConnectionARN: "now", Urgency: 4}
	cohort.Scoring.BatchSize = 5000
	dev.Cohort = &cohort
	want := strings.Join([]string{
		`environment "dev": EndpointName must be 1 to 63 letters, digits and inner hyphens, got ""`,
		`environment "dev": RecordLock must be GOVERNANCE or COMPLIANCE, got "FOREVER"`,
		`environment "dev": BreakGlassRole must be "role/NAME" or the ARN of a role, got "user/jane"`,
		`environment "dev": Cohort.BucketName must be the name of a bucket, 3 to 63 lower-case letters, digits, dots and hyphens, got "My_Bucket"`,
		`environment "dev": Cohort.BucketKey must be the ARN of a key, got "alias/key"`,
		`environment "dev": Cohort.Review must be the name of a state machine, 1 to 80 letters, digits, hyphens and underscores, got "a:b"`,
		`environment "dev": Cohort.Approvers[0] must be "role/NAME", "user/NAME", or the ARN of a role or user, got "Jane"`,
		`environment "dev": Cohort.Approvers[2] must be unique, got "user/jane" twice`,
		`environment "dev": Cohort.Machines[0].Principal must be "role/NAME", "user/NAME", or the ARN of a role or user, got "Nightly"`,
		`environment "dev": Cohort.SessionNames must match the names of people only, such as "[a-z.]+@example\\.com", got ".*", which also matches "x"`,
		`environment "dev": Cohort.Machines[0].Service must be the name of an AWS service, such as "scheduler.amazonaws.com", got "scheduler"`,
		`environment "dev": Cohort.Machines[1] must not be one of the Approvers, whose sessions are people`,
		`environment "dev": Cohort.Machines[3] must differ from the others`,
		`environment "dev": Cohort.Roster["jane"] must have 1 to 200 printable characters in one line, got " "`,
		`environment "dev": Cohort.TrailLogGroup must be the name of a log group, got "a log group"`,
		`environment "dev": Cohort.TrailLogKey must be the ARN of the key that encrypts TrailLogGroup, got "alias/key"`,
		`environment "dev": Cohort.ApprovalDeadline must be at least 2h0m0s, to leave time for a warning, got 1h0m0s`,
		`environment "dev": Cohort.Incident.ConnectionARN must be the ARN of an EventBridge connection, got "now"`,
		`environment "dev": Cohort.Incident.SecretARN must be the ARN of a secret, got ""`,
		`environment "dev": Cohort.Incident.Instance must be a URL without a path, "https://example.service-now.com", got "example.service-now.com"`,
		`environment "dev": Cohort.Incident.Urgency must be from 1 to 3, got 4`,
		`environment "dev": Cohort.RunEvery must be whole hours from 1h0m0s to 168h0m0s, got 720h0m0s`,
		`environment "dev": Cohort.BatchSize must be from 1 to 1000, got 5000`,
	}, "\n")
	if err := dev.Validate(); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestARosterNeedsApprovers(t *testing.T) {
	dev := devEnvironment()
	cohort := *dev.Cohort
	cohort.Approvers, cohort.Roster = nil, map[string]string{"jane": "Jane Doe"}
	dev.Cohort = &cohort
	if err := dev.Validate(); err == nil || !strings.Contains(err.Error(), "Cohort.Approvers are required with a Roster, got none") {
		t.Errorf("got %v", err)
	}
}

func TestTheApprovalDeadlineHasBounds(t *testing.T) {
	for reason, row := range map[string]struct {
		cohort CohortEnvironment
		fault  string
	}{
		"the bounds of the construct apply": {
			CohortEnvironment{BucketName: "cohorts", Approvers: []string{"role/Lead"}, ApprovalDeadline: 31 * day},
			`environment "dev": Cohort.ApprovalDeadline must be whole seconds from 1m0s to 720h0m0s, got 744h0m0s`,
		},
		"a deadline as long as the trail's logs are kept": {
			CohortEnvironment{BucketName: "cohorts", Approvers: []string{"role/Lead"}, ApprovalDeadline: 30 * day},
			`environment "dev": Cohort.ApprovalDeadline must be shorter than the environment's LogRetention, 720h0m0s: afterwards nobody knows who started the run, got 720h0m0s`,
		},
		"a deadline needs approvers": {
			CohortEnvironment{BucketName: "cohorts", ApprovalDeadline: 3 * time.Hour},
			`environment "dev": Cohort.Approvers are required with an ApprovalDeadline, got none`,
		},
	} {
		dev := devEnvironment()
		dev.Cohort = &row.cohort
		if err := dev.Validate(); err == nil || err.Error() != row.fault {
			t.Errorf("%s: got %v", reason, err)
		}
	}
}

func TestFieldsOfAnApprovalNeedApprovers(t *testing.T) {
	dev := devEnvironment()
	dev.Cohort = &CohortEnvironment{BucketName: "cohorts", SessionNames: "ada|grace", Machines: []approval.Machine{{Principal: "role/Nightly"}}, TrailLogGroup: "trail"}
	want := strings.Join([]string{
		`environment "dev": Cohort.Approvers are required with SessionNames, got none`,
		`environment "dev": Cohort.Approvers are required with Machines, got none`,
		`environment "dev": Cohort.Approvers are required with a TrailLogGroup, got none`,
	}, "\n")
	if err := dev.Validate(); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestProductionComesLast(t *testing.T) {
	all := exampleEnvironments()
	slices.Reverse(all)
	err := Validate(all)
	for _, name := range []string{"staging", "dev"} {
		if want := fmt.Sprintf(`environment %q: must come before "prod"`, name); err == nil || strings.Count(err.Error(), want) != 1 {
			t.Errorf("want once %s, got %v", want, err)
		}
	}
}
