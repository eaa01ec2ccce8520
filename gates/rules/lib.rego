# Shared definitions of the rules. The validator resolves the intrinsics of a template as far as possible: a reference to a resource
# is {"__ref": "LogicalId"}, and a text that contains a reference is {"__dynamic": "Join:…"}.
package gxp

import rego.v1

# A regulated stack belongs to an environment: one of its resources names the environment in a tag. The pipeline that deploys the
# environments belongs to none of them and contains no records.
regulated if {
	some _, resource in input.resources
	environment(resource)
}

environment(resource) := tag.Value if {
	some tag in resource.properties.Tags
	tag.Key == "environment"
}

production if {
	some _, resource in input.resources
	startswith(environment(resource), "prod")
}

# finding is the result of a rule for a resource. Its text does not name the resource, because the report does.
finding(id, name, path, text) := make_diag_at(id, "ERROR", name, path, text)

properties(name) := object.get(input.resources[name], "properties", {})

# Our own key, by reference or by ARN. The aliases of AWS managed keys begin with alias/aws/.
customer_key(value) if {
	is_object(value)
}

customer_key(value) if {
	is_string(value)
	value != ""
	not contains(value, "alias/aws/")
}

referenced(value) := value.__ref

list(value) := value if is_array(value)

list(value) := [value] if not is_array(value)

# The text of a resource in a statement, as far as the synthesis knows it.
text(value) := value if is_string(value)

text(value) := trim_prefix(value.__dynamic, "Join:") if value.__dynamic

text(value) := sprintf("{ref:%s}", [value.__ref]) if value.__ref

# The bucket says that it holds copies of records, and deletes each of them within 90 days.
holds_copies(name) if {
	some tag in properties(name).Tags
	tag.Key == "contents"
	tag.Value == "copies"
	some rule in properties(name).LifecycleConfiguration.Rules
	rule.Status == "Enabled"
	rule.ExpirationInDays <= 90
	not rule.Prefix
	not rule.TagFilters
}

# S3 delivers access logs only to buckets without Object Lock and without a customer-managed key:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
receives_access_logs(name) if {
	some other in resources_of_type("AWS::S3::Bucket")
	other != name
	referenced(properties(other).LoggingConfiguration.DestinationBucketName) == name
}

# The policy of a resource refuses every request over plain HTTP.
refuses_http(policies, name, targets) if {
	some policy in resources_of_type(policies)
	some target in list(properties(policy)[targets])
	referenced(target) == name
	some statement in list(properties(policy).PolicyDocument.Statement)
	statement.Effect == "Deny"
	statement.Principal in ["*", {"AWS": "*"}]
	sprintf("%v", [statement.Condition.Bool["aws:SecureTransport"]]) == "false"
}
