package policy

import "github.com/aws/aws-cdk-go/awscdk/v2"

// Place is where a stack's resources are: names, or tokens of them, each asked of the CDK once.
type Place struct{ Partition, Region, Account, URLSuffix string }

var places = map[awscdk.Stack]Place{}

// In is the place of a stack.
func In(stack awscdk.Stack) Place {
	place, known := places[stack]
	if !known {
		place = Place{Partition: *stack.Partition(), Region: *stack.Region(), Account: *stack.Account(), URLSuffix: *stack.UrlSuffix()}
		places[stack] = place
	}
	return place
}

// ARN is the ARN of a resource in the stack's account and region: "rule/NAME" of "events", for instance.
func (p Place) ARN(service, resource string) string {
	return "arn:" + p.Partition + ":" + service + ":" + p.Region + ":" + p.Account + ":" + resource
}

// Root is the ARN of the account's root.
func (p Place) Root() string { return "arn:" + p.Partition + ":iam::" + p.Account + ":root" }

// Service is the name of a service in the stack's region, "sns.eu-central-1.amazonaws.com" for instance, under which KMS knows it:
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
func (p Place) Service(name string) string { return name + "." + p.Region + "." + p.URLSuffix }
