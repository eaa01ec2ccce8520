package risk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

// addTopics takes the user's topics and makes those that are missing.
//
// Requirements: SRC-09
func (p *ClinicalRiskPipeline) addTopics() {
	p.alertTopic, p.operationsTopic = p.props.AlertTopic, p.props.OperationsTopic
	if p.alertTopic == nil {
		p.alertTopic = p.newTopic(alertTopicID, "Clinical risk alerts")
	}
	if p.operationsTopic == nil {
		p.operationsTopic = p.newTopic(operationsTopicID, "Clinical risk operations")
	}
	p.subscribe()
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

// newTopic makes a topic that is encrypted at rest and takes messages over TLS only.
func (p *ClinicalRiskPipeline) newTopic(id, displayName string) awssns.Topic {
	return awssns.NewTopic(p, &id, &awssns.TopicProps{
		DisplayName: &displayName,
		MasterKey:   p.key,
		EnforceSSL:  jsii.Bool(true),
	})
}
