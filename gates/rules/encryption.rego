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
