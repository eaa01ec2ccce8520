package monitoring

import (
	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// letAlarmsReachOperations lets CloudWatch publish the alarms of this account and region to the operations topic, and use the
// topic's key for that. Without the key, CloudWatch silently drops its notifications:
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
// The conditions cannot name the alarms: the alarms need the topic, which needs its key, first.
func (m *Monitoring) letAlarmsReachOperations() {
	topic := m.props.Operations
	publish := m.allowCloudWatch("PublishAlarms", m.arns.operations, "sns:Publish")
	extended := *topic.AddToResourcePolicy(publish).StatementAdded
	if key := topic.MasterKey(); key != nil {
		encrypt := m.allowCloudWatch("EncryptAlarms", "*", "kms:Decrypt", "kms:GenerateDataKey")
		extended = *key.AddToResourcePolicy(encrypt, jsii.Bool(true)).StatementAdded && extended
	}
	if !extended {
		awscdk.Annotations_Of(m).AddWarningV2(jsii.String("clinical-risk-pipeline:operationsTopic"), jsii.String(
			"the policy of the imported Operations topic, or of its key, cannot be extended: it must let cloudwatch.amazonaws.com publish, or alarms reach nobody"))
	}
}

func (m *Monitoring) allowCloudWatch(name, resource string, actions ...string) awsiam.PolicyStatement {
	return policy.Allow(name, []string{resource}, actions...).For(policy.Service("cloudwatch.amazonaws.com")).
		If("ArnLike", "aws:SourceArn", m.place.ARN("cloudwatch", "alarm:*")).
		If("StringEquals", "aws:SourceAccount", m.place.Account).CDK()
}
