// Package keys makes customer-managed keys and the statements of their policies. The policy of a key says who may use it, and
// through which service or in which encryption context. The account's administrators manage the key; no IAM policy allows any
// other use of it.
package keys

import (
	"encoding/json"
	"fmt"
	"strings"

	"clinical-risk-pipeline/constructs/fault"
	"clinical-risk-pipeline/constructs/internal/check"
	"clinical-risk-pipeline/constructs/internal/removal"
	"clinical-risk-pipeline/constructs/policy"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// administration has the actions that the account's IAM policies may allow on a key: all that manage it, and none that use
// it. AWS refuses to make a key whose policy nobody may change:
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
var administration = []string{
	"kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey", "kms:DisableKeyRotation",
	"kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListGrants", "kms:ListKeyPolicies",
	"kms:ListKeyRotations", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:RevokeGrant", "kms:RotateKeyOnDemand",
	"kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
}

// pendingDays is how long a key that is scheduled for deletion can still be restored, which is the longest time that KMS
// offers: https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
const pendingDays = 30

// Props configure a key.
type Props struct {
	// Key is the user's key. Default: a new key, which rotates each year.
	Key awskms.IKey

	// Prepared says that the policy of an imported Key has the statements. Default: false.
	Prepared bool

	// In is the place of the stack.
	In policy.Place

	// Description and RemovalPolicy are for a new key. A retained key is deleted only where its creation is rolled back.
	Description   string
	RemovalPolicy awscdk.RemovalPolicy

	// Statements say who may use the key: [Through], [InContext], [ByService], [LogGroups].
	Statements []policy.Statement
}

// Of makes a key with the statements in its policy, or adds them to the policy of the user's key. The CDK can neither read
// nor extend the policy of an imported key: unless the user says that it is prepared, the error lists the statements that it
// must have.
//
// Requirements: SRC-16
func Of(scope constructs.Construct, id string, props *Props) (awskms.IKey, error) {
	if props.Key != nil {
		return props.Key, props.extend(scope)
	}
	administer := forKey("Administration", policy.Account(props.In.Root()), administration)
	return awskms.NewKey(scope, &id, &awskms.KeyProps{
		Description:       &props.Description,
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     removal.Kept(props.RemovalPolicy),
		PendingWindow:     awscdk.Duration_Days(jsii.Number(pendingDays)),
		Policy:            policy.Document(append([]policy.Statement{administer}, props.Statements...)...),
	}), nil
}

func (p *Props) extend(scope constructs.Construct) error {
	var missing []string
	owner := *awscdk.Names_UniqueId(scope) // prefixes the names: a policy has each name once, and others may use the key, too
	for _, s := range p.Statements {
		s.Name = owner + s.Name
		if !*p.Key.AddToResourcePolicy(s.CDK(), jsii.Bool(true)).StatementAdded {
			missing = append(missing, readable(awscdk.Stack_Of(scope).Resolve(s.JSON())))
		}
	}
	if p.Prepared || len(missing) == 0 {
		return nil
	}
	const field = "Key"
	return fmt.Errorf("%[1]s is imported, so the CDK can neither read nor extend its policy: "+
		"add these statements to the policy and set %[1]sPrepared: %[2]s", field, strings.Join(missing, ", "))
}

// readable writes a statement as JSON. Values that only the deployment knows become ${AWS::Region} and the like.
func readable(statement any) string {
	b, err := json.Marshal(substituted(statement))
	if err != nil { // values that the CDK has resolved always marshal
		panic(err)
	}
	return string(b)
}

// substituted replaces references and joins in a template's value with text.
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

// Validate reports a key of another account or region than the stack's, where both are known: the services use no key of
// another region, and the stack cannot change the policy of another account's key.
func Validate(key awskms.IKey, stack awscdk.Stack) fault.List {
	if key == nil {
		return nil
	}
	return check.InStack("Key", key.Env(), stack)
}

// Through lets every principal of the account that IAM allows it use a key, but only through a service.
func Through(in policy.Place, name, service string, actions ...string) policy.Statement {
	return in.Through(service, forKey(name, policy.Account(in.Root()), actions))
}

// InContext lets every principal of the account that IAM allows it use a key for data with this encryption context.
func InContext(in policy.Place, name, context string, values []string, actions ...string) policy.Statement {
	return forKey(name, policy.Account(in.Root()), actions).InContext(context, values...)
}

// ByService lets a service use a key on its own behalf.
func ByService(name, service string, actions ...string) policy.Statement {
	return forKey(name, policy.Service(service), actions)
}

// LogGroups lets CloudWatch Logs encrypt the log groups of these ARNs, which may end in a wildcard:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
func LogGroups(in policy.Place, name string, arns ...string) policy.Statement {
	return ByService(name, in.Service("logs"), "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey",
		"kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo").
		If("ArnLike", "kms:EncryptionContext:aws:logs:arn", arns)
}

// forKey is a statement of a key's policy. Its resource "*" is the key itself.
func forKey(name string, principal map[string]any, actions []string) policy.Statement {
	return policy.Allow(name, []string{"*"}, actions...).For(principal)
}
