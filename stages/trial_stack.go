package stages

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/constructs/alerts"
	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/function"
	"clinical-risk-pipeline/constructs/monitoring"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/workflow"
	"clinical-risk-pipeline/workflow/trial"
)

// The ids of the constructs in a trial's stack, and of the registry. They are part of the names of deployed resources: never change them.
const (
	registryID   = "Registry"
	operationsID = "OperationsTopic"
	alertsID     = "Alerts"
)

// trialsFolder is the folder of the main module with the trials' files.
const trialsFolder = "trials"

// RegisteredTrials returns the trials whose files are in the folder trials of the main module. It panics with every fault of the files.
func RegisteredTrials() []*trial.Trial {
	root, err := function.Root()
	if err != nil {
		panic(err)
	}
	trials, err := trial.LoadAll(filepath.Join(root, trialsFolder))
	if err != nil {
		panic(err)
	}
	return trials
}

var notInStackNames = regexp.MustCompile(`[^A-Za-z0-9-]`)

// trialStackName is the end of the name of a trial's stack: names of stacks have letters, digits and hyphens only.
func trialStackName(id string) string { return notInStackNames.ReplaceAllString(id, "-") }

// validateTrials reports the faults of the registered trials. Those of their files are reported when the files are read.
func (e Environment) validateTrials() fault.List {
	var faults fault.List
	if len(e.Trials) > 0 && e.Cohort == nil {
		faults.Add("Cohort", "is required with Trials: it says where their cohorts are, and who approves", fault.Text("none"))
	}
	names := map[string]string{workflow.SubjectStack: "the stack of one subject", workflow.CohortStack: "the stack of cohorts", workflow.RecordStack: "the stack of the records"}
	for i, t := range e.Trials {
		field := fmt.Sprintf("Trials[%d]", i)
		if t == nil {
			faults.Add(field, "is required: a trial that trial.Load read", fault.Text("none"))
			continue
		}
		name := trialStackName(t.ID)
		if other, taken := names[name]; taken {
			faults.Add(field, fmt.Sprintf("must have an id whose stack differs from %s", other), t.ID)
		}
		names[name] = "that of " + t.ID
	}
	return faults
}

// trialRecords is what the trials of an environment share.
type trialRecords struct {
	records  *audit.RecordStore
	trail    *audit.Trail
	registry *alerts.Registry
}

// addTrialRecords adds the record store, the trail and the registry of the trials to the stack, and alarms over what keeps them.
func addTrialRecords(stack awscdk.Stack, e Environment) *trialRecords {
	shared := &trialRecords{}
	shared.records, shared.trail = e.addRecords(stack, e.Trials[0].Endpoint.Name)
	for _, t := range e.Trials[1:] {
		shared.trail.LogModel(t.Endpoint.Name)
	}
	shared.registry = alerts.NewRegistry(stack, registryID, &alerts.RegistryProps{RemovalPolicy: e.RemovalPolicy})
	operations := awssns.NewTopic(stack, jsii.String(operationsID), &awssns.TopicProps{
		DisplayName: jsii.String("Clinical risk operations"), MasterKey: shared.registry.Key(), EnforceSSL: jsii.Bool(true),
	})
	monitoring.NewProtection(stack, monitoringID, &monitoring.ProtectionProps{Trail: shared.trail, Operations: operations})
	output(stack, "OperationsTopicArn", "Subscribe operations to this topic.", *operations.TopicArn())
	output(stack, workflow.RecordBucket, "The decision records, the exclusions, the approvals and the transitions of alerts.", *shared.records.Bucket().BucketName())
	return shared
}

// addRecords adds a record store and its trail.
func (e Environment) addRecords(stack awscdk.Stack, endpoint string) (*audit.RecordStore, *audit.Trail) {
	store := e.recordStore()
	if e.BreakGlassRole != "" {
		store.BreakGlass = []string{principalARN(stack, e.BreakGlassRole)}
	}
	records := audit.NewRecordStore(stack, recordsID, store)
	return records, audit.NewTrail(stack, trailID, &audit.TrailProps{
		Records: records, EndpointName: endpoint, LogRetention: cmp.Or(e.LogRetention, awslogs.RetentionDays_TEN_YEARS),
	})
}

