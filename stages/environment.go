// Package stages puts the construct into environments: typed, validated values (environments.go), each synthesized as a
// Stage with its stack.
package stages

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/risk"
)

// Environment is one deployment of the pipeline.
type Environment struct {
	// Name is the environment's name, lower-case letters and digits, for instance "dev". The stage's id is the name with a
	// capital letter, so that `cdk deploy 'Dev/*'` deploys it.
	Name string

	// Account is the AWS account, 12 digits. Default: the one that the AWS command line is configured for at deployment.
	Account string

	// Region is the AWS region, for instance "eu-central-1". Default: the one that the AWS command line is configured for
	// at deployment.
	Region string

	// Extraction prepares the features.
	Extraction risk.Extraction

	// EndpointName is the SageMaker endpoint that scores a subject.
	EndpointName string

	// Threshold is the risk of dropout above which the team is alerted. Default: 0.75.
	Threshold float64

	// AlertEmails are the addresses that are subscribed to the alerts. Default: nobody.
	AlertEmails []string

	// LogRetention is how long CloudWatch Logs keeps the events of the executions. Default: ten years.
	LogRetention awslogs.RetentionDays

	// Cohort adds a stack that scores whole cohorts. Default: no such stack.
	Cohort *CohortEnvironment

	// RecordLock is the Object Lock of the cohorts' decision records. Default: GOVERNANCE.
	RecordLock audit.LockMode

	// RecordRetention is how long a decision record is locked, in whole days. Default: one year.
	RecordRetention time.Duration

	// RemovalPolicy says what becomes of log group and key when the stack is deleted. Default: RETAIN.
	RemovalPolicy awscdk.RemovalPolicy
}

var (
	namePattern    = regexp.MustCompile(`^[a-z][a-z0-9]{0,30}$`)
	accountPattern = regexp.MustCompile(`^\d{12}$`)
	regionPattern  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`)
)

// Validate reports every fault of the environment at once.
func (e Environment) Validate() error {
	var faults []error
	report := func(format string, values ...any) { faults = append(faults, fmt.Errorf(format, values...)) }
	if !namePattern.MatchString(e.Name) {
		report("Name must be 1 to 31 lower-case letters and digits and start with a letter, got %q", e.Name)
	}
	if e.Account != "" && !accountPattern.MatchString(e.Account) {
		report("Account must be 12 digits, got %q", e.Account)
	}
	if e.Region != "" && !regionPattern.MatchString(e.Region) {
		report(`Region must be an AWS region such as "eu-central-1", got %q`, e.Region)
	}
	faults = append(faults, e.pipeline().Validate(), prefixed("Record", e.recordStore().Validate()))
	if e.Cohort != nil {
		faults = append(faults, e.Cohort.validate(e))
	}
	return named(e.Name, errors.Join(faults...))
}

// Validate reports every fault of all environments, and names that occur twice.
func Validate(environments []Environment) error {
	if len(environments) == 0 {
		return errors.New("environments: at least one is required, got none")
	}
	var faults []error
	seen := map[string]bool{}
	for _, e := range environments {
		faults = append(faults, e.Validate())
		if seen[e.Name] {
			faults = append(faults, fmt.Errorf("environment %q: Name must be unique, got it twice", e.Name))
		}
		seen[e.Name] = true
	}
	return errors.Join(faults...)
}

// StageID is the id of the environment's stage: its name with a capital letter.
func (e Environment) StageID() string { return strings.ToUpper(e.Name[:1]) + e.Name[1:] }

func (e Environment) pipeline() *risk.ClinicalRiskPipelineProps {
	return &risk.ClinicalRiskPipelineProps{
		Environment:   e.Name,
		Extraction:    e.Extraction,
		EndpointName:  e.EndpointName,
		Threshold:     e.Threshold,
		AlertEmails:   e.AlertEmails,
		LogRetention:  e.LogRetention,
		RemovalPolicy: e.RemovalPolicy,
	}
}

func (e Environment) recordStore() *audit.RecordStoreProps {
	return &audit.RecordStoreProps{Lock: e.RecordLock, Retention: e.RecordRetention}
}

// named puts the environment's name in front of each fault.
func named(name string, err error) error { return prefixed(fmt.Sprintf("environment %q: ", name), err) }

// prefixed puts a text in front of each fault.
func prefixed(prefix string, err error) error {
	if err == nil {
		return nil
	}
	lines := strings.Split(err.Error(), "\n")
	for i, line := range lines {
		lines[i] = prefix + line
	}
	return errors.New(strings.Join(lines, "\n"))
}
