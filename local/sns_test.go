package local

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
)

// publishOne returns the answer to a message, and the notification of the subscribers.
func publishOne(t *testing.T, parameters string) (asl.Reply, Notification) {
	t.Helper()
	reply, effects, err := observe(t, SNS{}, "sns:publish", parameters)
	if err != nil || len(effects) != 1 {
		t.Fatalf("reported %v, %v; want one notification", effects, err)
	}
	return reply, effects[0].(Notification)
}

func TestPublish(t *testing.T) {
	reply, got := publishOne(t, `{"TopicArn": "arn:aws:sns:us-east-1:111111111111:t", "Subject": "Trial Risk Alert",
		"Message": {"subject": "S-1", "count": 2}, "MessageAttributes": {"severity": {"DataType": "String", "StringValue": "high"}}}`)
	want := Notification{
		Type: "Notification", MessageID: got.MessageID, TopicARN: "arn:aws:sns:us-east-1:111111111111:t", Subject: "Trial Risk Alert",
		Message: `{"subject":"S-1","count":2}`, Timestamp: "2026-01-01T00:00:00.000Z",
		MessageAttributes: map[string]any{"severity": map[string]any{"Type": "String", "Value": "high"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got.MessageID) != 36 {
		t.Errorf("notification (-want +got):\n%s", diff)
	}
	if id := value.Plain(reply.Output).(map[string]any)["MessageId"]; id != got.MessageID {
		t.Errorf("the state machine received message id %v, the subscribers %s", id, got.MessageID)
	}
}

func TestStringMessageStaysUnchanged(t *testing.T) {
	if _, got := publishOne(t, `{"TopicArn": "arn:x", "Message": "High dropout risk detected"}`); got.Message != "High dropout risk detected" {
		t.Errorf("message %q", got.Message)
	}
}

func TestMessageByProtocolDeliversTheDefault(t *testing.T) {
	_, got := publishOne(t, `{"TopicArn": "arn:x", "MessageStructure": "json",
		"Message": {"default": "{\"subject\":\"S-1\"}", "email": "S-1 is at high risk"}}`)
	if got.Message != `{"subject":"S-1"}` {
		t.Errorf("message %q", got.Message)
	}
}

func TestInvalidMessages(t *testing.T) {
	for _, c := range []struct{ reason, parameters, cause string }{
		{"no ARN", `{"TopicArn": "alerts", "Message": "m"}`, "TopicArn"},
		{"an empty message", `{"TopicArn": "arn:x", "Message": ""}`, "Empty message"},
		{"an empty subject", `{"TopicArn": "arn:x", "Message": "m", "Subject": ""}`, "Subject"},
		{"a subject of more than 100 characters", `{"TopicArn": "arn:x", "Message": "m", "Subject": "` + strings.Repeat("s", 101) + `"}`, "Subject"},
		{"a subject with a line break", `{"TopicArn": "arn:x", "Message": "m", "Subject": "a\nb"}`, "Subject"},
		{"a subject with other characters than ASCII", `{"TopicArn": "arn:x", "Message": "m", "Subject": "Prüfung"}`, "Subject"},
		{"protocols without a default", `{"TopicArn": "arn:x", "Message": {"email": "m"}, "MessageStructure": "json"}`, "Message Structure"},
		{"a protocol's message that is not a string", `{"TopicArn": "arn:x", "Message": {"default": 1}, "MessageStructure": "json"}`, "Message Structure"},
		{"a message over 256 KiB", `{"TopicArn": "arn:x", "Message": "` + strings.Repeat("m", 256<<10+1) + `"}`, "Message too long"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			_, effects, err := observe(t, SNS{}, "sns:publish", c.parameters)
			if len(effects) > 0 {
				t.Error("an invalid message was delivered")
			}
			wantError(t, err, "SNS.InvalidParameterException", "Invalid parameter: "+c.cause)
		})
	}
}
