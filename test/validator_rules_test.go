package test

import (
	"slices"
	"strings"
)

// broken is a resource that exactly one rule refuses.
type broken struct {
	reason string
	kind   string // the type of the broken resource, the first by logical id
	id     string // a part of its logical id. Default: any
	change func(resource, properties object)
}

// leavingOut breaks a resource by removing a property.
func leavingOut(name string) func(resource, properties object) {
	return func(_, properties object) { delete(properties, name) }
}

// setting breaks a resource by another value of a property. Dots in the name lead into objects.
func setting(name string, value any) func(resource, properties object) {
	return func(_, properties object) {
		path := strings.Split(name, ".")
		for _, part := range path[:len(path)-1] {
			properties = properties[part].(object)
		}
		properties[path[len(path)-1]] = value
	}
}

// adding breaks a policy by one more statement.
func adding(more object) func(resource, properties object) {
	return func(_, properties object) {
		document, ok := properties["PolicyDocument"].(object)
		if !ok {
			document = properties["KeyPolicy"].(object)
		}
		document["Statement"] = append(document["Statement"].([]any), more)
	}
}

// plainHTTP breaks a policy by allowing plain HTTP.
func plainHTTP(_, properties object) {
	document := properties["PolicyDocument"].(object)
	document["Statement"] = slices.DeleteFunc(document["Statement"].([]any), func(s any) bool {
		return strings.Contains(text(s), "aws:SecureTransport")
	})
}

// withoutStatement breaks a key's policy by leaving a statement out.
func withoutStatement(name string) func(resource, properties object) {
	return func(_, properties object) {
		document := properties["KeyPolicy"].(object)
		document["Statement"] = slices.DeleteFunc(document["Statement"].([]any), func(s any) bool { return s.(object)["Sid"] == name })
	}
}

func locked(mode string) object {
	return object{"ObjectLockEnabled": "Enabled", "Rule": object{"DefaultRetention": object{"Mode": mode, "Days": 1}}}
}

func allowing(action, resource any) object {
	return object{"Sid": "More", "Effect": "Allow", "Action": action, "Resource": resource}
}

