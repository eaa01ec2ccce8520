# Stored data is encrypted with our own keys, and transmitted data is encrypted in transit. 21 CFR 11.30 asks for encryption in open
# systems. Annex 11 7.1 asks for physical and electronic protection of stored data.
package gxp

import rego.v1

# Readers need the key, too, and the trail logs every use of the key.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::S3::Bucket")
	not receives_access_logs(name)
	not encrypted_by_default(name)
	v := finding(
		"GxP-BucketKey", name, "Properties.BucketEncryption",
		"A bucket of an environment must be encrypted with a customer-managed key (21 CFR 11.30, Annex 11 7.1)",
	)
}

encrypted_by_default(name) if {
	some rule in properties(name).BucketEncryption.ServerSideEncryptionConfiguration
	rule.ServerSideEncryptionByDefault.SSEAlgorithm == "aws:kms"
	customer_key(rule.ServerSideEncryptionByDefault.KMSMasterKeyID)
}

violation contains v if {
	some name in resources_of_type("AWS::SNS::Topic")
	not customer_key(properties(name).KmsMasterKeyId)
	v := finding(
		"GxP-TopicKey", name, "Properties.KmsMasterKeyId",
		"A topic must be encrypted with a customer-managed key (21 CFR 11.30, Annex 11 7.1)",
	)
}

violation contains v if {
	some name in resources_of_type("AWS::SQS::Queue")
	not customer_key(properties(name).KmsMasterKeyId)
	v := finding(
		"GxP-QueueKey", name, "Properties.KmsMasterKeyId",
		"A queue must be encrypted with a customer-managed key (21 CFR 11.30, Annex 11 7.1)",
	)
}

violation contains v if {
	some name in resources_of_type("AWS::DynamoDB::Table")
	not customer_key(properties(name).SSESpecification.KMSMasterKeyId)
	v := finding(
		"GxP-TableKey", name, "Properties.SSESpecification",
		"A table must be encrypted with a customer-managed key (21 CFR 11.30, Annex 11 7.1)",
	)
}

violation contains v if {
	regulated
	some name in resources_of_type("AWS::Logs::LogGroup")
	not customer_key(properties(name).KmsKeyId)
	v := finding(
		"GxP-LogGroupKey", name, "Properties.KmsKeyId",
		"A log group of an environment must be encrypted with a customer-managed key (21 CFR 11.30, Annex 11 7.1)",
	)
}

# Rotation limits the damage of a leaked key.
violation contains v if {
	some name in resources_of_type("AWS::KMS::Key")
	object.get(properties(name), "EnableKeyRotation", false) != true
	v := finding(
		"GxP-KeyRotates", name, "Properties.EnableKeyRotation",
		"A key must rotate (21 CFR 11.30, Annex 11 12.1)",
	)
}

# 21 CFR 11.10(c): who destroys the key of a locked record destroys the record.
violation contains v if {
	regulated
	some name in resources_of_type("AWS::KMS::Key")
	encrypts_locked_objects(name)
	not kept(properties(name))
	v := finding(
		"GxP-KeyKept", name, "Properties.KeyPolicy",
		"The policy of a key of locked records must refuse to disable the key, and to delete it or to do so in less than 30 days (21 CFR 11.10(c))",
	)
}

violation contains v if {
	regulated
	some name in resources_of_type("AWS::KMS::Key")
	encrypts_locked_objects(name)
	not retained(name)
	v := finding(
		"GxP-KeyRetained", name, "DeletionPolicy",
		"A key of locked records must be retained when its stack is deleted or replaces the key (21 CFR 11.10(c))",
	)
}

encrypts_locked_objects(name) if {
	some bucket in resources_of_type("AWS::S3::Bucket")
	properties(bucket).ObjectLockEnabled == true
	contains(sprintf("%v", [properties(bucket).BucketEncryption]), name)
}

kept(key) if {
	some disable in denials(key, "kms:DisableKey")
	excepts_named_principals(disable)
	some delete in denials(key, "kms:ScheduleKeyDeletion")
	excepts_named_principals(delete)
	some hurry in denials(key, "kms:ScheduleKeyDeletion")
	to_number(hurry.Condition.NumericLessThan["kms:ScheduleKeyDeletionPendingWindowInDays"]) == 30
}

denials(key, action) := [statement |
	some statement in list(key.KeyPolicy.Statement)
	statement.Effect == "Deny"
	statement.Principal in ["*", {"AWS": "*"}]
	action in list(statement.Action)
]

# A denial to everybody, or to everybody except named roles.
excepts_named_principals(statement) if not statement.Condition

excepts_named_principals(statement) if object.keys(statement.Condition) == {"ArnNotEquals"}

violation contains v if {
	some name in resources_of_type("AWS::S3::Bucket")
	not refuses_http("AWS::S3::BucketPolicy", name, "Bucket")
	v := finding(
		"GxP-BucketTLS", name, "",
		"The policy of a bucket must refuse requests over plain HTTP (21 CFR 11.30)",
	)
}

violation contains v if {
	some name in resources_of_type("AWS::SNS::Topic")
	not refuses_http("AWS::SNS::TopicPolicy", name, "Topics")
	v := finding(
		"GxP-TopicTLS", name, "",
		"The policy of a topic must refuse requests over plain HTTP (21 CFR 11.30)",
	)
}

violation contains v if {
	some name in resources_of_type("AWS::SQS::Queue")
	not refuses_http("AWS::SQS::QueuePolicy", name, "Queues")
	v := finding(
		"GxP-QueueTLS", name, "",
		"The policy of a queue must refuse requests over plain HTTP (21 CFR 11.30)",
	)
}
