package cloud

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"clinical-risk-pipeline/lambda/approval"
)

// SNS is the part of the client that Notifier uses.
type SNS interface {
	Publish(ctx context.Context, in *sns.PublishInput, options ...func(*sns.Options)) (*sns.PublishOutput, error)
}

// Notifier publishes to a topic: a text to e-mail subscribers, JSON to all others.
type Notifier struct {
	Client SNS
	Topic  string
}

// Notify implements approval.Notifier.
func (n Notifier) Notify(ctx context.Context, m approval.Message) error {
	return n.Publish(ctx, m.Subject, m.Text, m.JSON, m.Attributes)
}

// Publish publishes a message, which has a subject line and a text for e-mail, and JSON for programs.
func (n Notifier) Publish(ctx context.Context, subject, text, programs string, with map[string]string) error {
	message, err := json.Marshal(map[string]string{"default": programs, "email": text})
	if err != nil {
		return err
	}
	attributes := map[string]types.MessageAttributeValue{}
	for name, value := range with {
		attributes[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &value}
	}
	_, err = n.Client.Publish(ctx, &sns.PublishInput{
		TopicArn: &n.Topic, Subject: &subject, Message: aws.String(string(message)), MessageStructure: aws.String("json"),
		MessageAttributes: attributes,
	})
	return Plain(err)
}