// brokenBy has the rows of each rule. Most bucket rows break the bucket of the records, because the others are alike.
var brokenBy = map[string][]broken{
	"GxP-BucketLocked": {
		{"without a default retention nothing locks a record", "AWS::S3::Bucket", "RecordsBucket", setting("ObjectLockConfiguration", object{"ObjectLockEnabled": "Enabled"})},
		{"a mode without a period locks nothing", "AWS::S3::Bucket", "RecordsBucket", setting("ObjectLockConfiguration.Rule", object{"DefaultRetention": object{"Mode": "COMPLIANCE"}})},
		{"a trail is a record, too", "AWS::S3::Bucket", "TrailBucket", leavingOut("ObjectLockConfiguration")},
	},
	"GxP-BucketCompliance": {{"GOVERNANCE can be bypassed", "AWS::S3::Bucket", "RecordsBucket", setting("ObjectLockConfiguration", locked("GOVERNANCE"))}},
	"GxP-BucketVersioned":  {{"an overwritten log is lost", "AWS::S3::Bucket", "AccessLogs", setting("VersioningConfiguration", object{"Status": "Suspended"})}},
	"GxP-BucketRetained": {
		{"deleting the stack deletes the records", "AWS::S3::Bucket", "RecordsBucket", func(resource, _ object) { resource["DeletionPolicy"] = "Delete" }},
		{"replacing the bucket deletes the records", "AWS::S3::Bucket", "RecordsBucket", func(resource, _ object) { delete(resource, "UpdateReplacePolicy") }},
	},
	"GxP-BucketPolicyRetained": {
		{"the stack is deleted, and the guard with it", "AWS::S3::BucketPolicy", "RecordsBucket", func(resource, _ object) { delete(resource, "DeletionPolicy") }},
		{"the stack replaces the policy", "AWS::S3::BucketPolicy", "TrailBucket", func(resource, _ object) { resource["UpdateReplacePolicy"] = "Delete" }},
	},
	"GxP-KeyKept": {
		{"whoever may disable the key", "AWS::KMS::Key", "TrailKey", withoutStatement("KeepKey")},
		{"whoever may delete the key", "AWS::KMS::Key", "TrailKey", withoutStatement("KeepFromDeletion")},
		{"within seven days", "AWS::KMS::Key", "TrailKey", withoutStatement("KeepRestorable")},
	},
	"GxP-KeyRetained": {{"the stack is deleted, and the key of the records with it", "AWS::KMS::Key", "TrailKey", func(resource, _ object) { resource["DeletionPolicy"] = "Delete" }}},
	"GxP-TrailEverywhere": {
		{"one region", "AWS::CloudTrail::Trail", "", setting("IsMultiRegionTrail", false)},
		{"without IAM", "AWS::CloudTrail::Trail", "", setting("IncludeGlobalServiceEvents", false)},
	},
	"GxP-TrailWatched": {
		{"nobody reads the events", "AWS::CloudTrail::Trail", "", leavingOut("CloudWatchLogsLogGroupArn")},
		{"nobody hears of a key's deletion", "AWS::Logs::MetricFilter", "KeyChanges", setting("FilterPattern", `{ $.eventName = "PutKeyPolicy" }`)},
		{"an alarm on something else", "AWS::Logs::MetricFilter", "TrailChanges", setting("MetricTransformations", []any{object{"MetricName": "other", "MetricNamespace": "ClinicalRisk", "MetricValue": "1"}})},
	},
	"GxP-BucketPrivate": {{"a policy may make it public", "AWS::S3::Bucket", "RecordsBucket", setting("PublicAccessBlockConfiguration.BlockPublicPolicy", false)}},
	"GxP-BucketKey": {
		{"nobody can withhold the key of S3", "AWS::S3::Bucket", "RecordsBucket", setting("BucketEncryption", object{"ServerSideEncryptionConfiguration": []any{object{"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "AES256"}}}})},
		{"the key is the managed key of AWS for S3", "AWS::S3::Bucket", "RecordsBucket", setting("BucketEncryption", object{"ServerSideEncryptionConfiguration": []any{object{"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/aws/s3"}}}})},
	},
	"GxP-BucketTLS": {{"plain HTTP", "AWS::S3::BucketPolicy", "RecordsBucket", plainHTTP}},
	"GxP-TopicKey": {
		{"not encrypted", "AWS::SNS::Topic", "", leavingOut("KmsMasterKeyId")},
		{"the key is the managed key of AWS for SNS", "AWS::SNS::Topic", "", setting("KmsMasterKeyId", "alias/aws/sns")},
	},
	"GxP-TopicTLS": {{"plain HTTP", "AWS::SNS::TopicPolicy", "", plainHTTP}},
	"GxP-QueueKey": {{"the key is SQS's own", "AWS::SQS::Queue", "", leavingOut("KmsMasterKeyId")}},
	"GxP-QueueTLS": {{"plain HTTP", "AWS::SQS::QueuePolicy", "", plainHTTP}},
	"GxP-TableKey": {{"the key is DynamoDB's own", "AWS::DynamoDB::Table", "", leavingOut("SSESpecification")}},
	"GxP-KeyRotates": {
		{"the key never rotates", "AWS::KMS::Key", "", leavingOut("EnableKeyRotation")},
		{"the rotation is off", "AWS::KMS::Key", "", setting("EnableKeyRotation", false)},
	},
	"GxP-LogGroupKey":       {{"the key is CloudWatch's own", "AWS::Logs::LogGroup", "", leavingOut("KmsKeyId")}},
	"GxP-LogGroupRetention": {{"events are kept forever", "AWS::Logs::LogGroup", "", leavingOut("RetentionInDays")}},
	"GxP-TrailValidated": {
		{"the files have no digests", "AWS::CloudTrail::Trail", "", setting("EnableLogFileValidation", false)},
		{"the trail is off", "AWS::CloudTrail::Trail", "", setting("IsLogging", false)},
		{"the key is S3's own", "AWS::CloudTrail::Trail", "", leavingOut("KMSKeyId")},
	},
	"GxP-EnvironmentNamed": {{"without a tag its rules are unknown", "AWS::StepFunctions::StateMachine", "", leavingOut("Tags")}},
	"GxP-ExecutionsLogged": {
		{"only failures are logged", "AWS::StepFunctions::StateMachine", "", setting("LoggingConfiguration.Level", "ERROR")},
		{"the log has subject data", "AWS::StepFunctions::StateMachine", "", setting("LoggingConfiguration.IncludeExecutionData", true)},
		{"the log has no destination", "AWS::StepFunctions::StateMachine", "", setting("LoggingConfiguration.Destinations", []any{})},
		{"nothing is logged", "AWS::StepFunctions::StateMachine", "", leavingOut("LoggingConfiguration")},
	},
	"GxP-ExecutionsTraced": {{"nothing is traced", "AWS::StepFunctions::StateMachine", "", leavingOut("TracingConfiguration")}},
	"GxP-ExecutionsKey":    {{"the key of the histories is AWS's own", "AWS::StepFunctions::StateMachine", "Pipeline", leavingOut("EncryptionConfiguration")}},
	"GxP-AlarmActs": {
		{"the alarm has no action", "AWS::CloudWatch::Alarm", "", setting("AlarmActions", []any{})},
		{"the actions are off", "AWS::CloudWatch::Alarm", "", setting("ActionsEnabled", false)},
	},
	"GxP-FunctionPinned": {{"the processor is not set", "AWS::Lambda::Function", "", leavingOut("Architectures")}},
	"GxP-FunctionLogs":   {{"Lambda creates the log group", "AWS::Lambda::Function", "", leavingOut("LoggingConfig")}},
	"GxP-NoFunctionURL": {{"a function has a URL", "AWS::Lambda::Permission", "", func(resource, properties object) {
		resource["Type"] = "AWS::Lambda::Url"
		resource["Properties"] = object{"AuthType": "AWS_IAM", "TargetFunctionArn": properties["FunctionName"]}
	}}},
	"GxP-ActionNamed": {
		{"all actions of a service", "AWS::IAM::ManagedPolicy", "", adding(allowing("s3:*", "arn:aws:s3:::bucket/prefix/*"))},
		{"one of several actions has a wildcard", "AWS::IAM::ManagedPolicy", "", adding(allowing([]any{"s3:GetObject", "s3:Put*"}, "arn:aws:s3:::bucket/prefix/*"))},
		{"all actions except one", "AWS::IAM::ManagedPolicy", "", adding(object{"Sid": "More", "Effect": "Allow", "NotAction": "iam:CreateUser", "Resource": "arn:aws:s3:::bucket/prefix/*"})},
		{"a wildcard in the policy of a topic", "AWS::SNS::TopicPolicy", "", adding(object{"Sid": "More", "Effect": "Allow", "Action": "sns:*", "Resource": "*", "Principal": object{"Service": "events.amazonaws.com"}})},
	},
	"GxP-KeyActionNamed": {{"a service gets a wildcard on a key", "AWS::KMS::Key", "", adding(object{"Effect": "Allow", "Action": "kms:GenerateDataKey*", "Resource": "*", "Principal": object{"Service": "events.amazonaws.com"}})}},
	"GxP-ResourceNamed": {
		{"any resource", "AWS::IAM::ManagedPolicy", "", adding(allowing("sagemaker:InvokeEndpoint", "*"))},
		{"any resource except one", "AWS::IAM::ManagedPolicy", "", adding(object{"Sid": "More", "Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "NotResource": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/other"})},
	},
	"GxP-ResourceNarrow": {
		{"any cluster", "AWS::IAM::ManagedPolicy", "", adding(allowing("elasticmapreduce:AddJobFlowSteps", "arn:aws:elasticmapreduce:us-east-1:123456789012:cluster/*"))},
		{"a whole bucket", "AWS::IAM::ManagedPolicy", "", adding(allowing("s3:GetObject", "arn:aws:s3:::bucket/*"))},
		{"any log group", "AWS::IAM::ManagedPolicy", "", adding(allowing("logs:FilterLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:*"))},
		{"executions of any state machine", "AWS::IAM::ManagedPolicy", "", adding(allowing("states:StopExecution", "arn:aws:states:us-east-1:123456789012:execution:*"))},
	},
	"GxP-PolicyOurs": {{"full access, as in the source document", "AWS::IAM::Role", "", func(_, properties object) {
		properties["ManagedPolicyArns"] = append(properties["ManagedPolicyArns"].([]any), "arn:aws:iam::aws:policy/AWSStepFunctionsFullAccess")
	}}},
}
