package approval

import (
	"clinical-risk-pipeline/lambda/approval"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
)

// addKey takes the user's key or makes one, and lets CloudWatch Logs use it for log groups of this account.
func (a *Approval) addKey() {
	a.key = a.props.Key
	if a.key == nil {
		a.key = awskms.NewKey(a, jsii.String(keyID), &awskms.KeyProps{
			Description:       jsii.String("Encrypts the requests for approval of the clinical risk pipeline."),
			EnableKeyRotation: jsii.Bool(true),
			RemovalPolicy:     a.props.RemovalPolicy,
		})
	}
	groups := a.stack().FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("logs"), Resource: jsii.String("log-group"), ResourceName: jsii.String("*"),
		ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
	a.key.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("ApprovalLogs"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("logs."+*a.stack().Region()+".amazonaws.com"), nil)},
		Actions:    jsii.Strings("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"),
		Resources:  jsii.Strings("*"), // a key policy speaks of its own key
		Conditions: &map[string]any{"ArnLike": map[string]*string{"kms:EncryptionContext:aws:logs:arn": groups}},
	}), jsii.Bool(true))
}

// addTable makes the store, as the functions use it.
func (a *Approval) addTable() {
	a.table = awsdynamodb.NewTable(a, jsii.String(tableID), &awsdynamodb.TableProps{
		PartitionKey:                     &awsdynamodb.Attribute{Name: jsii.String(approval.TableKey), Type: awsdynamodb.AttributeType_STRING},
		BillingMode:                      awsdynamodb.BillingMode_PAY_PER_REQUEST,
		Encryption:                       awsdynamodb.TableEncryption_CUSTOMER_MANAGED,
		EncryptionKey:                    a.key,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)},
		DeletionProtection:               jsii.Bool(a.props.RemovalPolicy == awscdk.RemovalPolicy_RETAIN),
		RemovalPolicy:                    a.props.RemovalPolicy,
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
