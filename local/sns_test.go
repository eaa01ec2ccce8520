package local

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPublish(t *testing.T) {
	var execution string
	var got Notification
	topic := SNS{Deliver: func(e string, n Notification) error { execution, got = e, n; return nil }}
	reply, err := perform(t, topic, "sns:publish", `{"TopicArn": "arn:aws:sns:us-east-1:111111111111:t", "Subject": "Trial Risk Alert",
		"Message": {"subject": "S-1", "count": 2}, "MessageAttributes": {"severity": {"DataType": "String", "StringValue": "high"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	want := Notification{
		Type: "Notification", MessageID: got.MessageID, TopicARN: "arn:aws:sns:us-east-1:111111111111:t", Subject: "Trial Risk Alert",
		Message: `{"count":2,"subject":"S-1"}`, Timestamp: "2026-01-01T00:00:00.000Z",
		MessageAttributes: map[string]any{"severity": map[string]any{"Type": "String", "Value": "high"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || execution != "e" || len(got.MessageID) != 36 {
		t.Errorf("delivered for %q (-want +got):\n%s", execution, diff)
	}
	if id := reply.Output.(map[string]any)["MessageId"]; id != got.MessageID {
		t.Errorf("the state machine got message id %v, the subscribers %s", id, got.MessageID)
	}
}

func TestStringMessageStaysAsItIs(t *testing.T) {
	var got Notification
	topic := SNS{Deliver: func(_ string, n Notification) error { got = n; return nil }}
	if _, err := perform(t, topic, "sns:publish", `{"TopicArn": "arn:x", "Message": "High dropout risk detected"}`); err != nil {
		t.Fatal(err)
	}
	if got.Message != "High dropout risk detected" {
		t.Errorf("message %q", got.Message)
	}
}

func TestOfAMessageForEachProtocolTheDefaultIsDelivered(t *testing.T) {
	var got Notification
	topic := SNS{Deliver: func(_ string, n Notification) error { got = n; return nil }}
	if _, err := perform(t, topic, "sns:publish", `{"TopicArn": "arn:x", "MessageStructure": "json",
		"Message": {"default": "{\"subject\":\"S-1\"}", "email": "S-1 is at high risk"}}`); err != nil {
		t.Fatal(err)
	}
	if got.Message != `{"subject":"S-1"}` {
		t.Errorf("message %q", got.Message)
	}
}

func TestInvalidMessages(t *testing.T) {
	topic := SNS{Deliver: func(string, Notification) error { t.Error("an invalid message was delivered"); return nil }}
	for _, c := range []struct{ reason, parameters, cause string }{
		{"no ARN", `{"TopicArn": "alerts", "Message": "m"}`, "TopicArn"},
		{"an empty message", `{"TopicArn": "arn:x", "Message": ""}`, "Empty message"},
		{"an empty subject", `{"TopicArn": "arn:x", "Message": "m", "Subject": ""}`, "Subject"},
		{"a subject of more than 100 characters", `{"TopicArn": "arn:x", "Message": "m", "Subject": "` + strings.Repeat("s", 101) + `"}`, "Subject"},
		{"a subject with a line break", `{"TopicArn": "arn:x", "Message": "m", "Subject": "a\nb"}`, "Subject"},
		{"a subject that is no ASCII", `{"TopicArn": "arn:x", "Message": "m", "Subject": "Prüfung"}`, "Subject"},
		{"protocols without a default", `{"TopicArn": "arn:x", "Message": {"email": "m"}, "MessageStructure": "json"}`, "Message Structure"},
		{"a protocol's message that is no text", `{"TopicArn": "arn:x", "Message": {"default": 1}, "MessageStructure": "json"}`, "Message Structure"},
		{"a message over 256 KiB", `{"TopicArn": "arn:x", "Message": "` + strings.Repeat("m", 256<<10+1) + `"}`, "Message too long"},
	} {
		_, err := perform(t, topic, "sns:publish", c.parameters)
		t.Run(c.reason, func(t *testing.T) { wantError(t, err, "SNS.InvalidParameterException", "Invalid parameter: "+c.cause) })
	}
}

func TestUndeliveredMessageAbortsTheRun(t *testing.T) {
	full := errors.New("disk full")
	topic := SNS{Deliver: func(string, Notification) error { return full }}
	if _, err := perform(t, topic, "sns:publish", `{"TopicArn": "arn:x", "Message": "m"}`); !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
}
