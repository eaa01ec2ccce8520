# Every role has only the permissions that it needs: 21 CFR 11.10(d) and (g), Annex 11 12.
package gxp

import rego.v1

identity_policies := ["AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"]

resource_policies := ["AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"]

# The statements that allow something, with their policies. In stacks that are not regulated, statements without a Sid come from the
# CDK, and cdk-nag checks them.
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

# A statement with NotAction has no Action.
names_actions(statement) if {
	every action in list(statement.Action) {
		not contains(action, "*")
	}
}

# The policy of a key lets the account decide by IAM, as AWS recommends. It may allow only named actions to other principals:
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
		"The policy of a key must name the actions that it allows to principals outside its account (21 CFR 11.10(d), Annex 11 12.1)",
	)
}

# The statements that may name every resource, each with its reason.
everywhere := {
	"Logging": "log delivery has no resources to name: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
	"Tracing": "X-Ray has no resources to name: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html",
	"ReportCount": "CloudWatch metrics have no ARNs; a condition names the namespace: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html",
}

violation contains v if {
	some [name, statement] in allowed
	input.resources[name].resourceType in identity_policies
	some resource in list(object.get(statement, "Resource", "*")) # NotResource allows all other resources
	resource == "*"
	not everywhere[statement.Sid]
	v := finding(
		"GxP-ResourceNamed", name, "Properties.PolicyDocument",
		"A statement must name its resources; gates/rules/permissions.rego lists the exceptions with their reasons (21 CFR 11.10(d) and (g), Annex 11 12.1)",
	)
}

# The names that may end in a wildcard. They are unknown before run time, and the wildcard matches only our own resources.
open_ended := {
	`(\{ref:[^}]+\}|:s3:::[a-z0-9.-]+)/[^*]+/\*$`: "objects below a prefix of one bucket",
	`^\{dynamic\}/[^*]+/\*$`: "objects below a prefix of one bucket that another stack exports",
	`:states:[^*]+:(execution|express):[^*]+[:/][^*]*\*$`: "executions of one state machine",
	`:emr-serverless:[^*]+:/applications/[^*/]+/jobruns/\*$`: "job runs of one application",
	`:log-group:[^*]+:log-stream:[^*]+\*$`: "log streams of one log group",
	`:log-group:[^*:]+:\*$`: "one log group: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html",
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
		"A wildcard in a resource may match only objects below a prefix, executions of one state machine, job runs of one application or streams of one log group (21 CFR 11.10(d), Annex 11 12.1)",
	)
}

narrow(resource) if {
	some pattern, _ in open_ended
	regex.match(pattern, resource)
}

# AWS changes its managed policies without notice, and they allow far more than a step needs.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::IAM::Role")
	some policy in list(properties(name).ManagedPolicyArns)
	contains(text(policy), ":iam::aws:policy/")
	v := finding(
		"GxP-PolicyOurs", name, "Properties.ManagedPolicyArns",
		"A role of an environment must not have an AWS managed policy (21 CFR 11.10(d), Annex 11 10)",
	)
}

# 21 CFR 11.10(d): nothing of the pipeline has a public endpoint.
violation contains v if {
	some name in resources_of_type("AWS::Lambda::Url")
	v := finding(
		"GxP-NoFunctionURL", name, "Type",
		"A function must not have a URL: callers invoke it, with a permission on it (21 CFR 11.10(d), Annex 11 12.1)",
	)
}
