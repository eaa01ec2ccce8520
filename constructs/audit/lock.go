package audit

import (
	"fmt"
	"time"

	"clinical-risk-pipeline/constructs/internal/removal"
	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// LockMode says who may shorten the retention of an object.
//
// Requirements: P11-10c
type LockMode string

const (
	// Governance lets only custodians delete an object early.
	Governance LockMode = "GOVERNANCE"

	// Compliance lets nobody delete an object early, not even the account's root user. It cannot be undone.
	Compliance LockMode = "COMPLIANCE"
)

const (
	day              = 24 * time.Hour
	defaultRetention = 365 * day

	// maximumRetention is the longest retention that S3 accepts:
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
	maximumRetention = 100 * 365 * day
)

// settingHolds are the actions that can set an event hold on an object:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
var settingHolds = []string{"s3:PutObject", "s3:PutObjectRetention"}

// lock is how a bucket keeps its objects.
type lock struct {
	mode       LockMode
	retention  time.Duration
	custodians []string
}

// newBucket makes a bucket that keeps every object for the lock's retention. Its access logs go below prefix in accessLogs.
func (l lock) newBucket(scope constructs.Construct, key awskms.IKey, accessLogs awss3.IBucket, prefix string) awss3.Bucket {
	bucket := awss3.NewBucket(scope, jsii.String(bucketID), &awss3.BucketProps{
		Versioned:                  jsii.Bool(true),
		ObjectLockDefaultRetention: l.defaultRetention(),
		Encryption:                 awss3.BucketEncryption_KMS,
		EncryptionKey:              key,
		BucketKeyEnabled:           jsii.Bool(true),
		BlockPublicAccess:          awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:            awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		EnforceSSL:                 jsii.Bool(true),
		MinimumTLSVersion:          jsii.Number(1.2),
		ServerAccessLogsBucket:     accessLogs,
		ServerAccessLogsPrefix:     &prefix,
		RemovalPolicy:              removal.Kept(awscdk.RemovalPolicy_RETAIN),
	})
	for _, statement := range l.statements(bucket) {
		bucket.AddToResourcePolicy(statement.CDK())
	}
	keepPolicy(bucket)
	return bucket
}

// keepPolicy retains the policy of a retained bucket: without it, `cdk destroy` would leave the bucket without its denials.
func keepPolicy(bucket awss3.Bucket) {
	bucket.Policy().ApplyRemovalPolicy(removal.Kept(awscdk.RemovalPolicy_RETAIN))
}

func (l lock) defaultRetention() awss3.ObjectLockRetention {
	if l.mode == Compliance {
		return awss3.ObjectLockRetention_Compliance(days(l.retention))
	}
	return awss3.ObjectLockRetention_Governance(days(l.retention))
}

// statements deny what Object Lock itself allows:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
func (l lock) statements(bucket awss3.IBucket) []policy.Statement {
	objects := *bucket.ArnForObjects(jsii.String("*"))
	statements := []policy.Statement{
		// A delete marker hides an object and does not touch the locked version. Deleting a version is another action, which
		// the lock itself refuses.
		policy.Deny("KeepVisible", objects, "s3:DeleteObject"),
		// Replication from another bucket writes objects and delete markers under actions of its own, and no condition about
		// uploads holds for it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
		policy.Deny("KeepFromReplicas", objects, "s3:ReplicateDelete", "s3:ReplicateObject"),
		// A retention that is set on an object, at its upload or later, replaces the default. It may only be longer.
		policy.Deny("KeepRetention", objects, "s3:PutObjectRetention").
			If("NumericLessThan", "s3:object-lock-remaining-retention-days", []string{fmt.Sprint(l.days())}),
		policy.Deny("KeepLocked", objects, "s3:BypassGovernanceRetention").Unless(l.custodians...),
		// An event hold that is set on an object, at its upload or later, replaces the default of the bucket:
		// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
		policy.Deny("KeepFromHold", objects, settingHolds...).If("Null", "s3:object-lock-event-hold", "false"),
		policy.Deny("KeepFromHoldDuration", objects, settingHolds...).If("Null", "s3:object-lock-event-hold-duration-days", "false"),
		// Other rules could lock future objects for less time, or expire them. Deployments change the rules under change
		// control.
		policy.Deny("KeepRules", *bucket.BucketArn(),
			"s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration").
			Unless(deployers(bucket.Stack())...),
	}
	if l.mode == Compliance {
		statements = append(statements, policy.Deny("KeepCompliance", objects, "s3:PutObjectRetention").
			If("StringEquals", "s3:object-lock-mode", []string{string(Governance)}))
	}
	return statements
}

func (l lock) days() int { return int(l.retention / day) }

func days(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Days(jsii.Number(float64(d / day)))
}

// deployers returns the ARN of the role with which CloudFormation deploys the stack, if the CDK's bootstrapping made one.
func deployers(stack awscdk.Stack) []string {
	synthesizer, ok := stack.Synthesizer().(awscdk.DefaultStackSynthesizer)
	if !ok {
		return nil
	}
	return []string{*awscdk.Fn_Sub(synthesizer.CloudFormationExecutionRoleArn(), nil)}
}