// addTrial adds the pipeline of a registered trial to the stack, with its alerts and, where the trial's file has approvers, its approval.
func addTrial(stack awscdk.Stack, e Environment, t *trial.Trial, shared *trialRecords) *deployment {
	e = e.forTrial(t)
	scoring := e.Cohort.Scoring
	scoring.Bucket = e.Cohort.bucket(stack)
	life := alerts.NewAlerts(stack, alertsID, &alerts.AlertsProps{
		Trial: t, Registry: shared.registry, Records: shared.records, CohortBucket: scoring.Bucket, CohortPrefix: scoring.Prefix,
		People: people(stack, t), SessionNames: e.Cohort.SessionNames, LogRetention: e.LogRetention, RemovalPolicy: e.RemovalPolicy,
	})
	shared.trail.LogInvocations(life.ActFunctionARN())

	props, watch := e.pipeline(), e.monitoring()
	watch.RunEvery = t.RunEvery()
	if !life.Scheduled() {
		watch.RunEvery = 0
	}
	watch.Alerting = &monitoring.Alerting{Update: life.UpdateFunction(), Watch: life.WatchFunction(), Act: life.ActFunction(), Missed: life.Missed(), Trial: t}
	watch.DeadLetters = life.Undelivered()
	props.Alerts, props.AlertTopic, props.AlertEmails = life, life.Topic(), nil
	props.Records, props.Cohort = shared.records, &scoring
	if len(e.Cohort.Approvers) > 0 && t.IsActive() {
		if life.Scheduled() {
			e.Cohort.Machines = append(e.Cohort.Machines, approval.Machine{Principal: life.StarterARN(), Service: "scheduler.amazonaws.com"})
		}
		props.Approval = e.addApproval(stack, shared.records, shared.trail, true)
		shared.trail.LogInvocations(props.Approval.DecideFunctionARN())
		watch.Approvals = &monitoring.Approvals{
			Requests: props.Approval.Table(), Decisions: props.Approval.DecideFunction().LogGroup(), Deadline: props.Approval.Deadline(),
		}
	}
	if t.IsActive() {
		props.Downstream = e.Cohort.downstream(stack)
	}
	deployed := addPipeline(stack, e, props, watch)
	life.RunOnSchedule(deployed.release.AliasARN())
	output(stack, workflow.ActFunction, "People see and act on alerts with this function: clinicalrisk alerts --function.", *life.ActFunction().FunctionArn())
	output(stack, "WorklistBucket", "The worklists of the sites.", *life.Worklists().BucketName())
	return deployed
}

// forTrial returns the environment with what the trial's file says: endpoint, threshold, data and approvers.
func (e Environment) forTrial(t *trial.Trial) Environment {
	e.EndpointName, e.Threshold = t.Endpoint.Name, t.Threshold.Value
	e.EndpointVariant = cmp.Or(t.Endpoint.Variant, e.EndpointVariant)
	e.Extraction = risk.OfTrial(e.Extraction, t)
	cohort := *e.Cohort
	cohort.Scoring.Prefix = cmp.Or(cohort.Scoring.Prefix, "cohorts") + "/" + t.ID
	cohort.Approvers, cohort.TrialID = nil, t.ID
	for _, approver := range t.Approvers {
		cohort.Approvers = append(cohort.Approvers, approver.Principals...)
	}
	cohort.Machines = append([]approval.Machine(nil), cohort.Machines...)
	e.Cohort = &cohort
	return e
}

// people returns the ARNs of the people of each role of the trial's recipients.
func people(stack awscdk.Stack, t *trial.Trial) map[string][]string {
	people := map[string][]string{}
	for _, recipient := range t.Recipients {
		for _, principal := range recipient.Principals {
			people[recipient.Role] = append(people[recipient.Role], principalARN(stack, principal))
		}
	}
	return people
}

// newTrialStack adds the stack of a trial to the stage.
func (s *stage) newTrialStack(environment Environment, t *trial.Trial) awscdk.Stack {
	stack := s.newStack(t.ID, fmt.Sprintf("Clinical risk pipeline for the trial %s, %s", t.ID, environment.Name), environment)
	if name := trialStackName(t.ID); name != t.ID {
		panic(fmt.Errorf("trial %q: the id must have letters, digits and hyphens only, as names of stacks do, such as %q", t.ID, strings.Trim(name, "-")))
	}
	awscdk.Tags_Of(stack).Add(jsii.String("trial"), &t.ID, nil)
	return stack
}
