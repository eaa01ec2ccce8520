// Package stages puts the construct into environments: typed, validated values (environments.go). Each becomes a Stage with
// its stacks, and a pipeline promotes through them (promotion.go). Values that a team changes without a commit come from the
// CDK's context and from environment variables (settings.go).
package stages

import (
	"fmt"
	"regexp"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/monitoring"
	"clinical-risk-pipeline/constructs/release"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/trial"
)

// Environment is one deployment of the pipeline. An environment whose name begins with "prod" is production and has stricter
// rules: see rules.go.
type Environment struct {
	// Name is the environment's name, lower-case letters and digits, for instance "dev". The stage's id is the name with a
	// capital first letter, so that `cdk deploy 'Dev/*'` deploys it. "promotion" is reserved.
	Name string

	// Account is the AWS account, 12 digits; a setting. A promotion and the deployment of production require it. Default: the
	// account that the AWS command line is configured for at deployment.
	Account string

	// Region is the AWS region, for instance "eu-central-1"; a setting. A promotion and the deployment of production require
	// it. Default: the region that the AWS command line is configured for at deployment.
	Region string

	// Extraction prepares the features. The ClusterID of an EMRStep, and the Script of every job that has one, are settings.
	Extraction risk.Extraction

	// EndpointName is the SageMaker endpoint that scores a subject; a setting.
	EndpointName string

	// EndpointVariant is the endpoint's production variant, which five alarms watch; a setting. With a wrong one they see nothing.
	// `aws sagemaker describe-endpoint` lists the variants. A deployment requires it. Default: "AllTraffic", to try a template.
	EndpointVariant string

	// Container says in which forms the endpoint's container takes subjects and gives their scores, in both stacks. Default: the forms of
	// risk.ClinicalRiskPipelineProps.
	Container *risk.Container

	// Threshold is the risk of dropout above which the team gets an alert. Default: 0.75.
	Threshold float64

	// AlertEmails are the addresses that subscribe to the alerts. Default: nobody.
	AlertEmails []string

	// Alarms tune the alarms that reach operations. Default: see [Alarms].
	Alarms Alarms

	// Cohort adds a stack that scores whole cohorts. Default: no such stack.
	Cohort *CohortEnvironment

	// Trials are registered trials, each with a stack of its own, over a record store, a trail and a registry that they share. It needs a
	// Cohort, which says where cohorts are, and whom a run is started and followed by. Default: none.
	Trials []*trial.Trial

	// LogRetention is how long CloudWatch Logs keeps the events of the executions. Required in production. Default: ten
	// years.
	LogRetention awslogs.RetentionDays

	// RecordLock is the Object Lock of the cohorts' decision records: COMPLIANCE in production. Default: GOVERNANCE.
	RecordLock audit.LockMode

	// RecordRetention is how long a decision record is locked, in whole days: at least 25 years in production, 30 days
	// elsewhere. Required in production. Default: one year.
	RecordRetention time.Duration

	// BreakGlassRole is the IAM role that may disable the keys of decision records and trail, or schedule their deletion:
	// "role/NAME" in the environment's own account, with the path if it has one, or a whole ARN. The role need not exist yet.
	// Default: nobody.
	BreakGlassRole string

	// WithoutSubjectRecords is the reason, for an auditor, why nobody needs a decision record of an execution that scores one
	// subject: the stack of those executions has neither a record store nor a trail. The reason becomes part of that stack's
	// template. Required in production. Default: none.
	WithoutSubjectRecords string

	// RemovalPolicy says what happens to log group and key when the stack is deleted: RETAIN in production. Default: RETAIN.
	RemovalPolicy awscdk.RemovalPolicy

	// Shift says how executions move to a new version: as a canary in production. Default: all at once.
	Shift release.Shift

	// Tags are added to everything that can have tags, besides "application" and "environment". Default: none.
	Tags map[string]string

	// Wave is the step of a promotion that deploys the environment together with the others of the same wave: the same
	// environment in other regions. Default: a wave of its own.
	Wave string
}

