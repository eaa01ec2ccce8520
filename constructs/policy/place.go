package policy

import "github.com/aws/aws-cdk-go/awscdk/v2"

// Place is where a stack's resources are: names, or tokens for them.
type Place struct{ Partition, Region, Account, URLSuffix string }

// In returns the place of a stack. It calls the CDK four times: keep the result.
func In(stack awscdk.Stack) Place {
	return Place{Partition: *stack.Partition(), Region: *stack.Region(), Account: *stack.Account(), URLSuffix: *stack.UrlSuffix()}
}

// ARN returns the ARN of a resource in the stack's account and region, for instance "rule/NAME" of "events".
func (p Place) ARN(service, resource string) string {
	return "arn:" + p.Partition + ":" + service + ":" + p.Region + ":" + p.Account + ":" + resource
}

// Role returns the ARN of a role of the account.
func (p Place) Role(name string) string {
	return "arn:" + p.Partition + ":iam::" + p.Account + ":role/" + name
}

// Integration returns the Resource of a task that calls a service, for instance "sns:publish".
func (p Place) Integration(name string) string { return "arn:" + p.Partition + ":states:::" + name }

// Root returns the ARN of the account's root.
func (p Place) Root() string { return "arn:" + p.Partition + ":iam::" + p.Account + ":root" }

// Service returns the name by which KMS knows a service in the stack's region, for instance "sns.eu-central-1.amazonaws.com":
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
func (p Place) Service(name string) string { return name + "." + p.Region + "." + p.URLSuffix }

// Through limits a statement on a key to its use by a service on behalf of the caller.
func (p Place) Through(service string, statement Statement) Statement {
	return statement.If("StringEquals", "kms:ViaService", p.Service(service))
}

// PassRole lets a role pass another role to one service only.
func PassRole(name, roleARN, service string) Statement {
	return Allow(name, []string{roleARN}, "iam:PassRole").If("StringEquals", "iam:PassedToService", service)
}
