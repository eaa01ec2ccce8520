// Package check has checks that several constructs use to validate their props.
package check

import (
	"regexp"
	"strings"

	"clinical-risk-pipeline/constructs/fault"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"
)

// EndpointName is the pattern of the names of SageMaker's endpoints and variants:
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
var EndpointName = regexp.MustCompile(`^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`)

// Principal is the pattern of the ARNs of IAM roles and users:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
var Principal = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(role|user)/([\w+=,.@-]+/)*[\w+=,.@-]+$`)

// Role is the pattern of the ARNs of IAM roles.
var Role = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/([\w+=,.@-]+/)*[\w+=,.@-]+$`)

// Matches reports whether a text matches the pattern. A CDK token matches every pattern: it is a placeholder for a value that
// only the deployment knows.
func Matches(pattern *regexp.Regexp, s string) bool { return pattern.MatchString(s) || IsToken(s) }

// IsToken reports whether a text contains a CDK token. It asks the CDK last, so that validating literal props needs no Node.
func IsToken(s string) bool { return strings.Contains(s, "${Token[") && *awscdk.Token_IsUnresolved(s) }

// InStack reports a resource in another account or region than the stack's, where both are known.
func InStack(field string, of *interfaces.ResourceEnvironment, stack awscdk.Stack) fault.List {
	var faults fault.List
	differs := func(got, want *string) bool {
		return !*awscdk.Token_IsUnresolved(got) && !*awscdk.Token_IsUnresolved(want) && *got != *want
	}
	if differs(of.Account, stack.Account()) {
		faults.Add(field, "must be in the stack's account, "+*stack.Account(), fault.Text(*of.Account))
	}
	if differs(of.Region, stack.Region()) {
		faults.Add(field, "must be in the stack's region, "+*stack.Region(), fault.Text(*of.Region))
	}
	return faults
}

// IsTrue reports whether an optional flag is set.
func IsTrue(b *bool) bool { return b != nil && *b }
