package audit

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/internal/removal"
	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// RecordStoreProps configures a [RecordStore].
type RecordStoreProps struct {
	// Lock is the mode of the records' Object Lock. Default: GOVERNANCE.
	Lock LockMode

	// Retention is how long a record is locked, in whole days from one day to 100 years. Nothing deletes a record afterwards:
	// people decide about that. Default: one year.
	Retention time.Duration

	// Custodians are the ARNs of the IAM roles and users who may delete a record early, if IAM allows it, too. Only with
	// GOVERNANCE. Default: nobody.
	Custodians []string

	// BreakGlass are the ARNs of the IAM roles that may disable the keys of the records and of their trail, or schedule their
	// deletion, if IAM allows it, too. Without its key a record is lost, whatever its lock. A deployment may schedule the
	// deletion of a key, because it removes the keys whose creation it rolls back. Default: nobody else.
	BreakGlass []string

	// AccessLogRetention is how long the access logs are kept, in whole days from one day to 100 years. S3 removes a log 30
	// days later. Default: as long as the records are locked.
	AccessLogRetention time.Duration

	// Key encrypts the records. It must be in the stack's account and region. Default: a new key that rotates.
	Key awskms.IKey

	// KeyPrepared says that the policy of an imported Key has the statements that the store needs. The CDK cannot read that
	// policy: without KeyPrepared the construct refuses an imported key, and the error lists the statements. Default: false.
	KeyPrepared bool
}

// RecordStore is a versioned, encrypted bucket with Object Lock. It takes requests over TLS only, is never public, refuses
// requests that would replace or hide a record or lock it for less time, and outlives its stack. Access logs go to a separate bucket.
type RecordStore struct {
	constructs.Construct
	lock       lock
	breakGlass []string
	bucket     awss3.Bucket
	accessLogs awss3.Bucket
	key        awskms.IKey
	writers    []*writers
}

// The ids of the constructs in a record store and a trail. They decide the logical ids in the template: never change them.
const (
	keyID        = "Key"
	bucketID     = "Bucket"
	accessLogsID = "AccessLogs"
	trailID      = "Trail"
	logGroupID   = "Logs"
	logRoleID    = "LogsRole"
)

// logByPolicy is the feature flag with which the bucket of the access logs lets S3 write by its policy. Without the flag the CDK
// asks for an ACL, which this bucket does not have.
const logByPolicy = "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy"

// The folders of the access logs.
const (
	recordAccesses = "records/"
	trailAccesses  = "trail/"
)

// Validate reports every fault of the props at once, as a [fault.List].
func (p *RecordStoreProps) Validate() error {
	if p == nil {
		return nil
	}
	faults := validateLock(p.Lock, p.Retention)
	for i, arn := range p.Custodians {
		if !check.Matches(check.Principal, arn) {
			faults.Add(fmt.Sprintf("Custodians[%d]", i), "must be the ARN of an IAM role or user", arn)
		}
	}
	for i, arn := range p.BreakGlass {
		if !check.Matches(check.Role, arn) {
			faults.Add(fmt.Sprintf("BreakGlass[%d]", i), "must be the ARN of an IAM role", arn)
		}
	}
	if p.Lock == Compliance && len(p.Custodians) > 0 {
		faults.Add("Custodians", "must be empty with COMPLIANCE, which lets nobody delete a record early", len(p.Custodians))
	}
	faults.Include(validateDays("AccessLogRetention", p.AccessLogRetention))
	return faults.Err()
}

// validateIn reports the faults that depend on the stack.
func (p *RecordStoreProps) validateIn(stack awscdk.Stack) fault.List {
	if p == nil {
		return nil
	}
	return keys.Validate(p.Key, stack)
}

// NewRecordStore adds a record store to scope. Nil props are the defaults. It panics with the error of
// [RecordStoreProps.Validate] when the props are wrong.
//
// Requirements: SRC-08, P11-10c, P11-10d, P11-10e
func NewRecordStore(scope constructs.Construct, id string, props *RecordStoreProps) *RecordStore {
	if err := errors.Join(props.Validate(), props.validateIn(awscdk.Stack_Of(scope)).Err()); err != nil {
		panic(err)
	}
	p := props.withDefaults()
	s := &RecordStore{lock: lock{p.Lock, p.Retention, p.Custodians}, breakGlass: p.BreakGlass, key: p.Key}
	constructs.NewConstruct_Override(s, scope, &id)
	s.Node().SetContext(jsii.String(logByPolicy), true)

	s.addKey(p.KeyPrepared)
	s.accessLogs = s.newAccessLogs(p.AccessLogRetention)
	s.bucket = s.lock.newBucket(s, s.key, s.accessLogs, recordAccesses)
	s.keepEncrypted()
	s.keepFirst()
	return s
}

