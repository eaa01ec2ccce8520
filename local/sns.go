package local

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/services"
)

// SNS stands in for topics.
type SNS struct {
	// Deliver gets every notification that is published, with the name of the execution that did. An error aborts the run.
	Deliver func(execution string, n Notification) error
}

// Notification is what SNS sends to a topic's subscribers, without the signature
// (https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html).
type Notification struct {
	Type              string         `json:"Type"` // "Notification"
	MessageID         string         `json:"MessageId"`
	TopicARN          string         `json:"TopicArn"`
	Subject           string         `json:"Subject,omitempty"`
	Message           string         `json:"Message"` // an object is JSON text; of several protocols, the default's
	Timestamp         string         `json:"Timestamp"`
	MessageAttributes map[string]any `json:"MessageAttributes,omitempty"`
}

// Limits of a message (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
const (
	maxSubject = 100 // characters, printable ASCII
	publishing = 30 * time.Millisecond
)

// Integrations implements Service.
func (s SNS) Integrations() []Integration {
	return []Integration{{
		Name: services.Publish.Integration,
		Parameters: Shape{
			"TopicArn": required(String), "Message": required(Document), "Subject": optional(String),
			"MessageAttributes": optional(Object), "MessageStructure": optional(String),
			"MessageGroupId": optional(String), "MessageDeduplicationId": optional(String),
		},
		Perform: s.publish,
	}}
}

func (s SNS) publish(_ context.Context, call *Call) (asl.Reply, error) {
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
	if err := s.Deliver(call.ExecutionName, n); err != nil {
		return reply, err
	}
	reply.Output = map[string]any{
		"MessageId":           n.MessageID,
		"SdkHttpMetadata":     map[string]any{"HttpStatusCode": 200.0},
		"SdkResponseMetadata": map[string]any{"RequestId": call.uuid("request")},
	}
	return reply, nil
}

// messageOf is the message that a subscriber of no special protocol gets. A message with the structure "json" has one for
// each protocol, and a "default"; without that, or with one that is no text, it is "", which is invalid.
func messageOf(call *Call) string {
	text := document(call.Parameters["Message"])
	if call.text("MessageStructure") != "json" {
		return text
	}
	var protocols map[string]string
	if json.Unmarshal([]byte(text), &protocols) != nil {
		return ""
	}
	return protocols["default"]
}

// invalid says which limit of SNS the call breaks, "" for none.
func invalid(call *Call, message string) string {
	notPrintable := func(r rune) bool { return r < ' ' || r > '~' }
	subject := call.text("Subject")
	_, withSubject := call.Parameters["Subject"]
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

// attributes renders message attributes as subscribers get them.
func attributes(call *Call) map[string]any {
	given, _ := call.Parameters["MessageAttributes"].(map[string]any)
	if len(given) == 0 {
		return nil
	}
	out := map[string]any{}
	for name, value := range given {
		attribute, _ := value.(map[string]any)
		out[name] = map[string]any{"Type": attribute["DataType"], "Value": attribute["StringValue"]}
	}
	return out
}
