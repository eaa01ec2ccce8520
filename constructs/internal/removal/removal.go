// Package removal says what CloudFormation does with a resource that outlives its stack.
package removal

import "github.com/aws/aws-cdk-go/awscdk/v2"

// Kept returns the policy of a resource. A resource with RETAIN outlives its stack, except where CloudFormation rolls back
// the operation that created it: the resource is then new and empty, and would only cost money or block the next attempt.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
func Kept(policy awscdk.RemovalPolicy) awscdk.RemovalPolicy {
	if policy == awscdk.RemovalPolicy_RETAIN {
		return awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
	}
	return policy
}
