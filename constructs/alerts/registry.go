package alerts

import (
	"cmp"
	"errors"

	"clinical-risk-pipeline/constructs/keys"
	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"clinical-risk-pipeline/workflow/alert"
)

// RegistryProps configure a [Registry].
type RegistryProps struct {
	// Key encrypts the table. It must be in the stack's account and region. Default: a new key that rotates.
	Key awskms.IKey

	// KeyPrepared says that the policy of an imported Key has the statements that the registry needs. The CDK cannot read that policy:
	// without KeyPrepared the construct refuses an imported key, and the error lists the statements. Default: false.
	KeyPrepared bool

	// RemovalPolicy says what happens to table and key when the construct is removed from its stack. Default: RETAIN.
	RemovalPolicy awscdk.RemovalPolicy
}

// Registry is an encrypted table with the alerts of an environment's trials and with the data cuts that were scored. Each trial has a
// partition of its own, so that a role can be kept to it. It can be restored to any second of the last 35 days; the record store has every
// transition, also of the time before.
type Registry struct {
	constructs.Construct
	table awsdynamodb.Table
	key   awskms.IKey
}

// The ids of the constructs in a registry. They decide the logical ids in the template: never change them.
const (
	keyID   = "Key"
	tableID = "Table"
)

// NewRegistry adds a registry to scope. Nil props are the defaults. It panics where the props are wrong.
func NewRegistry(scope constructs.Construct, id string, props *RegistryProps) *Registry {
	if props == nil {
		props = &RegistryProps{}
	}
	stack := awscdk.Stack_Of(scope)
	if err := errors.Join(keys.Validate(props.Key, stack).Err()); err != nil {
		panic(err)
	}
	r := &Registry{}
	constructs.NewConstruct_Override(r, scope, &id)
	kept := cmp.Or(props.RemovalPolicy, awscdk.RemovalPolicy_RETAIN)
	in := policy.In(stack)
	key, err := keys.Of(r, keyID, &keys.Props{
		In: in, Key: props.Key, Prepared: props.KeyPrepared, RemovalPolicy: kept,
		Description: "Encrypts the registry of alerts of the clinical risk pipeline, and what operations hear of it.",
		// DynamoDB uses the key by a grant, which it gets from the principal that makes the table.
		Statements: []policy.Statement{keys.Through(in, "Registry", "dynamodb",
			"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")},
	})
	if err != nil {
		panic(err)
	}
	r.key = key
	r.table = awsdynamodb.NewTable(r, jsii.String(tableID), &awsdynamodb.TableProps{
		PartitionKey:                     &awsdynamodb.Attribute{Name: jsii.String(alert.RegistryPartition), Type: awsdynamodb.AttributeType_STRING},
		SortKey:                          &awsdynamodb.Attribute{Name: jsii.String(alert.RegistrySort), Type: awsdynamodb.AttributeType_STRING},
		BillingMode:                      awsdynamodb.BillingMode_PAY_PER_REQUEST,
		Encryption:                       awsdynamodb.TableEncryption_CUSTOMER_MANAGED,
		EncryptionKey:                    key,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)},
		DeletionProtection:               jsii.Bool(kept == awscdk.RemovalPolicy_RETAIN),
		// Not RetainExceptOnCreate: the protection of the table from deletion would block the rollback of its creation.
		RemovalPolicy: kept,
	})
	return r
}

// Table returns the table.
func (r *Registry) Table() awsdynamodb.Table { return r.table }

// Key returns the key that encrypts the table.
func (r *Registry) Key() awskms.IKey { return r.key }

// In returns a statement that lets a role do something with the part of the registry that belongs to a trial.
func (r *Registry) In(name, trialID string, actions ...string) policy.Statement {
	return policy.Allow(name, []string{*r.table.TableArn()}, actions...).
		If("ForAllValues:StringEquals", "dynamodb:LeadingKeys", []string{alert.Partition(trialID)}).
		If("Null", "dynamodb:LeadingKeys", "false")
}

// Encryption is what DynamoDB requires of the users of an encrypted table, for a role in a place:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
func (r *Registry) Encryption(in policy.Place, name string) policy.Statement {
	return in.Through("dynamodb", policy.Allow(name, []string{*r.key.KeyArn()},
		"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"))
}
