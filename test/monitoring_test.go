package test

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
	"github.com/gkampitakis/go-snaps/snaps"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/monitoring"
)

const (
	watchedMachine = "arn:aws:states:eu-central-1:123456789012:stateMachine:Pipeline"
	alertTopic     = "arn:aws:sns:eu-central-1:123456789012:ClinicalAlerts"
	deadLetters    = "arn:aws:sqs:eu-central-1:123456789012:undelivered"
	requestTable   = "arn:aws:dynamodb:eu-central-1:123456789012:table/requests"
)

type monitoringChange func(awscdk.Stack, *monitoring.MonitoringProps)

// monitor synthesizes a monitoring with required props and one change. Its operations topic is encrypted.
func monitor(t *testing.T, name string, change monitoringChange) *pipeline {
	t.Helper()
	return synthesizeStack(t, "monitoring "+name, func(stack awscdk.Stack) {
		props := monitored(stack)
		if change != nil {
			change(stack, props)
		}
		monitoring.NewMonitoring(stack, "Monitoring", props)
	})
}

func monitored(stack awscdk.Stack) *monitoring.MonitoringProps {
	key := awskms.NewKey(stack, jsii.String("OperationsKey"), nil)
	return &monitoring.MonitoringProps{
		StateMachine: awsstepfunctions.StateMachine_FromStateMachineArn(stack, jsii.String("Machine"), jsii.String(watchedMachine)),
		EndpointName: "dropout-inference",
		Alerts:       awssns.Topic_FromTopicArn(stack, jsii.String("Alerts"), jsii.String(alertTopic)),
		Operations:   awssns.NewTopic(stack, jsii.String("Operations"), &awssns.TopicProps{MasterKey: key, EnforceSSL: jsii.Bool(true)}),
	}
}

// everything sets every optional prop.
func everything(stack awscdk.Stack, p *monitoring.MonitoringProps) {
	p.DeadLetters = awssqs.Queue_FromQueueArn(stack, jsii.String("DeadLetters"), jsii.String(deadLetters))
	p.RunEvery = 24 * time.Hour
	p.Approvals = &monitoring.Approvals{Deadline: 72 * time.Hour, Requests: awsdynamodb.Table_FromTableAttributes(stack, jsii.String("Requests"), &awsdynamodb.TableAttributes{
		TableArn: jsii.String(requestTable), EncryptionKey: awskms.Key_FromKeyArn(stack, jsii.String("RequestsKey"), jsii.String(existingKey)),
	})}
}

// alarms are the template's alarms, by id.
func (p *pipeline) alarms() map[string]object {
	found := map[string]object{}
	for id, alarm := range p.resources("AWS::CloudWatch::Alarm") {
		id = strings.TrimPrefix(id, "Monitoring")
		found[id[:len(id)-len("01234567")]] = alarm // without the hash at its end
	}
	return found
}

var alwaysWatched = []string{
	"AbortedExecutions", "FailedDeliveries", "FailedExecutions", "ModelClientErrors", "ModelLatency", "ModelServerErrors",
	"ThrottledExecutions", "TimedOutExecutions",
}

// TestSnapshotsOfMonitoring is run by `make snapshots`, too.
func TestSnapshotsOfMonitoring(t *testing.T) {
	for _, row := range []struct {
		name   string
		change monitoringChange
		want   []string
	}{
		{"none", nil, alwaysWatched},
		{"all", everything, append([]string{"ExpiringApprovals", "OverdueRun", "UndeliveredAlerts"}, alwaysWatched...)},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := monitor(t, row.name, row.change)
			slices.Sort(row.want)
			if diff := cmp.Diff(row.want, slices.Sorted(maps.Keys(p.alarms()))); diff != "" {
				t.Error(diff)
			}
			var template object
			if err := json.Unmarshal([]byte(text(p.template)), &template); err != nil {
				t.Fatal(err)
			}
			expandDefinitions(t, template)
			snaps.WithConfig(snaps.Filename("monitoring-"+row.name), snaps.Ext(".json")).
				MatchStandaloneSnapshot(t, assetHash.ReplaceAllString(text(template), "ASSET-HASH"))
		})
	}
}

// watching is an alarm's properties but for its action and description.
func watching(namespace, name, statistic string, dimensions []any, threshold float64) object {
	return object{
		"Namespace": namespace, "MetricName": name, "Statistic": statistic, "Dimensions": dimensions, "Period": 300.0,
		"Threshold": threshold, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "EvaluationPeriods": 1.0, "TreatMissingData": "notBreaching",
	}
}

func dimensions(pairs ...string) []any {
	var list []any
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, object{"Name": pairs[i], "Value": pairs[i+1]})
	}
	return list
}

