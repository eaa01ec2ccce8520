# Nobody can do more than they must: 21 CFR 11.10(d) and (g), Annex 11 12.
package gxp

import rego.v1

identity_policies := ["AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"]

resource_policies := ["AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"]

# The statements that allow something, by the policy they stand in. Those without a name are the CDK's own, which cdk-nag looks
# through where they are not regulated.
allowed contains [name, statement] if {
	some kind in array.concat(identity_policies, resource_policies)
	some name in resources_of_type(kind)
	some statement in list(properties(name).PolicyDocument.Statement)
	statement.Effect == "Allow"
	ours(statement)
}

ours(_) if regulated

ours(statement) if statement.Sid

violation contains v if {
	some [name, statement] in allowed
	not names_actions(statement)
	v := finding(
		"GxP-ActionNamed", name, "Properties.PolicyDocument",
		"A statement must name the actions that it allows, without a wildcard (21 CFR 11.10(d) and (g), Annex 11 12.1)",
	)
}

# NotAction names what is not allowed, and has no Action.
names_actions(statement) if {
	every action in list(statement.Action) {
		not contains(action, "*")
	}
}

# A key's policy lets the account decide by IAM, as AWS asks for; everybody else is allowed named actions:
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
violation contains v if {
	regulated
	some name in resources_of_type("AWS::KMS::Key")
	some statement in list(properties(name).KeyPolicy.Statement)
	statement.Effect == "Allow"
	not endswith(text(object.get(statement.Principal, "AWS", "")), ":root")
	some action in list(statement.Action)
	contains(action, "*")
	v := finding(
		"GxP-KeyActionNamed", name, "Properties.KeyPolicy",
		"A key's policy must name the actions that it allows to others than its account (21 CFR 11.10(d), Annex 11 12.1)",
	)
}

# The statements that may name every resource, each with its reason.
everywhere := {
	"Logging": "log delivery has no resources to name: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
	"Tracing": "X-Ray has no resources to name: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html",
	"WhoStarted": "CloudTrail's event history has no resources to name: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html",
	"ReportCount": "CloudWatch's metrics are no resources; a condition names the namespace: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html",
}

violation contains v if {
	some [name, statement] in allowed
	input.resources[name].resourceType in identity_policies
	some resource in list(object.get(statement, "Resource", "*")) # NotResource leaves all others
	resource == "*"
	not everywhere[statement.Sid]
	v := finding(
		"GxP-ResourceNamed", name, "Properties.PolicyDocument",
		"A statement must name its resources; the few that cannot stand in gates/rules/permissions.rego, each with its reason (21 CFR 11.10(d) and (g), Annex 11 12.1)",
	)
}

# What a name may end in a wildcard for: it is known when it is used only, and everything that it covers is ours.
open_ended := {
	`(\{ref:[^}]+\}|:s3:::[a-z0-9.-]+)/[^*]+/\*$`: "objects below a prefix of one bucket",
	`:states:[^*]+:(execution|express):[^*]+[:/][^*]*\*$`: "executions of one state machine",
	`:emr-serverless:[^*]+:/applications/[^*/]+/jobruns/\*$`: "job runs of one application",
	`:log-group:[^*]+:log-stream:[^*]+\*$`: "log streams of one log group",
}

violation contains v if {
	some [name, statement] in allowed
	input.resources[name].resourceType in identity_policies
	some resource in list(statement.Resource)
	resource != "*"
	contains(text(resource), "*")
	not narrow(text(resource))
	v := finding(
		"GxP-ResourceNarrow", name, "Properties.PolicyDocument",
		"A wildcard in a resource may stand for objects below a prefix, executions of one state machine, job runs of one application or streams of one log group, and for nothing else (21 CFR 11.10(d), Annex 11 12.1)",
	)
}

narrow(resource) if {
	some pattern, _ in open_ended
	regex.match(pattern, resource)
}

# The policies that AWS manages change without us, and allow far more than a step needs.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::IAM::Role")
	some policy in list(properties(name).ManagedPolicyArns)
	contains(text(policy), ":iam::aws:policy/")
	v := finding(
		"GxP-PolicyOurs", name, "Properties.ManagedPolicyArns",
		"A role of an environment must not have a policy that AWS manages (21 CFR 11.10(d), Annex 11 10)",
	)
}

# 21 CFR 11.50 and 11.200: who decides is who signed.
violation contains v if {
	some name in resources_of_type("AWS::Lambda::Url")
	properties(name).AuthType != "AWS_IAM"
	v := finding(
		"GxP-URLSigned", name, "Properties.AuthType",
		"A function's URL must be signed by IAM, so that who calls is known (21 CFR 11.50, 11.200)",
	)
}
