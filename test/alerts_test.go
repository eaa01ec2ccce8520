package test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	lifecycle "clinical-risk-pipeline/constructs/alerts"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/risk"
	"clinical-risk-pipeline/stages"
	"clinical-risk-pipeline/workflow"
	study "clinical-risk-pipeline/workflow/trial"
)

// registeredTemplate is the one stack of a registered trial.
func registeredTemplate(t *testing.T) *pipeline {
	t.Helper()
	return synthesizeStack(t, "simulated registered trial", registeredStack)
}

// A run starts through the alias, at the time of the trial's file, with the trial's id and nothing else.
func TestTheScheduleStartsWhatIsReleased(t *testing.T) {
	p := registeredTemplate(t)
	_, schedule := p.one(t, "AWS::Scheduler::Schedule", "AlertsRun")
	alias, _ := p.one(t, "AWS::StepFunctions::StateMachineAlias", "Release")
	missed, _ := p.one(t, "AWS::SQS::Queue", "AlertsMissed")
	if schedule["ScheduleExpression"] != "cron(30 3 * * ? *)" || schedule["ScheduleExpressionTimezone"] != "Europe/Berlin" || schedule["State"] != "ENABLED" {
		t.Errorf("got %v", schedule)
	}
	target := schedule["Target"].(object)
	if arn := text(target["Arn"]); !strings.Contains(arn, "scheduler:::aws-sdk:sfn:startExecution") {
		t.Errorf("the target is %s", arn)
	}
	want := joined(`{"Input":"{\"trialId\":\"T-1\"}","StateMachineArn":"`, attribute(alias, "Arn"), `"}`)
	if diff := cmp.Diff(any(want), target["Input"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(any(object{"Arn": attribute(missed, "Arn")}), target["DeadLetterConfig"]); diff != "" {
		t.Error(diff)
	}
	_, watch := p.one(t, "AWS::Scheduler::Schedule", "AlertsWatchDaily")
	if watch["ScheduleExpression"] != "cron(0 7 * * ? *)" || watch["ScheduleExpressionTimezone"] != "Europe/Berlin" {
		t.Errorf("got %v", watch)
	}
}

// A subscription gets the messages of its role, and those for everybody, which have no role.
func TestAnAddressGetsTheMessagesOfItsRole(t *testing.T) {
	_, subscription := registeredTemplate(t).one(t, "AWS::SNS::Subscription", "AlertsTopic")
	if subscription["Endpoint"] != "site@example.org" {
		t.Errorf("got %v", subscription)
	}
	want := object{"role": []any{object{"exists": false}, "site-monitor"}}
	if diff := cmp.Diff(any(want), subscription["FilterPolicy"]); diff != "" {
		t.Error(diff)
	}
}

func TestWorklistsAreCopiesForNinetyDays(t *testing.T) {
	p := registeredTemplate(t)
	id, bucket := p.one(t, "AWS::S3::Bucket", "AlertsWorklists")
	rules := bucket["LifecycleConfiguration"].(object)["Rules"].([]any)
	if rule := rules[0].(object); len(rules) != 1 || rule["ExpirationInDays"] != 90.0 || rule["Status"] != "Enabled" {
		t.Errorf("got %v", rules)
	}
	if policy := p.template["Resources"].(object)[id].(object)["DeletionPolicy"]; policy != "RetainExceptOnCreate" {
		t.Errorf("the bucket's deletion policy is %v", policy)
	}
	reads := p.bucketPolicy(t, "AlertsWorklists")["ReadSiteMonitor"]
	if reads == nil || !strings.Contains(text(reads["Resource"]), "/sites/*") || !strings.Contains(text(reads["Principal"]), approverUser) {
		t.Errorf("the site monitor reads by %s", text(reads))
	}
}

// The functions know the trial's file from a layer. What they know is what the definition was made of.
func TestTheFunctionsKnowTheTrialsFile(t *testing.T) {
	p := registeredTemplate(t)
	layer, _ := p.one(t, "AWS::Lambda::LayerVersion", "AlertsTrialFile")
	for _, name := range []string{"AlertsUpdateFunction", "AlertsWatchFunction", "AlertsActFunction"} {
		_, function := p.one(t, "AWS::Lambda::Function", name)
		if diff := cmp.Diff([]any{object{"Ref": layer}}, function["Layers"]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if given := function["FunctionName"].(string); len(given) > 64 {
			t.Errorf("%s has a name of %d characters", given, len(given))
		}
	}
	if digest := registeredTrial().Digest(); !strings.Contains(text(registeredPipeline(t).definition), digest) {
		t.Error("the definition puts no digest of the trial's file into its records")
	}
}

// Nobody is scored in a trial that has not begun or is over, whoever starts the run. Its role may do nothing, and no schedule starts one.
//
// Requirements: SRC-24
func TestARunOfAClosedTrialIsRefused(t *testing.T) {
	for _, status := range []study.Status{study.Planned, study.Closed} {
		p := synthesize(t, "trial "+string(status), func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
			closed := *registeredTrial()
			closed.Status = status
			p := addAlerts(stack, cohortProps(stack), &closed)
			p.Alerts.RunOnSchedule("arn:aws:states:eu-central-1:123456789012:stateMachine:Pipeline:live")
			return p
		})
		w := newWorld(threeNights[0])
		got := p.run(t, object{"trialId": "T-1"}, asl.Options{Handler: w, Name: "run-1", Objects: w.cohorts})
		if got.Error != workflow.TrialNotActiveError || !strings.Contains(got.Cause, "is "+string(status)) {
			t.Errorf("%s: ended as %s with %q, %s", status, got.Status, got.Error, got.Cause)
		}
		if schedules := p.resources("AWS::Scheduler::Schedule"); len(schedules) != 1 {
			t.Errorf("%s: %d schedules, want the watch alone", status, len(schedules))
		}
	}
}

// alertChanges change each prop of the alerts.
var alertChanges = map[string]func(constructs.Construct, *lifecycle.AlertsProps){
	"Trial": func(_ constructs.Construct, p *lifecycle.AlertsProps) {
		other := *p.Trial
		other.TimeZone = "America/New_York"
		p.Trial = &other
	},
	"Registry": func(c constructs.Construct, p *lifecycle.AlertsProps) {
		p.Registry = lifecycle.NewRegistry(c, "Other", nil)
	},
	"Records": func(c constructs.Construct, p *lifecycle.AlertsProps) {
		p.Records = audit.NewRecordStore(c, "OtherRecords", nil)
	},
	"CohortBucket": func(c constructs.Construct, p *lifecycle.AlertsProps) {
		p.CohortBucket = awss3.Bucket_FromBucketName(c, jsii.String("OtherCohorts"), jsii.String("other"))
	},
	"CohortPrefix": func(_ constructs.Construct, p *lifecycle.AlertsProps) { p.CohortPrefix = "other" },
	"People": func(_ constructs.Construct, p *lifecycle.AlertsProps) {
		p.People = map[string][]string{"data-manager": {approverRole}}
	},
	"SessionNames": func(_ constructs.Construct, p *lifecycle.AlertsProps) { p.SessionNames = `[a-z.]+@example\.com` },
	"WatchAt":      func(_ constructs.Construct, p *lifecycle.AlertsProps) { p.WatchAt = 9 },
	"Key": func(c constructs.Construct, p *lifecycle.AlertsProps) {
		p.Key, p.KeyPrepared = awskms.Key_FromKeyArn(c, jsii.String("Existing"), jsii.String(existingKey)), true
	},
	"LogRetention":  func(_ constructs.Construct, p *lifecycle.AlertsProps) { p.LogRetention = awslogs.RetentionDays_ONE_DAY },
	"RemovalPolicy": func(_ constructs.Construct, p *lifecycle.AlertsProps) { p.RemovalPolicy = awscdk.RemovalPolicy_DESTROY },
}

func TestEveryPropOfTheAlertsChangesTheTemplate(t *testing.T) {
	build := func(name string, change func(constructs.Construct, *lifecycle.AlertsProps)) string {
		return text(synthesizeStack(t, "alerts "+name, func(stack awscdk.Stack) {
			p := &lifecycle.AlertsProps{
				Trial: registeredTrial(), Registry: lifecycle.NewRegistry(stack, "Registry", nil), Records: audit.NewRecordStore(stack, "Records", nil),
				CohortBucket: awss3.Bucket_FromBucketName(stack, jsii.String("Cohorts"), jsii.String("cohorts-bucket")), CohortPrefix: "cohorts",
			}
			if change != nil {
				change(stack, p)
			}
			lifecycle.NewAlerts(stack, "Alerts", p)
		}).template)
	}
	unchanged := build("unchanged", nil)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[lifecycle.AlertsProps]()) {
		if field.Name == "KeyPrepared" {
			continue // see TestImportedKeys
		}
		change := alertChanges[field.Name]
		if change == nil {
			t.Errorf("the prop %s needs a change", field.Name)
		} else if build(field.Name, change) == unchanged {
			t.Errorf("the prop %s does not change the template", field.Name)
		}
	}
}

func TestWrongPropsOfTheAlerts(t *testing.T) {
	props := &lifecycle.AlertsProps{Trial: registeredTrial(), WatchAt: 24, People: map[string][]string{"pilot": {"Jane"}}}
	want := []string{
		"Registry is required: the registry of the environment", "Records is required: the record store of the runs",
		"CohortBucket is required: the bucket of the pipeline's Cohort", "CohortPrefix is required: the prefix of the pipeline's Cohort",
		"WatchAt must be an hour from 1 to 23, got 24", `People must have the roles of the trial's recipients, got "pilot"`,
		`People["pilot"][0] must be the ARN of an IAM role or user, got "Jane"`,
	}
	got := strings.Split(props.Validate().Error(), "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The stacks of the environments' trials: one for each, over one for what they share.
func TestEveryRegisteredTrialHasAStack(t *testing.T) {
	dir := environmentsFolder(t)
	for _, environment := range stages.Environments() {
		all := trialTemplates(t, dir, environment)
		if len(all) != len(environment.Trials)+1 {
			t.Fatalf("%s has %d templates", environment.Name, len(all))
		}
		shared := &pipeline{template: all[len(all)-1]}
		_, table := shared.one(t, "AWS::DynamoDB::Table", "Registry")
		if recovery := table["PointInTimeRecoverySpecification"].(object)["PointInTimeRecoveryEnabled"]; recovery != true {
			t.Errorf("%s: the registry cannot be restored", environment.Name)
		}
		if kinds := shared.resources("AWS::StepFunctions::StateMachine"); len(kinds) > 0 {
			t.Errorf("%s: the records' stack has state machines", environment.Name)
		}
		own := &pipeline{template: all[0]}
		if trails := own.resources("AWS::CloudTrail::Trail"); len(trails) > 0 {
			t.Errorf("%s: a trial has a trail of its own", environment.Name)
		}
		alarms := own.resources("AWS::CloudWatch::Alarm")
		for _, alarm := range []string{"MonitoringOverdueRun", "MonitoringFailingAlerts", "MonitoringMissingWatch", "MonitoringMissedSchedules", "MonitoringHighRiskJump"} {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(alarms)), func(id string) bool { return strings.HasPrefix(id, alarm) }) {
				t.Errorf("%s: no alarm %s", environment.Name, alarm)
			}
		}
	}
}
