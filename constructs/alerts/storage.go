package alerts

import (
	"slices"

	"clinical-risk-pipeline/constructs/internal/removal"
	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

// worklistDays is how long a worklist is kept. The events are the record.
const worklistDays = 90

// addKey takes the user's key or makes one. The services of topic, queues, worklists and logs may use it, and the people who read
// worklists.
func (a *Alerts) addKey() {
	statements := []policy.Statement{
		keys.LogGroups(a.in, "AlertLogs", a.in.ARN("logs", "log-group:*")),
		keys.Through(a.in, "Tell", "sns", "kms:Decrypt", "kms:GenerateDataKey"),
		keys.Through(a.in, "Worklists", "s3", "kms:Decrypt", "kms:GenerateDataKey"),
		keys.Through(a.in, "Queues", "sqs", "kms:Decrypt", "kms:GenerateDataKey"),
	}
	if len(a.addresses()) > 0 {
		statements = append(statements, keys.ByService("KeepUndeliveredAlerts", "sns.amazonaws.com", "kms:Decrypt", "kms:GenerateDataKey").
			If("StringEquals", "aws:SourceAccount", a.in.Account))
	}
	if people := a.everybody(); len(people) > 0 {
		statements = append(statements, a.in.Through("s3", policy.Allow("ReadWorklists", []string{"*"}, "kms:Decrypt").For(map[string]any{"AWS": people})))
	}
	key, err := keys.Of(a, keyID, &keys.Props{
		In: a.in, Key: a.props.Key, Prepared: a.props.KeyPrepared, RemovalPolicy: a.props.RemovalPolicy, Statements: statements,
		Description: "Encrypts the messages and worklists of the trial " + a.props.Trial.ID + " of the clinical risk pipeline.",
	})
	if err != nil {
		panic(err)
	}
	a.key = key
}

// addTopic makes the topic, subscribes the addresses of the trial's file, each to the messages of its role, and makes the queues. A
// message without a role is for everybody: NotifyTeam sends it where the alerts could not be updated.
func (a *Alerts) addTopic() {
	a.topic = awssns.NewTopic(a, jsii.String(topicID), &awssns.TopicProps{
		DisplayName: jsii.String("Clinical risk alerts"), MasterKey: a.key, EnforceSSL: jsii.Bool(true),
	})
	a.missed = a.queue(missedID)
	if len(a.addresses()) == 0 {
		return
	}
	a.undelivered = a.queue(undeliveredID)
	for _, to := range a.addresses() {
		a.topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&to.email, &awssnssubscriptions.EmailSubscriptionProps{
			DeadLetterQueue: a.undelivered,
			FilterPolicy:    &map[string]awssns.SubscriptionFilter{"role": awssns.NewSubscriptionFilter(&to.filter)},
		}))
	}
}

// address is an e-mail address with the filter of its subscription.
type address struct {
	email  string
	filter []any
}

// addresses returns the addresses of the trial's file, each once: a topic has one subscription for an address.
func (a *Alerts) addresses() []address {
	var addresses []address
	for _, recipient := range a.props.Trial.Recipients {
		for _, email := range recipient.Emails {
			at := slices.IndexFunc(addresses, func(known address) bool { return known.email == email })
			if at < 0 {
				at = len(addresses)
				addresses = append(addresses, address{email, []any{map[string]any{"exists": false}}})
			}
			addresses[at].filter = append(addresses[at].filter, recipient.Role)
		}
	}
	return addresses
}

func (a *Alerts) queue(id string) awssqs.Queue {
	return awssqs.NewQueue(a, &id, &awssqs.QueueProps{
		Encryption: awssqs.QueueEncryption_KMS, EncryptionMasterKey: a.key, EnforceSSL: jsii.Bool(true),
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
	})
}

// addWorklists makes the bucket of the worklists.
func (a *Alerts) addWorklists() {
	a.worklists = awss3.NewBucket(a, jsii.String(worklistsID), &awss3.BucketProps{
		Encryption: awss3.BucketEncryption_KMS, EncryptionKey: a.key, BucketKeyEnabled: jsii.Bool(true),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		EnforceSSL:        jsii.Bool(true),
		MinimumTLSVersion: jsii.Number(1.2),
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Expiration:                          awscdk.Duration_Days(jsii.Number(worklistDays)),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(7)),
		}},
		// A bucket with objects cannot be deleted with its stack.
		RemovalPolicy: removal.Kept(awscdk.RemovalPolicy_RETAIN),
	})
	a.worklists.Policy().ApplyRemovalPolicy(removal.Kept(awscdk.RemovalPolicy_RETAIN))   // a retained bucket keeps its guard
	awscdk.Tags_Of(a.worklists).Add(jsii.String("contents"), jsii.String("copies"), nil) // for the policy gates: the events are the record
}
