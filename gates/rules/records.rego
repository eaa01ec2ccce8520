# Records, and the logs about them, remain complete, legible and retrievable.
package gxp

import rego.v1

# 21 CFR 11.10(c), Annex 11 7.1: records are protected throughout their retention.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::S3::Bucket")
	not receives_access_logs(name)
	not holds_copies(name)
	not locked_by_default(name)
	v := finding(
		"GxP-BucketLocked", name, "Properties.ObjectLockConfiguration",
		"A bucket of an environment must have Object Lock with a default retention, or its records can be deleted too early (21 CFR 11.10(c), Annex 11 7.1)",
	)
}

locked_by_default(name) if {
	bucket := properties(name)
	bucket.ObjectLockEnabled == true
	retention := bucket.ObjectLockConfiguration.Rule.DefaultRetention
	retention.Mode in ["GOVERNANCE", "COMPLIANCE"]
	some unit in ["Days", "Years"]
	retention[unit] > 0
}

# 21 CFR 11.10(c): in production nobody can shorten a retention, not even the root user.
violation contains v if {
	production
	some name in resources_of_type("AWS::S3::Bucket")
	properties(name).ObjectLockConfiguration.Rule.DefaultRetention.Mode != "COMPLIANCE"
	v := finding(
		"GxP-BucketCompliance", name, "Properties.ObjectLockConfiguration.Rule.DefaultRetention.Mode",
		"In production the default retention must have the mode COMPLIANCE, so that nobody can shorten it (21 CFR 11.10(c))",
	)
}

# 21 CFR 11.10(e), Annex 11 9: a change does not obscure earlier records.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::S3::Bucket")
	not holds_copies(name)
	object.get(properties(name), ["VersioningConfiguration", "Status"], "") != "Enabled"
	v := finding(
		"GxP-BucketVersioned", name, "Properties.VersioningConfiguration",
		"A bucket of an environment must keep versions, or a change obscures earlier records (21 CFR 11.10(e), Annex 11 9)",
	)
}

# 21 CFR 11.10(c): records outlive the stack that created their bucket.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::S3::Bucket")
	not retained(name)
	v := finding(
		"GxP-BucketRetained", name, "DeletionPolicy",
		"A bucket of an environment must be retained when its stack is deleted or replaces the bucket (21 CFR 11.10(c))",
	)
}

# RetainExceptOnCreate deletes a resource only where CloudFormation rolls back the operation that created it.
retained(name) if {
	input.resources[name].deletionPolicy in ["Retain", "RetainExceptOnCreate"]
	input.resources[name].updateReplacePolicy == "Retain"
}

# 21 CFR 11.10(c): without its policy a retained bucket takes plain HTTP, delete markers and shorter locks.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::S3::BucketPolicy")
	not retained(name)
	v := finding(
		"GxP-BucketPolicyRetained", name, "DeletionPolicy",
		"The policy of a bucket of an environment must be retained with its bucket, or the bucket loses its guard (21 CFR 11.10(c))",
	)
}

# 21 CFR 11.10(d), Annex 11 12.1: access is limited to authorized individuals.
violation contains v if {
	some name in resources_of_type("AWS::S3::Bucket")
	some setting in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
	object.get(properties(name), ["PublicAccessBlockConfiguration", setting], false) != true
	v := finding(
		"GxP-BucketPrivate", name, "Properties.PublicAccessBlockConfiguration",
		"A bucket must enable all four settings that block public access (21 CFR 11.10(d), Annex 11 12.1)",
	)
}

# 21 CFR 11.10(e): the audit trail is secure, and its files prove their integrity.
violation contains v if {
	some name in resources_of_type("AWS::CloudTrail::Trail")
	not evident(properties(name))
	v := finding(
		"GxP-TrailValidated", name, "Properties.EnableLogFileValidation",
		"A trail must be logging, validate its log files, and be encrypted with a customer-managed key (21 CFR 11.10(e), Annex 11 9)",
	)
}

evident(trail) if {
	trail.IsLogging == true
	trail.EnableLogFileValidation == true
	customer_key(trail.KMSKeyId)
}

# 21 CFR 11.10(e) and (g), ICH E6(R3) 4.2.2: IAM and STS send their events only to trails of all regions.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::CloudTrail::Trail")
	some setting in ["IsMultiRegionTrail", "IncludeGlobalServiceEvents"]
	object.get(properties(name), setting, false) != true
	v := finding(
		"GxP-TrailEverywhere", name, sprintf("Properties.%s", [setting]),
		"The trail of an environment must log all regions and the global services, or it misses changes of roles (21 CFR 11.10(e) and (g))",
	)
}

# The calls that take the protection of records away, or blind their trail.
watched_calls := [
	"ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy",
	"StopLogging", "UpdateTrail", "DeleteTrail", "PutEventSelectors",
	"PutBucketPolicy", "DeleteBucketPolicy", "PutObjectLockConfiguration",
]

# 21 CFR 11.10(e) and 11.300(d), EMA guideline A4.10: somebody hears of an attempt.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::CloudTrail::Trail")
	some call in watched_calls
	not watched(name, call)
	v := finding(
		"GxP-TrailWatched", name, "Properties.CloudWatchLogsLogGroupArn",
		"An alarm must watch the events of the trail for calls that take the protection of records away (21 CFR 11.10(e), 11.300(d))",
	)
}

watched(trail, call) if {
	some filter in resources_of_type("AWS::Logs::MetricFilter")
	contains(sprintf("%v", [properties(trail).CloudWatchLogsLogGroupArn]), referenced(properties(filter).LogGroupName))
	contains(text(properties(filter).FilterPattern), concat("", ["\"", call, "\""]))
	some transformation in properties(filter).MetricTransformations
	some alarm in resources_of_type("AWS::CloudWatch::Alarm")
	properties(alarm).MetricName == transformation.MetricName
}