// Requirements: SRC-18
func TestAlarms(t *testing.T) {
	executions := dimensions("StateMachineArn", watchedMachine)
	endpoint := dimensions("EndpointName", "dropout-inference", "VariantName", "AllTraffic")
	overdue := watching("AWS/States", "ExecutionsStarted", "Sum", executions, 1)
	overdue["ComparisonOperator"], overdue["TreatMissingData"] = "LessThanThreshold", "breaching"
	overdue["Period"], overdue["EvaluationPeriods"] = 3600.0, 25.0
	expiring := watching("ClinicalRisk", "ExpiringApprovals", "Maximum", dimensions("Table", "requests"), 1)
	expiring["TreatMissingData"], expiring["EvaluationPeriods"] = "breaching", 3.0
	want := map[string]object{
		"FailedExecutions":    watching("AWS/States", "ExecutionsFailed", "Sum", executions, 1),
		"TimedOutExecutions":  watching("AWS/States", "ExecutionsTimedOut", "Sum", executions, 1),
		"AbortedExecutions":   watching("AWS/States", "ExecutionsAborted", "Sum", executions, 1),
		"ThrottledExecutions": watching("AWS/States", "ExecutionThrottled", "Sum", executions, 1),
		"ModelClientErrors":   watching("AWS/SageMaker", "Invocation4XXErrors", "Sum", endpoint, 1),
		"ModelServerErrors":   watching("AWS/SageMaker", "Invocation5XXErrors", "Sum", endpoint, 1),
		"ModelLatency":        watching("AWS/SageMaker", "ModelLatency", "Average", endpoint, 10e6), // microseconds
		"FailedDeliveries":    watching("AWS/SNS", "NumberOfNotificationsFailed", "Sum", dimensions("TopicName", "ClinicalAlerts"), 1),
		"UndeliveredAlerts":   watching("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", dimensions("QueueName", "undelivered"), 1),
		"OverdueRun":          overdue,
		"ExpiringApprovals":   expiring,
	}
	p := monitor(t, "all", everything)
	for id, alarm := range p.alarms() {
		got := maps.Clone(alarm)
		delete(got, "AlarmActions")
		delete(got, "AlarmDescription")
		if diff := cmp.Diff(want[id], got); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
}

// Requirements: SRC-18
func TestEveryAlarmSaysWhatHappenedAndReachesOperations(t *testing.T) {
	p := monitor(t, "all", everything)
	topic, _ := p.one(t, "AWS::SNS::Topic", "Operations")
	for id, alarm := range p.alarms() {
		if diff := cmp.Diff([]any{object{"Ref": topic}}, alarm["AlarmActions"]); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
		if description, _ := alarm["AlarmDescription"].(string); len(description) < 40 {
			t.Errorf("%s says %q", id, description)
		}
		if alarm["AlarmName"] != nil || alarm["ActionsEnabled"] == false || alarm["Unit"] != nil {
			t.Errorf("%s has a name, a unit, or no actions: %s", id, text(alarm))
		}
	}
}

func TestCloudWatchMayPublishToTheEncryptedTopic(t *testing.T) {
	p := monitor(t, "none", nil)
	topic, _ := p.one(t, "AWS::SNS::Topic", "Operations")
	let := func(name string, resource, actions any) object {
		return with(object{
			"Sid": name, "Effect": "Allow", "Principal": object{"Service": "cloudwatch.amazonaws.com"}, "Action": actions, "Resource": resource,
		}, object{
			"ArnLike":      object{"aws:SourceArn": arn("cloudwatch", "alarm:*")},
			"StringEquals": object{"aws:SourceAccount": object{"Ref": "AWS::AccountId"}},
		})
	}
	policy := policyOf(p.resource(t, "AWS::SNS::TopicPolicy")["PolicyDocument"])
	if diff := cmp.Diff(let("PublishAlarms", object{"Ref": topic}, "sns:Publish"), policy["PublishAlarms"]); diff != "" {
		t.Error(diff)
	}
	key := policyOf(p.resource(t, "AWS::KMS::Key")["KeyPolicy"])
	if diff := cmp.Diff(let("EncryptAlarms", "*", []any{"kms:Decrypt", "kms:GenerateDataKey"}), key["EncryptAlarms"]); diff != "" {
		t.Error(diff)
	}
}

func TestAnImportedTopicIsUsedWithAWarning(t *testing.T) {
	p := monitor(t, "imported topic", monitoringChanges["Operations"])
	for id, alarm := range p.alarms() {
		if diff := cmp.Diff([]any{existingTopic}, alarm["AlarmActions"]); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
	report := text(readJSON(t, filepath.Join(scratch, "monitoring imported topic", "validation-report.json")))
	if !strings.Contains(report, "it must let cloudwatch.amazonaws.com publish, or alarms reach nobody") {
		t.Errorf("no warning: %s", report)
	}
}

func TestARunIsOverdueWithinTheHour(t *testing.T) {
	for _, row := range []struct {
		reason string
		every  time.Duration
		want   float64
	}{
		{"an hour has an hour of grace", time.Hour, 2},
		{"so has all but a week", 167 * time.Hour, 168},
		{"CloudWatch looks back no further than a week", 168 * time.Hour, 168},
	} {
		p := monitor(t, "every "+row.every.String(), func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.RunEvery = row.every })
		if got := p.alarms()["OverdueRun"]["EvaluationPeriods"]; got != row.want {
			t.Errorf("%s: %v hours, want %v", row.reason, got, row.want)
		}
	}
}

// Requirements: SRC-18
func TestDashboardShowsEveryAlarmAndItsMetric(t *testing.T) {
	p := monitor(t, "all", everything)
	dashboard := p.resource(t, "AWS::CloudWatch::Dashboard")
	if dashboard["DashboardName"] != nil {
		t.Errorf("the dashboard has the name %v", dashboard["DashboardName"])
	}
	body := text(dashboard["DashboardBody"])
	for id, alarm := range p.alarms() {
		if resource := p.logicalID(t, id); !strings.Contains(body, resource) {
			t.Errorf("%s is not shown", id)
		}
		if name := alarm["MetricName"].(string); !strings.Contains(body, `\"`+name+`\"`) {
			t.Errorf("%s is not drawn", name)
		}
	}
}

// The dashboard's text is put together by hand, so that CloudWatch must be able to read it.
func TestDashboardIsReadableAndNoWidgetHidesAnother(t *testing.T) {
	p := monitor(t, "all", everything)
	var body strings.Builder
	for _, part := range p.resource(t, "AWS::CloudWatch::Dashboard")["DashboardBody"].(object)["Fn::Join"].([]any)[1].([]any) {
		if s, ok := part.(string); ok {
			body.WriteString(s)
		} else {
			body.WriteString("resolved")
		}
	}
	var dashboard struct {
		Widgets []struct{ X, Y, Width, Height int }
	}
	if err := json.Unmarshal([]byte(body.String()), &dashboard); err != nil {
		t.Fatal(err)
	}
	taken := map[[2]int]bool{}
	for _, w := range dashboard.Widgets {
		fits := w.X+w.Width <= 24
		for x := w.X; x < w.X+w.Width; x++ {
			for y := w.Y; y < w.Y+w.Height; y++ {
				fits = fits && !taken[[2]int{x, y}]
				taken[[2]int{x, y}] = true
			}
		}
		if !fits {
			t.Errorf("the widget at %d, %d hides another, or leaves the grid", w.X, w.Y)
		}
	}
	if len(dashboard.Widgets) != 6 { // the alarms, and a graph for each group
		t.Errorf("%d widgets", len(dashboard.Widgets))
	}
}

// logicalID is the logical id of an alarm.
func (p *pipeline) logicalID(t *testing.T, id string) string {
	t.Helper()
	logical, _ := p.one(t, "AWS::CloudWatch::Alarm", id)
	return logical
}

// A deployment rolls back on these: what says something about a version, and nothing else.
func TestDeploymentAlarms(t *testing.T) {
	stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("Deployment"), nil)
	m := monitoring.NewMonitoring(stack, "Monitoring", monitored(stack))
	var got []string
	for _, alarm := range m.DeploymentAlarms() {
		got = append(got, *alarm.Node().Scope().Node().Id())
	}
	if diff := cmp.Diff([]string{"FailedExecutions", "TimedOutExecutions", "ModelClientErrors", "ModelServerErrors"}, got); diff != "" {
		t.Error(diff)
	}
	if len(m.Alarms()) != len(alwaysWatched) || m.Alarm("OverdueRun") != nil {
		t.Errorf("%d alarms, and %v", len(m.Alarms()), m.Alarm("OverdueRun"))
	}
}

