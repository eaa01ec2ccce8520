// Package keys makes customer-managed keys, and the statements of their policies. The policy of a key names who may use it
// and through which service: the account's administrators manage it, and nobody encrypts or decrypts with it because of an
// IAM policy alone.
package keys

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"clinical-risk-pipeline/constructs/internal/check"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// administration is what the account may do with a key, as its IAM policies say: all that manages it, and nothing that uses
// it. A key whose policy nobody may change is lost, so that AWS refuses to make one:
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
var administration = []string{
	"kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey", "kms:DisableKeyRotation",
	"kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListGrants", "kms:ListKeyPolicies",
	"kms:ListKeyRotations", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:RevokeGrant", "kms:RotateKeyOnDemand",
	"kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
}

// New makes a key that rotates each year and that nobody may use until [Extend] says who.
//
// Requirements: SRC-16
func New(scope constructs.Construct, id, description string, removal awscdk.RemovalPolicy) awskms.Key {
	administer := statement("Administration", awsiam.NewAccountRootPrincipal(), administration, nil)
	return awskms.NewKey(scope, &id, &awskms.KeyProps{
		Description:       &description,
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     removal,
		Policy:            awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{administer}}),
	})
}

// Extend adds statements to a key's policy. The policy of an imported key is out of reach: unless the user says that it is
// prepared, the error lists the statements that it must have.
func Extend(stack awscdk.Stack, key awskms.IKey, prepared bool, statements ...awsiam.PolicyStatement) error {
	var missing []string
	for _, s := range statements {
		if !*key.AddToResourcePolicy(s, jsii.Bool(true)).StatementAdded {
			missing = append(missing, readable(stack.Resolve(s.ToStatementJson())))
		}
	}
	if prepared || len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("Key must have a policy that lets the pipeline's services use it, and the policy of an imported key cannot be read or extended: "+
		"give it these statements and set KeyPrepared: %s", strings.Join(missing, ", "))
}

// readable writes a statement as JSON, with the values that only the deployment knows as ${AWS::Region} and the like.
func readable(statement any) string {
	b, err := json.Marshal(substituted(statement))
	if err != nil { // what the CDK resolved is JSON
		panic(err)
	}
	return string(b)
}

// substituted replaces references and joins in a template's value by text.
func substituted(value any) any {
	switch v := value.(type) {
	case map[string]any:
		if name, ok := v["Ref"].(string); ok {
			return "${" + name + "}"
		}
		if arguments, ok := v["Fn::Join"].([]any); ok {
			return joined(arguments[1].([]any))
		}
		object := map[string]any{}
		for name, field := range v {
			object[name] = substituted(field)
		}
		return object
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = substituted(item)
		}
		return items
	}
	return value
}

func joined(parts []any) string {
	var b strings.Builder
	for _, part := range parts {
		fmt.Fprint(&b, substituted(part))
	}
	return b.String()
}

// Validate reports a key of another account or region than the stack's, where both are known: the services take no key of
// another region, and the policy of another account's key is not in our hands.
func Validate(key awskms.IKey, stack awscdk.Stack) error {
	if key == nil {
		return nil
	}
	env := key.Env()
	return errors.Join(
		check.SameAs("Key must be in the stack's account", env.Account, stack.Account()),
		check.SameAs("Key must be in the stack's region", env.Region, stack.Region()),
	)
}

// Service is the name under which KMS knows a service of the stack's region, "sns.eu-central-1.amazonaws.com" for instance:
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
func Service(stack awscdk.Stack, service string) string {
	return service + "." + *stack.Region() + "." + *stack.UrlSuffix()
}

// Through lets whoever IAM allows it in the account use a key through a service, and not without it.
func Through(stack awscdk.Stack, name, service string, actions ...string) awsiam.PolicyStatement {
	return statement(name, awsiam.NewAccountRootPrincipal(), actions, map[string]any{
		"StringEquals": map[string]any{"kms:ViaService": Service(stack, service)},
	})
}

// InContext lets whoever IAM allows it in the account use a key for what has this encryption context.
func InContext(name, context string, values []string, actions ...string) awsiam.PolicyStatement {
	return statement(name, awsiam.NewAccountRootPrincipal(), actions, map[string]any{
		"StringEquals": map[string]any{"kms:EncryptionContext:" + context: values},
	})
}

// ByService lets a service use a key on its own behalf. A statement with conditions is good for what they say only.
func ByService(name, principal string, conditions map[string]any, actions ...string) awsiam.PolicyStatement {
	return statement(name, awsiam.NewServicePrincipal(&principal, nil), actions, conditions)
}

// LogGroups lets CloudWatch Logs encrypt the log groups of these ARNs, which may end in a wildcard:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
func LogGroups(stack awscdk.Stack, name string, arns ...string) awsiam.PolicyStatement {
	return ByService(name, Service(stack, "logs"), map[string]any{"ArnLike": map[string]any{"kms:EncryptionContext:aws:logs:arn": arns}},
		"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo")
}

func statement(name string, principal awsiam.IPrincipal, actions []string, conditions map[string]any) awsiam.PolicyStatement {
	props := &awsiam.PolicyStatementProps{
		Sid:        &name,
		Principals: &[]awsiam.IPrincipal{principal},
		Actions:    jsii.Strings(actions...),
		Resources:  jsii.Strings("*"), // a key's policy speaks of its own key
	}
	if conditions != nil {
		props.Conditions = &conditions
	}
	return awsiam.NewPolicyStatement(props)
}
