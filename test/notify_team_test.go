package test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/constructs/risk"
)

// Requirements: SRC-03, SRC-09
func TestNotifyTeam(t *testing.T) {
	p := smallestPipeline(t)
	got := p.state(t, "NotifyTeam")
	arguments := got["Arguments"].(object)
	if arn, ok := arguments["TopicArn"].(string); !ok || arn == "" {
		t.Errorf("TopicArn is %v", arguments["TopicArn"])
	}
	want := object{
		"Type":     "Task",
		"Comment":  "Alerts the team.",
		"Resource": "arn:aws:states:::sns:publish",
		"Arguments": object{
			"TopicArn":         arguments["TopicArn"],
			"Subject":          "{% (" + isTest + ` ? "[TEST] " : "") & "Trial Risk Alert" %}`,
			"MessageStructure": "json",
			"Message":          arguments["Message"], // see execution_test.go
			"MessageAttributes": object{
				"trial":       object{"DataType": "String", "StringValue": trialID},
				"severity":    object{"DataType": "String", "StringValue": "high"},
				"environment": object{"DataType": "String", "StringValue": "default"},
				"test":        object{"DataType": "String", "StringValue": "{% $string(" + isTest + ") %}"},
			},
		},
		"TimeoutSeconds": 30.0,
		"Retry": []any{
			never("SNS.InvalidParameterException", "SNS.InvalidParameterValueException", "SNS.AuthorizationErrorException",
				"SNS.NotFoundException", "SNS.EndpointDisabledException", "SNS.KMSAccessDeniedException",
				"SNS.KMSDisabledException", "SNS.KMSInvalidStateException", "SNS.KMSNotFoundException"),
			retrier(8, 2, 120, "States.TaskFailed", "States.Timeout"),
		},
		"Output": `{% $merge([$states.input, {"alert": {"messageId": $states.result.MessageId}}]) %}`,
		"Next":   "End",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Requirements: SRC-09, SRC-19
func TestAlertsAreSubscribedWithADeadLetterQueue(t *testing.T) {
	p := synthesize(t, "subscribed", changedProps(func(_ awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		p.AlertEmails = []string{"team@example.org", "safety@example.org"}
	}))
	subscriptions := p.resources("AWS::SNS::Subscription")
	if len(subscriptions) != 2 {
		t.Fatalf("%d subscriptions, want two", len(subscriptions))
	}
	queue := object{"Fn::GetAtt": []any{"PipelineUndeliveredAlertsC75A820E", "Arn"}}
	for id, s := range subscriptions {
		if s["Protocol"] != "email" || !cmp.Equal(s["RedrivePolicy"], object{"deadLetterTargetArn": queue}) {
			t.Errorf("%s: %s", id, text(s))
		}
	}
	kept := p.resource(t, "AWS::SQS::Queue")
	if kept["MessageRetentionPeriod"] != 14*24*3600.0 || !cmp.Equal(kept["KmsMasterKeyId"], object{"Fn::GetAtt": []any{"PipelineKeyF48EE773", "Arn"}}) {
		t.Errorf("the queue is %s", text(kept))
	}
	if policy := text(p.resource(t, "AWS::KMS::Key")["KeyPolicy"]); !strings.Contains(policy, `"Service": "sns.amazonaws.com"`) {
		t.Errorf("SNS cannot use the key of the queue: %s", policy)
	}
}

// alertSchema returns the published schema of an alert.
func alertSchema(t *testing.T) *jsonschema.Schema { return compileSchema(t, "alert") }

// message returns the alert that a call of NotifyTeam publishes, and validates it.
func message(t *testing.T, task *asl.Task) object {
	t.Helper()
	var alert object
	if err := json.Unmarshal([]byte(inputOf(task)["Message"].(object)["default"].(string)), &alert); err != nil {
		t.Fatal(err)
	}
	if err := alertSchema(t).Validate(alert); err != nil {
		t.Errorf("the alert is not valid: %v\n%s", err, text(alert))
	}
	return alert
}

// Requirements: SRC-19
func TestTheSchemaRefusesInvalidAlerts(t *testing.T) {
	for reason, alert := range map[string]object{
		"test is not a boolean":               {"subject": "S-1", "test": "no"},
		"a score is present":                  {"subject": "S-1", "score": 0.9},
		"subject and cohort are missing":      {},
		"subject and cohort are present":      {"subject": "S-1", "highRisk": 1.0, "scored": 1.0, "notScored": 0.0, "subjects": 1.0, "records": "s3://b/k"},
		"a count is not an integer":           {"highRisk": 1.5, "scored": 1.0, "notScored": 0.0, "subjects": 1.0, "records": "s3://b/k"},
		"the place of the records is missing": {"highRisk": 1.0, "scored": 1.0, "notScored": 0.0, "subjects": 1.0},
	} {
		whole := object{"schemaVersion": 1.0, "message": "High dropout risk detected", "environment": "dev", "trialId": "T",
			"threshold": 0.75, "execution": "arn:aws:states:::x", "test": false}
		maps.Copy(whole, alert)
		if alertSchema(t).Validate(whole) == nil {
			t.Errorf("accepted an alert: %s", reason)
		}
	}
}
