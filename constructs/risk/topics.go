package risk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

// topic is a topic with its ARN, and that of its customer-managed key, which is empty where it has none.
type topic struct {
	awssns.ITopic
	arn, keyARN string
}

// addTopics takes the user's topics and makes those that are missing.
//
// Requirements: SRC-09
func (p *ClinicalRiskPipeline) addTopics() {
	p.alertTopic = p.topicOf(p.props.AlertTopic, alertTopicID, "Clinical risk alerts")
	p.operationsTopic = p.topicOf(p.props.OperationsTopic, operationsTopicID, "Clinical risk operations")
	p.subscribe()
}

// topicOf is the user's topic, or a new one that is encrypted at rest and takes messages over TLS only.
func (p *ClinicalRiskPipeline) topicOf(given awssns.ITopic, id, displayName string) topic {
	if given == nil {
		made := awssns.NewTopic(p, &id, &awssns.TopicProps{
			DisplayName: &displayName,
			MasterKey:   p.key,
			EnforceSSL:  jsii.Bool(true),
		})
		return topic{made, *made.TopicArn(), p.keyARN}
	}
	t := topic{ITopic: given, arn: *given.TopicArn()}
	if key := given.MasterKey(); key != nil {
		t.keyARN = *key.KeyArn()
	}
	return t
}

// subscribe subscribes the addresses of the props to the alerts. What SNS cannot deliver goes to one queue.
//
// Requirements: SRC-09, SRC-19
func (p *ClinicalRiskPipeline) subscribe() {
	if len(p.props.AlertEmails) == 0 {
		return
	}
	p.undelivered = awssqs.NewQueue(p, jsii.String(undeliveredID), &awssqs.QueueProps{
		Encryption:          awssqs.QueueEncryption_KMS,
		EncryptionMasterKey: p.key,
		EnforceSSL:          jsii.Bool(true),
		RetentionPeriod:     awscdk.Duration_Days(jsii.Number(14)),
	})
	for _, address := range p.props.AlertEmails {
		p.alertTopic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&address,
			&awssnssubscriptions.EmailSubscriptionProps{DeadLetterQueue: p.undelivered}))
	}
}