var (
	namePattern    = regexp.MustCompile(`^[a-z][a-z0-9]{0,30}$`)
	accountPattern = regexp.MustCompile(`^\d{12}$`)
	rolePattern    = regexp.MustCompile(`^(arn:aws[a-z-]*:iam::\d{12}:)?role/([\w+=,.@-]+/)*[\w+=,.@-]+$`)
)

// Validate reports every fault of the environment at once, as a [fault.List].
//
// Requirements: SRC-11
func (e Environment) Validate() error {
	var faults fault.List
	if !namePattern.MatchString(e.Name) || e.Name == promotionOwner {
		faults.Add("Name", fmt.Sprintf("must be 1 to 31 lower-case letters and digits, start with a letter, and not be %q", promotionOwner), e.Name)
	}
	if e.Account != "" && !accountPattern.MatchString(e.Account) {
		faults.Add("Account", "must be 12 digits", e.Account)
	}
	if e.Region != "" && !IsRegion(e.Region) {
		faults.Add("Region", `must be an AWS region such as "eu-central-1"`, e.Region)
	}
	if e.Wave != "" && !namePattern.MatchString(e.Wave) {
		faults.Add("Wave", "must be 1 to 31 lower-case letters and digits and start with a letter", e.Wave)
	}
	faults.Include(fault.In(e.pipeline().Validate()))
	faults.Include(fault.In(e.recordStore().Validate()).Named("Record"))
	if e.BreakGlassRole != "" && !rolePattern.MatchString(e.BreakGlassRole) {
		faults.Add("BreakGlassRole", `must be "role/NAME" or the ARN of a role`, e.BreakGlassRole)
	}
	faults.Include(e.Alarms.validate().Under("Alarms"))
	faults.Include(fault.In(e.Shift.Validate()).Under("Shift"))
	faults.Include(validateTags(e.Tags))
	if e.Cohort != nil {
		faults.Include(e.Cohort.validate(e))
	}
	faults.Include(e.validateTrials())
	faults.Include(e.validateRules())
	return faults.Of(e.owner()).Err()
}

// owner is the name of the environment in faults.
func (e Environment) owner() string { return fmt.Sprintf("environment %q", e.Name) }

// Validate reports every fault of all environments, duplicate names, and environments after production.
func Validate(environments []Environment) error {
	var faults fault.List
	if len(environments) == 0 {
		return fault.List{{Owner: "environments", Rule: "at least one is required", Got: "none"}}
	}
	seen := map[string]bool{}
	production := "" // the first one
	for _, e := range environments {
		faults.Include(fault.In(e.Validate()))
		var order fault.List
		switch {
		case e.production() && production == "":
			production = e.Name
		case !e.production() && production != "":
			order.Add("", fmt.Sprintf("must come before %q: production is last", production))
		}
		if seen[e.Name] {
			order.Add("Name", "must be unique", fault.Twice(e.Name))
		}
		seen[e.Name] = true
		faults.Include(order.Of(e.owner()))
	}
	return faults.Err()
}

// StageID returns the id of the environment's stage: its name with a capital first letter.
func (e Environment) StageID() string { return workflow.StageID(e.Name) }

func (e Environment) pipeline() *risk.ClinicalRiskPipelineProps {
	return &risk.ClinicalRiskPipelineProps{
		Environment:   e.Name,
		Extraction:    e.Extraction,
		EndpointName:  e.EndpointName,
		Container:     e.Container,
		Threshold:     e.Threshold,
		AlertEmails:   e.AlertEmails,
		LogRetention:  e.LogRetention,
		RemovalPolicy: e.RemovalPolicy,
	}
}

func (e Environment) recordStore() *audit.RecordStoreProps {
	return &audit.RecordStoreProps{Lock: e.RecordLock, Retention: e.RecordRetention}
}

// release returns the props of the release. A canary rolls back on the alarms that show whether a new version is sound.
func (e Environment) release(machine awsstepfunctions.StateMachine, alarms *monitoring.Monitoring) *release.ReleaseProps {
	props := &release.ReleaseProps{StateMachine: machine, Shift: e.Shift}
	if e.Shift.IsCanary() {
		for _, alarm := range alarms.DeploymentAlarms() {
			props.Alarms = append(props.Alarms, *alarm.Ref())
		}
	}
	return props
}