func (p *RecordStoreProps) withDefaults() RecordStoreProps {
	var filled RecordStoreProps
	if p != nil {
		filled = *p
	}
	filled.Lock = cmp.Or(filled.Lock, Governance)
	filled.Retention = cmp.Or(filled.Retention, defaultRetention)
	filled.AccessLogRetention = cmp.Or(filled.AccessLogRetention, filled.Retention)
	return filled
}

// addKey makes a key, unless the user gave one. People and roles use it through S3, which checks their permissions and logs
// their requests.
func (s *RecordStore) addKey(prepared bool) {
	in := policy.In(awscdk.Stack_Of(s))
	key, err := keys.Of(s, keyID, &keys.Props{
		In: in, Key: s.key, Prepared: prepared, RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
		Description: "Encrypts the decision records of the clinical risk pipeline.",
		Statements:  append(s.keepKey(), keys.Through(in, "Records", "s3", "kms:Decrypt", "kms:GenerateDataKey")),
	})
	if err != nil {
		panic(err)
	}
	s.key = key
}

// keepKey returns the statements that keep the key of the records, and the key of their trail.
func (s *RecordStore) keepKey() []policy.Statement {
	return keys.Keep(s.breakGlass, deployers(awscdk.Stack_Of(s)))
}

// newAccessLogs makes the bucket of the server access logs. It has S3's own encryption and no Object Lock, because S3 cannot
// deliver access logs to a bucket with a KMS key or a default retention:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
// Nobody may delete a log. The lifecycle rules, to which bucket policies do not apply, delete logs after the retention: S3 then
// hides a log behind a delete marker, removes the hidden version a month later, and then the marker. S3 does not take
// ExpiredObjectDeleteMarker and a number of days in one rule:
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html
func (s *RecordStore) newAccessLogs(retention time.Duration) awss3.Bucket {
	bucket := awss3.NewBucket(s, jsii.String(accessLogsID), &awss3.BucketProps{
		Versioned:         jsii.Bool(true),
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		EnforceSSL:        jsii.Bool(true),
		MinimumTLSVersion: jsii.Number(1.2),
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Expiration:                          days(retention),
			NoncurrentVersionExpiration:         days(30 * day), // time to restore a log that somebody overwrote
			AbortIncompleteMultipartUploadAfter: days(7 * day),
		}, {
			ExpiredObjectDeleteMarker: jsii.Bool(true),
		}},
		RemovalPolicy: removal.Kept(awscdk.RemovalPolicy_RETAIN),
	})
	bucket.AddToResourcePolicy(policy.Deny("KeepLogs", *bucket.ArnForObjects(jsii.String("*")), "s3:DeleteObject", "s3:DeleteObjectVersion").CDK())
	keepPolicy(bucket)
	return bucket
}

// keepEncrypted refuses an upload that asks for another encryption than the store's. An upload that asks for none gets the
// store's.
func (s *RecordStore) keepEncrypted() {
	objects := *s.bucket.ArnForObjects(jsii.String("*"))
	unless := func(name, header, value string) {
		s.bucket.AddToResourcePolicy(policy.Deny(name, objects, "s3:PutObject").
			If("Null", header, "false").If("StringNotEquals", header, value).CDK())
	}
	unless("KeepEncrypted", "s3:x-amz-server-side-encryption", "aws:kms")
	unless("KeepKey", "s3:x-amz-server-side-encryption-aws-kms-key-id", *s.key.KeyArn())
}

// Bucket returns the bucket of the records.
func (s *RecordStore) Bucket() awss3.IBucket { return s.bucket }

// AccessLogs returns the bucket of the access logs: of the records below "records/", of the trail below "trail/".
func (s *RecordStore) AccessLogs() awss3.IBucket { return s.accessLogs }

// Key returns the key that encrypts the records.
func (s *RecordStore) Key() awskms.IKey { return s.key }
