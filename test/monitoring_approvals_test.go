package test

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/constructs/monitoring"
)

// approvalWatch is the stack of a monitoring with every prop, with the state machine of its approval watch.
func approvalWatch(t *testing.T) *pipeline {
	t.Helper()
	p := synthesizeMonitoring(t, "all", fullMonitoring)
	p.name, p.machine = "approval watch", stateMachine(t, filepath.Join(scratch, "monitoring all"), "Variant")
	return p
}

// watchAt executes the approval watch at a time. It returns the execution and its calls, by state.
func (p *pipeline) watchAt(t *testing.T, at time.Time, s services) (*asl.Execution, map[string]object) {
	t.Helper()
	calls := map[string]object{}
	recording := services{}
	for state, answer := range s {
		recording[state] = func(task *asl.Task) (asl.Reply, error) {
			calls[state] = inputOf(task)
			return answer(task)
		}
	}
	return p.run(t, object{}, asl.Options{Handler: recording, Name: "watch-1", Start: at}), calls
}

func TestExpiringRequestsAreCounted(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	execution, calls := approvalWatch(t).watchAt(t, now, services{
		"CountExpiring": answering(object{"Count": 2.0, "ScannedCount": 2.0}),
		"ReportCount":   answering(object{}),
	})
	if execution.Status != asl.Succeeded {
		t.Fatalf("ended as %s: %s", execution.Status, execution.Cause)
	}
	want := map[string]object{
		"CountExpiring": {
			"TableName": "requests", "IndexName": "open", "Select": "COUNT",
			"KeyConditionExpression":   "#open = :open AND #requestedAt BETWEEN :from AND :to",
			"ExpressionAttributeNames": object{"#open": "open", "#requestedAt": "requestedAt"},
			"ExpressionAttributeValues": object{
				":open": object{"S": "yes"},
				":from": object{"S": "2026-11-19T12:00:00.000Z"}, // 72 hours ago: older requests have expired
				":to":   object{"S": "2026-11-20T06:00:00.000Z"}, // 54 hours ago: younger requests have more than 18 hours left
			},
		},
		"ReportCount": {"Namespace": "ClinicalRisk", "MetricData": []any{object{
			"MetricName": "ExpiringApprovals", "Dimensions": dimensions("Table", "requests"), "Value": 2.0, "Unit": "Count",
		}}},
	}
	got := map[string]object{}
	if err := json.Unmarshal([]byte(text(calls)), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Requirements: P11-300d
func TestOperationsHearOfRefusedSignatures(t *testing.T) {
	filter := synthesizeMonitoring(t, "all", fullMonitoring).resource(t, "AWS::Logs::MetricFilter")
	metric := filter["MetricTransformations"].([]any)[0].(object)
	if diff := cmp.Diff(object{"MetricNamespace": "ClinicalRisk", "MetricName": "RefusedSignatures requests", "MetricValue": "1"}, metric); diff != "" || filter["LogGroupName"] != "decisions" {
		t.Errorf("reads %v: %s", filter["LogGroupName"], diff)
	}
	for reason, row := range map[string]struct {
		msg, status, code string
		want              bool
	}{
		"a proof of somebody else":    {"refused", "403", "NotProved", true},
		"who is no approver":          {"refused", "403", "NotAnApprover", true},
		"the starter":                 {"refused", "403", "StartedByYou", true},
		"a record of somebody else":   {"refused", "409", "ForeignRecord", true},
		"a hidden record":             {"refused", "409", "RecordMissing", true},
		"somebody else decided first": {"refused", "409", "AlreadyDecided", false},
		"an id with a slip":           {"refused", "404", "UnknownApproval", false},
		"a decision":                  {"decided", "", "", false},
	} {
		if got := selects(t, filter["FilterPattern"].(string), map[string]string{"msg": row.msg, "status": row.status, "code": row.code}); got != row.want {
			t.Errorf("%s: counted is %t, want %t", reason, got, row.want)
		}
	}
}

// The alarm treats a missing count as a breach, so a failed execution must not report a count.
func TestAFailedWatchReportsNothing(t *testing.T) {
	execution, calls := approvalWatch(t).watchAt(t, time.Now(), services{
		"CountExpiring": failing("DynamoDb.DynamoDbException", "AccessDenied"), "ReportCount": answering(object{}),
	})
	if execution.Status != asl.Failed || calls["ReportCount"] != nil {
		t.Errorf("ended as %s, reported %v", execution.Status, calls["ReportCount"])
	}
}

// Requirements: SRC-13
func TestTheWatchHasExactlyTheseStatements(t *testing.T) {
	p := approvalWatch(t)
	logging := []any{
		"logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies",
		"logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
	}
	tracing := []any{"xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}
	if diff := cmp.Diff(map[string]object{
		"CountExpiring":           allow("CountExpiring", requestTable+"/index/open", "dynamodb:Query"),
		"CountExpiringEncryption": with(allow("CountExpiringEncryption", existingKey, []any{"kms:Decrypt", "kms:DescribeKey"}), through("dynamodb")),
		"ReportCount": with(allow("ReportCount", "*", "cloudwatch:PutMetricData"),
			object{"StringEquals": object{"cloudwatch:namespace": "ClinicalRisk"}}),
		"Logging": allow("Logging", "*", logging),
		"Tracing": allow("Tracing", "*", tracing),
	}, p.policy(t, "ApprovalWatchRolePermissions")); diff != "" {
		t.Error(diff)
	}
	machine, _ := p.one(t, "AWS::StepFunctions::StateMachine", "")
	if diff := cmp.Diff(map[string]object{
		"StartWatch": allow("StartWatch", object{"Ref": machine}, "states:StartExecution"),
	}, p.policy(t, "ApprovalWatchScheduleRolePermissions")); diff != "" {
		t.Error(diff)
	}
	if found := p.resources("AWS::IAM::Policy"); len(found) != 0 {
		t.Errorf("other statements: %s", text(found))
	}
}

func TestTheWatchRunsEveryFiveMinutesAndLogsNoData(t *testing.T) {
	p := approvalWatch(t)
	id, machine := p.one(t, "AWS::StepFunctions::StateMachine", "")
	if machine["StateMachineType"] != "EXPRESS" {
		t.Errorf("the type of the watch is %v", machine["StateMachineType"])
	}
	logging := machine["LoggingConfiguration"].(object)
	if logging["Level"] != "ALL" || logging["IncludeExecutionData"] != false {
		t.Errorf("the watch logs %s", text(logging))
	}
	if group := p.resource(t, "AWS::Logs::LogGroup"); group["KmsKeyId"] != existingKey {
		t.Errorf("the log group: %s", text(group))
	}
	rule := p.resource(t, "AWS::Events::Rule")
	target := rule["Targets"].([]any)[0].(object)["Arn"]
	if diff := cmp.Diff([]any{"rate(5 minutes)", object{"Ref": id}}, []any{rule["ScheduleExpression"], target}); diff != "" {
		t.Error(diff)
	}
}

func TestDeadlineAndWarningOfApprovalsChangeTheWatch(t *testing.T) {
	unchanged := text(synthesizeMonitoring(t, "all", fullMonitoring).template)
	for name, change := range map[string]func(*monitoring.Approvals){
		"deadline": func(a *monitoring.Approvals) { a.Deadline, a.Warning = 48*time.Hour, 18*time.Hour },
		"warning":  func(a *monitoring.Approvals) { a.Warning = time.Hour },
	} {
		p := synthesizeMonitoring(t, "approval "+name, func(stack awscdk.Stack, p *monitoring.MonitoringProps) {
			fullMonitoring(stack, p)
			change(p.Approvals)
		})
		if text(p.template) == unchanged {
			t.Errorf("the %s does not change the template", name)
		}
	}
}
