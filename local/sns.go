package local

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/asl/value"
	"clinical-risk-pipeline/services"
)

// SNS stands in for SNS topics. It reports every [Notification].
type SNS struct{}

// Limits of a message (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
const (
	maxSubject = 100 // characters, printable ASCII
	publishing = 30 * time.Millisecond
)

// Integrations implements Service.
func (SNS) Integrations() []Integration {
	return []Integration{{
		Name: services.Publish.Integration,
		Parameters: Shape{
			"TopicArn": required(String), "Message": required(Document), "Subject": optional(String),
			"MessageAttributes": optional(Object), "MessageStructure": optional(String),
			"MessageGroupId": optional(String), "MessageDeduplicationId": optional(String),
		},
		Perform: publish,
	}}
}

func publish(_ context.Context, call *Call) (asl.Reply, error) {
	reply := asl.Reply{Duration: publishing}
	message := messageOf(call)
	if fault := invalid(call, message); fault != "" {
		return reply, &asl.Error{Name: services.SNSInvalidParameter, Cause: "Invalid parameter: " + fault +
			" (Service: AmazonSNS; Status Code: 400; Error Code: InvalidParameter)"}
	}
	n := Notification{
		Type: "Notification", MessageID: call.uuid("message"), TopicARN: call.text("TopicArn"), Subject: call.text("Subject"),
		Message: message, Timestamp: call.Now.UTC().Format("2006-01-02T15:04:05.000Z"), MessageAttributes: attributes(call),
	}
	call.Report(n)
	reply.Output = value.NewObject(3).With("MessageId", n.MessageID).
		With("SdkHttpMetadata", value.NewObject(1).With("HttpStatusCode", 200.0)).
		With("SdkResponseMetadata", value.NewObject(1).With("RequestId", call.uuid("request"))).Share()
	return reply, nil
}

// messageOf returns the message for a subscriber whose protocol has no message of its own. A message with the structure "json" has
// texts by protocol, and one is the "default". Without it, or with a value that is not a string, messageOf returns "", which is
// invalid.
func messageOf(call *Call) string {
	text := document(call.Parameters.Value("Message"))
	if call.text("MessageStructure") != "json" {
		return text
	}
	var protocols map[string]string
	if json.Unmarshal([]byte(text), &protocols) != nil {
		return ""
	}
	return protocols["default"]
}

// invalid names the limit of SNS that the call exceeds, "" for none.
func invalid(call *Call, message string) string {
	notPrintable := func(r rune) bool { return r < ' ' || r > '~' }
	subject := call.text("Subject")
	_, withSubject := call.Parameters.Get("Subject")
	switch {
	case !strings.HasPrefix(call.text("TopicArn"), "arn:"):
		return "TopicArn"
	case withSubject && (subject == "" || len(subject) > maxSubject || strings.ContainsFunc(subject, notPrintable)):
		return "Subject"
	case message == "" && call.text("MessageStructure") == "json":
		return "Message Structure - JSON message body failed to parse, or it has no default"
	case message == "":
		return "Empty message"
	case len(message) > services.Publish.MaxBytes:
		return "Message too long"
	}
	return ""
}

// attributes returns the message attributes as subscribers receive them.
func attributes(call *Call) map[string]any {
	given := call.Parameters.Object("MessageAttributes")
	if given.Len() == 0 {
		return nil
	}
	out := map[string]any{}
	for _, name := range given.Keys() {
		attribute := given.Object(name)
		out[name] = map[string]any{"Type": attribute.Value("DataType"), "Value": attribute.Value("StringValue")}
	}
	return out
}
