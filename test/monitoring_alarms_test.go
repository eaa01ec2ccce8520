package test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/monitoring"
)

// watching returns the properties of an alarm, except its actions and description.
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
		"RefusedSignatures":   watching("ClinicalRisk", "RefusedSignatures requests", "Sum", []any{}, 1),
	}
	p := synthesizeMonitoring(t, "all", fullMonitoring)
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
	p := synthesizeMonitoring(t, "all", fullMonitoring)
	topic, _ := p.one(t, "AWS::SNS::Topic", "Operations")
	for id, alarm := range p.alarms() {
		if diff := cmp.Diff([]any{object{"Ref": topic}}, alarm["AlarmActions"]); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
		if description, _ := alarm["AlarmDescription"].(string); len(description) < 40 {
			t.Errorf("the description of %s is too short: %q", id, description)
		}
		if alarm["AlarmName"] != nil || alarm["ActionsEnabled"] == false || alarm["Unit"] != nil {
			t.Errorf("%s has a name, a unit, or no actions: %s", id, text(alarm))
		}
	}
}

// An alarm for which missing data is a breach goes off when it is new.
func TestAlarmsSayThatTheyGoOffAfterTheFirstDeployment(t *testing.T) {
	var got []string
	for id, alarm := range synthesizeMonitoring(t, "all", fullMonitoring).alarms() {
		says := strings.Contains(alarm["AlarmDescription"].(string), "after its first deployment")
		if says != (alarm["TreatMissingData"] == "breaching") {
			t.Errorf("%s treats missing data as %v: %v", id, alarm["TreatMissingData"], alarm["AlarmDescription"])
		}
		if says {
			got = append(got, id)
		}
	}
	slices.Sort(got)
	if want := "ExpiringApprovals OverdueRun"; join(got) != want {
		t.Errorf("got %s, want %s", join(got), want)
	}
}

func TestARunIsOverdueWithinTheHour(t *testing.T) {
	for _, row := range []struct {
		reason string
		every  time.Duration
		want   float64
	}{
		{"an hour has one hour of grace", time.Hour, 2},
		{"so has every interval of less than a week", 167 * time.Hour, 168},
		{"CloudWatch looks back one week at most", 168 * time.Hour, 168},
	} {
		p := synthesizeMonitoring(t, "every "+row.every.String(), func(_ awscdk.Stack, p *monitoring.MonitoringProps) { p.RunEvery = row.every })
		if got := p.alarms()["OverdueRun"]["EvaluationPeriods"]; got != row.want {
			t.Errorf("%s: %v hours, want %v", row.reason, got, row.want)
		}
	}
}

func TestCloudWatchMayPublishToTheEncryptedTopic(t *testing.T) {
	p := synthesizeMonitoring(t, "none", nil)
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
	p := synthesizeMonitoring(t, "imported topic", monitoringChanges["Operations"])
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

// A deployment rolls back on the alarms that depend on the version, and on no others.
func TestDeploymentAlarms(t *testing.T) {
	stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("Deployment"), nil)
	m := monitoring.NewMonitoring(stack, "Monitoring", monitoringProps(stack))
	var got []string
	for _, alarm := range m.DeploymentAlarms() {
		got = append(got, *alarm.Node().Scope().Node().Id())
	}
	if diff := cmp.Diff([]string{"FailedExecutions", "TimedOutExecutions", "ModelClientErrors", "ModelServerErrors"}, got); diff != "" {
		t.Error(diff)
	}
	if len(m.Alarms()) != len(alwaysWatched) || m.Alarm("OverdueRun") != nil {
		t.Errorf("%d alarms, want %d without OverdueRun, which is %v", len(m.Alarms()), len(alwaysWatched), m.Alarm("OverdueRun"))
	}
}
