// Package audit has what stays behind for an auditor: [RecordStore], the bucket of the decision records, which nobody can
// alter or delete before their retention has passed.
package audit

import (
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// LockMode says who may shorten the retention of a record.
type LockMode string

const (
	// Governance lets those delete a record early who hold s3:BypassGovernanceRetention.
	Governance LockMode = "GOVERNANCE"

	// Compliance lets nobody delete a record early, the account's root user included. There is no way back.
	Compliance LockMode = "COMPLIANCE"
)

// RecordStoreProps configures a [RecordStore].
type RecordStoreProps struct {
	// Lock is the mode of the records' Object Lock. Default: GOVERNANCE.
	Lock LockMode

	// Retention is how long a record is locked, in whole days from one day to 100 years. Default: one year.
	Retention time.Duration

	// Key encrypts the records. Default: a new key that rotates.
	Key awskms.IKey
}

// RecordStore is a versioned, encrypted bucket with Object Lock. It takes requests over TLS only, is never public, and
// outlives its stack.
type RecordStore struct {
	constructs.Construct
	bucket awss3.Bucket
	key    awskms.IKey
}

// The ids of the constructs within a record store. They decide the logical ids in the template, so they never change.
const (
	keyID    = "Key"
	bucketID = "Bucket"
)

const (
	day              = 24 * time.Hour
	defaultRetention = 365 * day

	// maximumRetention is the longest that S3 takes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
	maximumRetention = 100 * 365 * day
)

// Validate reports every fault of the props at once.
func (p *RecordStoreProps) Validate() error {
	if p == nil {
		return nil
	}
	var faults []error
	if p.Lock != "" && p.Lock != Governance && p.Lock != Compliance {
		faults = append(faults, fmt.Errorf("Lock must be GOVERNANCE or COMPLIANCE, got %q", p.Lock))
	}
	if p.Retention != 0 && (p.Retention < day || p.Retention > maximumRetention || p.Retention%day != 0) {
		faults = append(faults, fmt.Errorf("Retention must be whole days from %v to %v, got %v", day, maximumRetention, p.Retention))
	}
	return errors.Join(faults...)
}

// NewRecordStore adds a record store to scope; nil props are the defaults. It panics with the error of
// [RecordStoreProps.Validate] when the props are wrong.
func NewRecordStore(scope constructs.Construct, id string, props *RecordStoreProps) *RecordStore {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	s := &RecordStore{}
	constructs.NewConstruct_Override(s, scope, &id)

	p := props.withDefaults()
	s.key = p.Key
	if s.key == nil {
		s.key = awskms.NewKey(s, jsii.String(keyID), &awskms.KeyProps{
			Description:       jsii.String("Encrypts the decision records of the clinical risk pipeline."),
			EnableKeyRotation: jsii.Bool(true),
			RemovalPolicy:     awscdk.RemovalPolicy_RETAIN,
		})
	}
	s.bucket = awss3.NewBucket(s, jsii.String(bucketID), &awss3.BucketProps{
		Versioned:                  jsii.Bool(true),
		ObjectLockDefaultRetention: p.retention(),
		Encryption:                 awss3.BucketEncryption_KMS,
		EncryptionKey:              s.key,
		BucketKeyEnabled:           jsii.Bool(true),
		BlockPublicAccess:          awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:            awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		EnforceSSL:                 jsii.Bool(true),
		MinimumTLSVersion:          jsii.Number(1.2),
		RemovalPolicy:              awscdk.RemovalPolicy_RETAIN,
	})
	return s
}

func (p *RecordStoreProps) withDefaults() RecordStoreProps {
	var filled RecordStoreProps
	if p != nil {
		filled = *p
	}
	if filled.Lock == "" {
		filled.Lock = Governance
	}
	if filled.Retention == 0 {
		filled.Retention = defaultRetention
	}
	return filled
}

func (p RecordStoreProps) retention() awss3.ObjectLockRetention {
	days := awscdk.Duration_Days(jsii.Number(p.Retention.Hours() / 24))
	if p.Lock == Compliance {
		return awss3.ObjectLockRetention_Compliance(days)
	}
	return awss3.ObjectLockRetention_Governance(days)
}

// Bucket is the bucket that holds the records.
func (s *RecordStore) Bucket() awss3.IBucket { return s.bucket }

// Key is the key that encrypts the records.
func (s *RecordStore) Key() awskms.IKey { return s.key }
