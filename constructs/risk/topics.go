package risk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
)

// addTopics takes the user's topics and makes those that are missing.
func (p *ClinicalRiskPipeline) addTopics() {
	p.alertTopic, p.operationsTopic = p.props.AlertTopic, p.props.OperationsTopic
	if p.alertTopic == nil {
		p.alertTopic = p.newTopic(alertTopicID, "Clinical risk alerts")
	}
	if p.operationsTopic == nil {
		p.operationsTopic = p.newTopic(operationsTopicID, "Clinical risk operations")
	}
}

// newTopic makes a topic that is encrypted at rest and takes messages over TLS only.
func (p *ClinicalRiskPipeline) newTopic(id, displayName string) awssns.Topic {
	return awssns.NewTopic(p, &id, &awssns.TopicProps{
		DisplayName: &displayName,
		MasterKey:   p.topicKey(),
		EnforceSSL:  jsii.Bool(true),
	})
}

// topicKey is the one key that the pipeline's own topics share.
func (p *ClinicalRiskPipeline) topicKey() awskms.Key {
	if p.key == nil {
		p.key = awskms.NewKey(p, jsii.String(keyID), &awskms.KeyProps{
			Description:       jsii.String("Encrypts the messages of the clinical risk pipeline."),
			EnableKeyRotation: jsii.Bool(true),
			RemovalPolicy:     p.props.RemovalPolicy,
		})
	}
	return p.key
}