// monitoringChanges has a value for every prop that is not its default.
var monitoringChanges = map[string]monitoringChange{
	"StateMachine": func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		p.StateMachine = awsstepfunctions.StateMachine_FromStateMachineArn(stack, jsii.String("Other"), jsii.String(watchedMachine+"2"))
	},
	"EndpointName": func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.EndpointName = "another" },
	"VariantName":  func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.VariantName = "blue" },
	"Alerts": func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		p.Alerts = awssns.Topic_FromTopicArn(stack, jsii.String("Other"), jsii.String(alertTopic+"2"))
	},
	"Operations": func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		p.Operations = awssns.Topic_FromTopicArn(stack, jsii.String("Other"), jsii.String(existingTopic))
	},
	"DeadLetters": func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		p.DeadLetters = awssqs.Queue_FromQueueArn(stack, jsii.String("DeadLetters"), jsii.String(deadLetters))
	},
	"RunEvery": func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.RunEvery = time.Hour },
	"Approvals": func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
		p.Approvals = &monitoring.Approvals{
			Requests: awsdynamodb.Table_FromTableArn(stack, jsii.String("Requests"), jsii.String(requestTable)), Deadline: 48 * time.Hour,
		}
	},
	"Throttles":    func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.Throttles = 100 },
	"ModelErrors":  func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.ModelErrors = 5 },
	"ModelLatency": func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.ModelLatency = time.Second },
}

func TestEveryMonitoringPropChangesTheTemplate(t *testing.T) {
	unchanged := text(monitor(t, "none", nil).template)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[monitoring.MonitoringProps]()) {
		change := monitoringChanges[field.Name]
		if change == nil {
			t.Errorf("no change is given for the prop %s", field.Name)
			continue
		}
		if p := monitor(t, "prop "+field.Name, change); text(p.template) == unchanged {
			t.Errorf("the prop %s does not change the template", field.Name)
		}
	}
}
