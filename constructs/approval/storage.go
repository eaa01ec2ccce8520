package approval

import (
	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/lambda/approval"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
)

// addKey takes the user's key or makes one. The services of table, topic and logs may use it. It panics where it can neither
// extend the policy of the user's key nor rely on it.
func (a *Approval) addKey() {
	statements := []policy.Statement{
		keys.LogGroups(a.in, "ApprovalLogs", a.in.ARN("logs", "log-group:*")),
		// DynamoDB uses the key by a grant, which it gets from the principal that makes the table.
		keys.Through(a.in, "Requests", "dynamodb",
			"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
	}
	if a.props.Topic == nil {
		statements = append(statements, keys.Through(a.in, "TellApprovers", "sns", "kms:Decrypt", "kms:GenerateDataKey"))
	}
	key, err := keys.Of(a, keyID, &keys.Props{
		In: a.in, Key: a.props.Key, Prepared: a.props.KeyPrepared, RemovalPolicy: a.props.RemovalPolicy, Statements: statements,
		Description: "Encrypts the requests for approval of the clinical risk pipeline.",
	})
	if err != nil {
		panic(err)
	}
	a.key = key
}

// addTable makes the store of the requests, with the keys and the index that the functions use.
func (a *Approval) addTable() {
	a.table = awsdynamodb.NewTable(a, jsii.String(tableID), &awsdynamodb.TableProps{
		PartitionKey:                     &awsdynamodb.Attribute{Name: jsii.String(approval.TableKey), Type: awsdynamodb.AttributeType_STRING},
		BillingMode:                      awsdynamodb.BillingMode_PAY_PER_REQUEST,
		Encryption:                       awsdynamodb.TableEncryption_CUSTOMER_MANAGED,
		EncryptionKey:                    a.key,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)},
		DeletionProtection:               jsii.Bool(a.props.RemovalPolicy == awscdk.RemovalPolicy_RETAIN),
		// Not RetainExceptOnCreate: the protection of the table from deletion would block the rollback of its creation.
		RemovalPolicy: a.props.RemovalPolicy,
	})
	a.table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
		IndexName:    jsii.String(approval.OpenIndex),
		PartitionKey: &awsdynamodb.Attribute{Name: jsii.String(approval.OpenIndexKey), Type: awsdynamodb.AttributeType_STRING},
		SortKey:      &awsdynamodb.Attribute{Name: jsii.String(approval.OpenIndexBy), Type: awsdynamodb.AttributeType_STRING},
	})
}

// addTopic takes the user's topic, or makes one that is encrypted at rest and takes messages over TLS only.
func (a *Approval) addTopic() {
	a.topic = a.props.Topic
	if a.topic == nil {
		a.topic = awssns.NewTopic(a, jsii.String(topicID), &awssns.TopicProps{
			DisplayName: jsii.String("Clinical risk approvals"),
			MasterKey:   a.key,
			EnforceSSL:  jsii.Bool(true),
		})
	}
}
