package audit

import (
	"clinical-risk-pipeline/constructs/internal/removal"
	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

const cloudTrail = "cloudtrail.amazonaws.com"

// addKey takes the user's key or makes one. CloudTrail may use it for this trail, and CloudWatch Logs where the events go
// there. It panics where it can neither extend the policy of the user's key nor rely on it.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
func (t *Trail) addKey() {
	in := policy.In(t.stack())
	statements := append(t.props.Records.keepKey(),
		// CloudTrail decrypts the data key that the bucket reuses.
		t.allowCloudTrail("EncryptTrail", "*", "kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
		keys.Through(in, "ReadTrail", "s3", "kms:Decrypt"),
	)
	if t.props.LogRetention != "" {
		statements = append(statements, keys.LogGroups(in, "EncryptTrailLogs", in.ARN("logs", "log-group:*")),
			// CloudWatch Logs may ask for the key on behalf of a reader:
			// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
			keys.Through(in, "ReadTrailLogs", "logs", "kms:Decrypt"))
	}
	key, err := keys.Of(t, keyID, &keys.Props{
		In: in, Key: t.props.Key, Prepared: t.props.KeyPrepared, RemovalPolicy: awscdk.RemovalPolicy_RETAIN, Statements: statements,
		Description: "Encrypts the audit trail of the clinical risk pipeline.",
	})
	if err != nil {
		panic(err)
	}
	t.key = key
}

// deliveryStatements let CloudTrail write this trail's logs into the bucket, and refuse everybody else who writes there, whatever IAM
// allows them:
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalservicename
func (t *Trail) deliveryStatements() []policy.Statement {
	logs := *t.bucket.ArnForObjects(jsii.String("AWSLogs/" + *t.stack().Account() + "/*"))
	return []policy.Statement{
		policy.Deny("KeepWriter", *t.bucket.ArnForObjects(jsii.String("*")), "s3:PutObject").
			If("StringNotEquals", "aws:PrincipalServiceName", cloudTrail),
		t.allowCloudTrail("CheckTrailBucket", *t.bucket.BucketArn(), "s3:GetBucketAcl"),
		t.allowCloudTrail("WriteTrail", logs, "s3:PutObject").If("StringEquals", "s3:x-amz-acl", "bucket-owner-full-control"),
	}
}

// allowCloudTrail allows CloudTrail actions on behalf of this trail. A trail of any other account or name cannot use our
// bucket or key.
func (t *Trail) allowCloudTrail(name, resource string, actions ...string) policy.Statement {
	return policy.Allow(name, []string{resource}, actions...).For(policy.Service(cloudTrail)).If("StringEquals", "aws:SourceArn", *t.ARN())
}

// newLogGroup makes the log group of the events, encrypted with the trail's key.
func (t *Trail) newLogGroup() awslogs.LogGroup {
	return awslogs.NewLogGroup(t, jsii.String(logGroupID), &awslogs.LogGroupProps{
		EncryptionKey: t.key,
		Retention:     t.props.LogRetention,
		RemovalPolicy: removal.Kept(awscdk.RemovalPolicy_RETAIN),
	})
}

// newLogRole makes the role with which CloudTrail writes to the log group. CloudTrail names its stream after account and
// region:
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
func (t *Trail) newLogRole(group awslogs.ILogGroup) awsiam.Role {
	stream := *t.stack().FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("logs"), Resource: jsii.String("log-group"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		ResourceName: jsii.String(*group.LogGroupName() + ":log-stream:" + *t.stack().Account() + "_CloudTrail_" + *t.stack().Region() + "*"),
	})
	return policy.NewRole(t, logRoleID, &policy.RoleProps{
		PolicyDescription: "Lets CloudTrail write the events of the clinical risk pipeline.",
		Description:       "CloudTrail writes the pipeline's events with this role.",
		AssumedBy:         cloudTrail,
		Conditions:        map[string]any{"StringEquals": map[string]any{"aws:SourceArn": t.ARN()}},
		Statements:        []policy.Statement{policy.Allow("WriteEvents", []string{stream}, "logs:CreateLogStream", "logs:PutLogEvents")},
	})
}
