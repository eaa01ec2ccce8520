package test

import (
	"maps"
	"strings"

	"clinical-risk-pipeline/workflow"
)

// with is the values with one more.
func (v values) with(key string, value any) values {
	more := maps.Clone(v)
	more[key] = value
	return more
}

// Keys of the encryption contexts of Step Functions and of the delivery of logs:
// https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
const (
	machineContext  = "kms:EncryptionContext:aws:states:stateMachineArn"
	deliveryContext = "kms:EncryptionContext:SourceArn"
	logsContext     = "kms:EncryptionContext:aws:logs:arn"
)

// from is the context of a request that a service makes on behalf of a resource in our account.
func from(arn string) values {
	return values{"aws:SourceArn": arn, "aws:SourceAccount": ownAccount}
}

// machineNeeds are what a state machine needs of its role besides what its tasks call, and of its key.
func (d *deployment) machineNeeds(id string) []asked {
	machine, properties, arn := d.roleOf(id), d.resources[id], d.resolver.arn(id)
	needs := []asked{
		// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
		{machine, "log delivery", need{resource: "*", actions: actions("logs", "CreateLogDelivery GetLogDelivery UpdateLogDelivery "+
			"DeleteLogDelivery ListLogDeliveries PutResourcePolicy DescribeResourcePolicies DescribeLogGroups")}},
		// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
		{machine, "tracing", need{resource: "*", actions: actions("xray", "PutTraceSegments PutTelemetryRecords GetSamplingRules GetSamplingTargets")}},
	}
	if encryption, ok := properties["EncryptionConfiguration"].(object); ok {
		key := encryption["KmsKeyId"].(string)
		data := need{
			actions: actions("kms", "Decrypt GenerateDataKey"), resource: key, others: renamed(key), context: values{machineContext: arn},
			refused: []values{{machineContext: own("states", "stateMachine:neighbour")}, {machineContext: arn + "-2"}},
		}
		if strings.Contains(properties["DefinitionString"].(string), workflow.ScoreCohort) {
			data.also = []values{{machineContext: arn + "/" + workflow.ScoreCohort}}
		}
		logs := need{
			actions: actions("kms", "GenerateDataKey"), resource: key, others: renamed(key),
			context: values{deliveryContext: own("logs", "*")},
			refused: []values{{deliveryContext: "arn:aws:logs:" + otherRegion + ":" + ownAccount + ":*"}},
		}
		for _, who := range []actor{machine, admin} { // whom IAM lets use the key, the key lets use it for these only
			needs = append(needs, asked{who, "the executions' data", data}, asked{who, "delivery of their logs", logs})
		}
		needs = append(needs, asked{service("delivery.logs.amazonaws.com"), "delivery of logs", need{actions: actions("kms", "Decrypt"), resource: key}})
	}
	return needs
}

// roleOf is the role of a state machine.
func (d *deployment) roleOf(machine string) actor {
	arn := d.resources[machine]["RoleArn"].(string)
	return session(arn, d.roles[arn]...)
}

// serviceNeeds are what services may do because a resource's policy says so, where the stack has the resource.
func (d *deployment) serviceNeeds() []asked {
	alerts, operations := d.arn("AWS::SNS::Topic", "PipelineAlertTopic"), d.arn("AWS::SNS::Topic", "PipelineOperationsTopic")
	records, accessLogs := d.arn("AWS::S3::Bucket", "RecordsBucket"), d.arn("AWS::S3::Bucket", "RecordsAccessLogs")
	undelivered, trail := d.arn("AWS::SQS::Queue", "PipelineUndeliveredAlerts"), d.arn("AWS::S3::Bucket", "TrailBucket")
	var needs []asked
	add := func(exists, who, what string, n need) {
		if exists != "" {
			needs = append(needs, asked{service(who), what, n})
		}
	}
	key := func(resource, who, what, names string, context values, refused ...values) {
		add(d.keyOf(resource), who, what, need{actions: actions("kms", names), resource: d.keyOf(resource), context: context, refused: refused})
	}

	outcome := "reports an outcome"
	add(operations, "events.amazonaws.com", outcome, need{actions: actions("sns", "Publish"), resource: operations}) // it names no source
	key(operations, "events.amazonaws.com", outcome, "Decrypt GenerateDataKey", nil)

	if d.has("AWS::CloudWatch::Alarm") {
		alarm, others := from(own("cloudwatch", "alarm:Failed")), []values{{"aws:SourceAccount": otherAccount}, {"aws:SourceArn": own("sns", "alarm")}}
		add(operations, "cloudwatch.amazonaws.com", "reports an alarm", need{actions: actions("sns", "Publish"), resource: operations, context: alarm, refused: others})
		key(operations, "cloudwatch.amazonaws.com", "reports an alarm", "Decrypt GenerateDataKey", alarm, others...)
	}

	kept := "keeps an undelivered alert"
	add(undelivered, "sns.amazonaws.com", kept, need{
		actions: actions("sqs", "SendMessage"), resource: undelivered, context: from(alerts), refused: []values{{"aws:SourceArn": own("sns", "neighbour")}},
	})
	key(undelivered, "sns.amazonaws.com", kept, "Decrypt GenerateDataKey", from(alerts), values{"aws:SourceAccount": otherAccount})

	for folder, source := range map[string]string{"records/": records, "trail/": trail} {
		if source == "" {
			continue
		}
		add(accessLogs, "logging.s3.amazonaws.com", "logs accesses", need{
			actions: actions("s3", "PutObject"), resource: accessLogs + "/" + folder + "log", context: from(source),
			refused: []values{{"aws:SourceArn": source + "-2"}, {"aws:SourceAccount": otherAccount}},
		})
	}
	if trail != "" {
		needs = append(needs, d.trailNeeds(trail)...)
	}
	if watch := d.arn("AWS::StepFunctions::StateMachine", "Monitoring"); watch != "" {
		needs = append(needs, asked{d.role("MonitoringApprovalWatchScheduleRole"), "starts the approval watch", need{
			actions: actions("states", "StartExecution"), resource: watch, others: append(renamed(watch), d.arn("AWS::StepFunctions::StateMachine", "Pipeline")),
		}})
	}
	return append(needs, d.logGroupNeeds()...)
}

