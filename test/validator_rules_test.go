package test

import (
	"slices"
	"strings"
)

// broken is a resource that one rule refuses, and no other.
type broken struct {
	reason string
	kind   string // the type of the resource that is broken, the first by its logical id
	id     string // what its logical id contains. Default: anything
	change func(resource, properties object)
}

// leavingOut breaks a template by leaving a property out.
func leavingOut(name string) func(resource, properties object) {
	return func(_, properties object) { delete(properties, name) }
}

// setting breaks a template by another value of a property; dots lead into objects.
func setting(name string, value any) func(resource, properties object) {
	return func(_, properties object) {
		path := strings.Split(name, ".")
		for _, part := range path[:len(path)-1] {
			properties = properties[part].(object)
		}
		properties[path[len(path)-1]] = value
	}
}

// adding breaks a policy by one statement more.
func adding(more object) func(resource, properties object) {
	return func(_, properties object) {
		document, ok := properties["PolicyDocument"].(object)
		if !ok {
			document = properties["KeyPolicy"].(object)
		}
		document["Statement"] = append(document["Statement"].([]any), more)
	}
}

// plainHTTP breaks a policy by letting plain HTTP in.
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

// The rows of one rule stand together. A bucket is the records' own: the trail's and the access logs' are alike.
var brokenBy = map[string][]broken{
	"GxP-BucketLocked": {
		{"without a default retention a record is locked by nobody", "AWS::S3::Bucket", "RecordsBucket", setting("ObjectLockConfiguration", object{"ObjectLockEnabled": "Enabled"})},
		{"a mode without a time locks nothing", "AWS::S3::Bucket", "RecordsBucket", setting("ObjectLockConfiguration.Rule", object{"DefaultRetention": object{"Mode": "COMPLIANCE"}})},
		{"a trail is a record, too", "AWS::S3::Bucket", "TrailBucket", leavingOut("ObjectLockConfiguration")},
	},
	"GxP-BucketCompliance": {{"GOVERNANCE can be bypassed", "AWS::S3::Bucket", "RecordsBucket", setting("ObjectLockConfiguration", locked("GOVERNANCE"))}},
	"GxP-BucketVersioned":  {{"a log that is overwritten is lost", "AWS::S3::Bucket", "AccessLogs", setting("VersioningConfiguration", object{"Status": "Suspended"})}},
	"GxP-BucketRetained": {
		{"the stack is deleted, and the records with it", "AWS::S3::Bucket", "RecordsBucket", func(resource, _ object) { resource["DeletionPolicy"] = "Delete" }},
		{"the stack replaces the bucket", "AWS::S3::Bucket", "RecordsBucket", func(resource, _ object) { delete(resource, "UpdateReplacePolicy") }},
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
	"GxP-BucketPrivate": {{"a policy might open it", "AWS::S3::Bucket", "RecordsBucket", setting("PublicAccessBlockConfiguration.BlockPublicPolicy", false)}},
	"GxP-BucketKey": {
		{"S3's own key is nobody's to withhold", "AWS::S3::Bucket", "RecordsBucket", setting("BucketEncryption", object{"ServerSideEncryptionConfiguration": []any{object{"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "AES256"}}}})},
		{"AWS's key for S3 is not ours", "AWS::S3::Bucket", "RecordsBucket", setting("BucketEncryption", object{"ServerSideEncryptionConfiguration": []any{object{"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/aws/s3"}}}})},
	},
	"GxP-BucketTLS": {{"plain HTTP", "AWS::S3::BucketPolicy", "RecordsBucket", plainHTTP}},
	"GxP-TopicKey": {
		{"not encrypted", "AWS::SNS::Topic", "", leavingOut("KmsMasterKeyId")},
		{"AWS's key for SNS is not ours", "AWS::SNS::Topic", "", setting("KmsMasterKeyId", "alias/aws/sns")},
	},
	"GxP-TopicTLS": {{"plain HTTP", "AWS::SNS::TopicPolicy", "", plainHTTP}},
	"GxP-QueueKey": {{"encrypted by SQS itself", "AWS::SQS::Queue", "", leavingOut("KmsMasterKeyId")}},
	"GxP-QueueTLS": {{"plain HTTP", "AWS::SQS::QueuePolicy", "", plainHTTP}},
	"GxP-TableKey": {{"encrypted by DynamoDB itself", "AWS::DynamoDB::Table", "", leavingOut("SSESpecification")}},
	"GxP-KeyRotates": {
		{"never", "AWS::KMS::Key", "", leavingOut("EnableKeyRotation")},
		{"not any more", "AWS::KMS::Key", "", setting("EnableKeyRotation", false)},
	},
	"GxP-LogGroupKey":       {{"encrypted by CloudWatch itself", "AWS::Logs::LogGroup", "", leavingOut("KmsKeyId")}},
	"GxP-LogGroupRetention": {{"kept forever, at whose cost?", "AWS::Logs::LogGroup", "", leavingOut("RetentionInDays")}},
	"GxP-TrailValidated": {
		{"files without digests", "AWS::CloudTrail::Trail", "", setting("EnableLogFileValidation", false)},
		{"a trail that sleeps", "AWS::CloudTrail::Trail", "", setting("IsLogging", false)},
		{"encrypted by S3 itself", "AWS::CloudTrail::Trail", "", leavingOut("KMSKeyId")},
	},
	"GxP-EnvironmentNamed": {{"nobody knows what is asked of it", "AWS::StepFunctions::StateMachine", "", leavingOut("Tags")}},
	"GxP-ExecutionsLogged": {
		{"failures only", "AWS::StepFunctions::StateMachine", "", setting("LoggingConfiguration.Level", "ERROR")},
		{"subjects' data in a log", "AWS::StepFunctions::StateMachine", "", setting("LoggingConfiguration.IncludeExecutionData", true)},
		{"to nowhere", "AWS::StepFunctions::StateMachine", "", setting("LoggingConfiguration.Destinations", []any{})},
		{"not at all", "AWS::StepFunctions::StateMachine", "", leavingOut("LoggingConfiguration")},
	},
	"GxP-ExecutionsTraced": {{"no traces", "AWS::StepFunctions::StateMachine", "", leavingOut("TracingConfiguration")}},
	"GxP-ExecutionsKey":    {{"histories with AWS's key", "AWS::StepFunctions::StateMachine", "Pipeline", leavingOut("EncryptionConfiguration")}},
	"GxP-AlarmActs": {
		{"tells nobody", "AWS::CloudWatch::Alarm", "", setting("AlarmActions", []any{})},
		{"switched off", "AWS::CloudWatch::Alarm", "", setting("ActionsEnabled", false)},
	},
	"GxP-FunctionPinned": {{"whichever processor", "AWS::Lambda::Function", "", leavingOut("Architectures")}},
	"GxP-FunctionLogs":   {{"a log group that Lambda makes", "AWS::Lambda::Function", "", leavingOut("LoggingConfig")}},
	"GxP-URLSigned":      {{"open to the world", "AWS::Lambda::Url", "", setting("AuthType", "NONE")}},
	"GxP-ActionNamed": {
		{"everything of a service", "AWS::IAM::ManagedPolicy", "", adding(allowing("s3:*", "arn:aws:s3:::bucket/prefix/*"))},
		{"one of several", "AWS::IAM::ManagedPolicy", "", adding(allowing([]any{"s3:GetObject", "s3:Put*"}, "arn:aws:s3:::bucket/prefix/*"))},
		{"all but one", "AWS::IAM::ManagedPolicy", "", adding(object{"Sid": "More", "Effect": "Allow", "NotAction": "iam:CreateUser", "Resource": "arn:aws:s3:::bucket/prefix/*"})},
		{"to whom a topic's policy speaks", "AWS::SNS::TopicPolicy", "", adding(object{"Sid": "More", "Effect": "Allow", "Action": "sns:*", "Resource": "*", "Principal": object{"Service": "events.amazonaws.com"}})},
	},
	"GxP-KeyActionNamed": {{"a service that may do anything", "AWS::KMS::Key", "", adding(object{"Effect": "Allow", "Action": "kms:GenerateDataKey*", "Resource": "*", "Principal": object{"Service": "events.amazonaws.com"}})}},
	"GxP-ResourceNamed": {
		{"any endpoint", "AWS::IAM::ManagedPolicy", "", adding(allowing("sagemaker:InvokeEndpoint", "*"))},
		{"any other endpoint", "AWS::IAM::ManagedPolicy", "", adding(object{"Sid": "More", "Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "NotResource": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/other"})},
	},
	"GxP-ResourceNarrow": {
		{"any cluster", "AWS::IAM::ManagedPolicy", "", adding(allowing("elasticmapreduce:AddJobFlowSteps", "arn:aws:elasticmapreduce:us-east-1:123456789012:cluster/*"))},
		{"a whole bucket", "AWS::IAM::ManagedPolicy", "", adding(allowing("s3:GetObject", "arn:aws:s3:::bucket/*"))},
		{"executions of any state machine", "AWS::IAM::ManagedPolicy", "", adding(allowing("states:StopExecution", "arn:aws:states:us-east-1:123456789012:execution:*"))},
	},
	"GxP-PolicyOurs": {{"full access, as the source document has it", "AWS::IAM::Role", "", func(_, properties object) {
		properties["ManagedPolicyArns"] = append(properties["ManagedPolicyArns"].([]any), "arn:aws:iam::aws:policy/AWSStepFunctionsFullAccess")
	}}},
}
