// Package policy makes every IAM statement of the project, and the roles of its constructs. Statements are plain values, which
// become a CDK document in one call: each call of the CDK costs a synthesis a third of a millisecond, and one CDK statement takes
// several calls.
package policy

import (
	"maps"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
)

// Statement allows or denies something.
type Statement struct {
	// Name is the Sid: what the statement is for.
	Name string

	// Denies makes the statement refuse what it describes. Default: it allows it.
	Denies bool

	// Principal is who the statement is about, in the policy of a resource: [Account], [Service] or [Anybody]. Default: the
	// role that has the policy.
	Principal map[string]any

	// Actions are the actions; Resources are the ARNs that they apply to.
	Actions, Resources []string

	// Conditions are the values by operator and key. Default: none.
	Conditions map[string]map[string]any
}

// Allow returns a statement of a role's policy.
func Allow(name string, resources []string, actions ...string) Statement {
	return Statement{Name: name, Actions: actions, Resources: resources}
}

// Deny returns a statement of a resource's policy that refuses the actions to everybody to whom its conditions apply.
func Deny(name, resource string, actions ...string) Statement {
	return Statement{Name: name, Denies: true, Principal: Anybody(), Actions: actions, Resources: []string{resource}}
}

// Account is every principal of an account whose own policies allow the actions. The root is the ARN of the account's root.
func Account(root string) map[string]any { return map[string]any{"AWS": root} }

// Service is an AWS service, for instance "sns.amazonaws.com".
func Service(name string) map[string]any { return map[string]any{"Service": name} }

// Anybody is every principal, in this account and in every other.
func Anybody() map[string]any { return map[string]any{"AWS": "*"} }

// For returns the statement with a principal, for the policy of a resource.
func (s Statement) For(principal map[string]any) Statement {
	s.Principal = principal
	return s
}

// If returns the statement with one more condition. The value is a string or a list of strings.
func (s Statement) If(operator, key string, value any) Statement {
	conditions := map[string]map[string]any{}
	for name, values := range s.Conditions {
		conditions[name] = maps.Clone(values)
	}
	if conditions[operator] == nil {
		conditions[operator] = map[string]any{}
	}
	conditions[operator][key] = value
	s.Conditions = conditions
	return s
}

// Unless exempts these roles and users from a denial, by their ARNs. Without any, the denial applies to everybody. The roles
// and users need not exist.
func (s Statement) Unless(arns ...string) Statement {
	if len(arns) == 0 {
		return s
	}
	return s.If("ArnNotEquals", "aws:PrincipalArn", arns)
}

// InContext limits a statement on a key to data with this encryption context:
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context
func (s Statement) InContext(context string, values ...string) Statement {
	return s.If("StringEquals", "kms:EncryptionContext:"+context, values)
}

// JSON returns the statement as IAM reads it.
func (s Statement) JSON() map[string]any {
	statement := map[string]any{"Sid": s.Name, "Effect": "Allow", "Action": s.Actions, "Resource": s.Resources}
	if s.Denies {
		statement["Effect"] = "Deny"
	}
	if s.Principal != nil {
		statement["Principal"] = s.Principal
	}
	if len(s.Conditions) > 0 {
		statement["Condition"] = s.Conditions
	}
	return statement
}

// CDK returns the statement for a policy that the CDK extends.
func (s Statement) CDK() awsiam.PolicyStatement { return awsiam.PolicyStatement_FromJson(s.JSON()) }

// Document returns the policy of these statements.
func Document(statements ...Statement) awsiam.PolicyDocument {
	list := make([]any, len(statements))
	for i, s := range statements {
		list[i] = s.JSON()
	}
	return awsiam.PolicyDocument_FromJson(map[string]any{"Version": "2012-10-17", "Statement": list})
}