// trailNeeds are what CloudTrail needs, on behalf of this trail and no other:
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
func (d *deployment) trailNeeds(bucket string) []asked {
	cloudTrail := service("cloudtrail.amazonaws.com")
	name := d.trailARN()
	owned := from(name).with("s3:x-amz-acl", "bucket-owner-full-control")
	another := values{"aws:SourceArn": name + "-2"}
	logs := bucket + "/AWSLogs/" + ownAccount + "/CloudTrail/log.json.gz"
	needs := []asked{
		{cloudTrail, "checks its bucket", need{actions: actions("s3", "GetBucketAcl"), resource: bucket, context: from(name), refused: []values{another}}},
		{cloudTrail, "writes logs", need{
			actions: actions("s3", "PutObject"), resource: logs, context: owned, refused: []values{another, {"s3:x-amz-acl": "public-read"}},
		}},
		{cloudTrail, "writes logs of another region, and of IAM", need{
			actions: actions("s3", "PutObject"), resource: bucket + "/AWSLogs/" + ownAccount + "/CloudTrail/us-east-1/log.json.gz", context: owned,
		}},
		{cloudTrail, "writes logs of another account", need{
			actions: actions("s3", "PutObject"), resource: bucket + "/AWSLogs/" + otherAccount + "/CloudTrail/log.json.gz", context: owned, never: true,
		}},
		{cloudTrail, "encrypts logs", need{
			actions:  actions("kms", "DescribeKey Decrypt GenerateDataKey GenerateDataKeyWithoutPlaintext"),
			resource: d.keyOf(bucket), context: from(name), refused: []values{another},
		}},
	}
	if d.find("AWS::IAM::Role", "TrailLogsRole") == "" {
		return needs
	}
	stream := ownAccount + "_CloudTrail_" + ownRegion
	return append(needs, asked{d.role("TrailLogsRole"), "writes events", need{
		actions: actions("logs", "CreateLogStream PutLogEvents"), resource: d.logStream("TrailLogs", stream),
		others: []string{d.logStream("PipelineLogs", stream), d.logStream("TrailLogs", "neighbour")},
	}})
}

// logGroupNeeds let CloudWatch Logs encrypt every log group of the stack that has a key:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
func (d *deployment) logGroupNeeds() []asked {
	var needs []asked
	for id := range d.resources {
		if d.resolver.kind(id) != "AWS::Logs::LogGroup" {
			continue
		}
		group := own("logs", "log-group:"+d.resolver.name(id))
		if key := d.keyOf(d.resolver.arn(id)); key != "" {
			needs = append(needs, asked{service("logs." + ownRegion + ".amazonaws.com"), "encrypts " + id, need{
				actions:  actions("kms", "Decrypt DescribeKey Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo"),
				resource: key, context: values{logsContext: group}, refused: []values{{logsContext: abroad(group)[0]}, {logsContext: abroad(group)[1]}},
			}})
		}
	}
	return needs
}

// logStream is a stream of the log group whose logical id begins so.
func (d *deployment) logStream(group, stream string) string {
	return own("logs", "log-group:"+d.resolver.name(d.find("AWS::Logs::LogGroup", group))+":log-stream:"+stream)
}
