package test

import (
	"cmp"
	"maps"
	"strings"

	"clinical-risk-pipeline/workflow"
)

// with returns the values with one more.
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

// from returns the context of a request that a service makes on behalf of a resource in our account.
func from(arn string) values {
	return values{"aws:SourceArn": arn, "aws:SourceAccount": ownAccount}
}

// machineNeeds returns what a state machine needs from its role, besides the calls of its tasks, and from its key.
func (d *deployment) machineNeeds(id string) []claim {
	machine, properties, arn := d.roleOf(id), d.resources[id], d.resolver.arn(id)
	needs := []claim{
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
		for _, who := range []actor{machine, admin} { // the key is for these uses only, even for an administrator
			needs = append(needs, claim{who, "the executions' data", data}, claim{who, "delivery of their logs", logs})
		}
		needs = append(needs, claim{service("delivery.logs.amazonaws.com"), "delivery of logs", need{actions: actions("kms", "Decrypt"), resource: key}})
	}
	return needs
}

// roleOf returns the role of a state machine.
func (d *deployment) roleOf(machine string) actor {
	arn := d.resources[machine]["RoleArn"].(string)
	return session(arn, d.roles[arn]...)
}

// serviceNeeds returns what the policies of the stack's resources allow services.
func (d *deployment) serviceNeeds() []claim {
	alerts, operations := d.arn("AWS::SNS::Topic", "PipelineAlertTopic"), d.arn("AWS::SNS::Topic", "PipelineOperationsTopic")
	records, accessLogs := d.arn("AWS::S3::Bucket", "RecordsBucket"), d.arn("AWS::S3::Bucket", "RecordsAccessLogs")
	if alerts == "" {
		alerts = d.arn("AWS::SNS::Topic", "AlertsTopic")
	}
	undelivered, trail := cmp.Or(d.arn("AWS::SQS::Queue", "PipelineUndeliveredAlerts"), d.arn("AWS::SQS::Queue", "AlertsUndelivered")), d.arn("AWS::S3::Bucket", "TrailBucket")
	var needs []claim
	add := func(exists, who, what string, n need) {
		if exists != "" {
			needs = append(needs, claim{service(who), what, n})
		}
	}
	key := func(resource, who, what string, context values, refused ...values) {
		add(d.keyOf(resource), who, what, need{actions: actions("kms", "Decrypt GenerateDataKey"), resource: d.keyOf(resource), context: context, refused: refused})
	}

	outcome := "reports an outcome"
	add(operations, "events.amazonaws.com", outcome, need{actions: actions("sns", "Publish"), resource: operations}) // it names no source
	key(operations, "events.amazonaws.com", outcome, nil)

	if d.has("AWS::CloudWatch::Alarm") {
		alarm, others := from(own("cloudwatch", "alarm:Failed")), []values{{"aws:SourceAccount": otherAccount}, {"aws:SourceArn": own("sns", "alarm")}}
		add(operations, "cloudwatch.amazonaws.com", "reports an alarm", need{actions: actions("sns", "Publish"), resource: operations, context: alarm, refused: others})
		key(operations, "cloudwatch.amazonaws.com", "reports an alarm", alarm, others...)
	}

	if shared := d.arn("AWS::SNS::Topic", "OperationsTopic"); shared != "" {
		alarm, others := from(own("cloudwatch", "alarm:Failed")), []values{{"aws:SourceAccount": otherAccount}, {"aws:SourceArn": own("sns", "alarm")}}
		add(shared, "cloudwatch.amazonaws.com", "reports a change of what keeps the records", need{actions: actions("sns", "Publish"), resource: shared, context: alarm, refused: others})
		key(shared, "cloudwatch.amazonaws.com", "reports a change of what keeps the records", alarm, others...)
	}

	kept := "keeps an undelivered alert"
	add(undelivered, "sns.amazonaws.com", kept, need{
		actions: actions("sqs", "SendMessage"), resource: undelivered, context: from(alerts), refused: []values{{"aws:SourceArn": own("sns", "neighbour")}},
	})
	key(undelivered, "sns.amazonaws.com", kept, from(alerts), values{"aws:SourceAccount": otherAccount})

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
		needs = append(needs, claim{d.role("MonitoringApprovalWatchScheduleRole"), "starts the approval watch", need{
			actions: actions("states", "StartExecution"), resource: watch, others: append(renamed(watch), d.arn("AWS::StepFunctions::StateMachine", "Pipeline")),
		}})
	}
	return append(needs, d.logGroupNeeds()...)
}

// trailNeeds returns what CloudTrail needs on behalf of this trail, and of no other:
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
func (d *deployment) trailNeeds(bucket string) []claim {
	cloudTrail := service("cloudtrail.amazonaws.com")
	name := d.trailARN()
	owned := from(name).with("s3:x-amz-acl", "bucket-owner-full-control")
	another := values{"aws:SourceArn": name + "-2"}
	logs := bucket + "/AWSLogs/" + ownAccount + "/CloudTrail/log.json.gz"
	needs := []claim{
		{cloudTrail, "checks its bucket", need{actions: actions("s3", "GetBucketAcl"), resource: bucket, context: from(name), refused: []values{another}}},
		{cloudTrail, "writes logs", need{
			actions: actions("s3", "PutObject"), resource: logs, context: owned, refused: append([]values{another, {"s3:x-amz-acl": "public-read"}}, ownHolds...),
		}},
		{admin, "plants logs", need{actions: actions("s3", "PutObject"), resource: logs, context: once, never: true}},
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
	return append(needs, claim{d.role("TrailLogsRole"), "writes events", need{
		actions: actions("logs", "CreateLogStream PutLogEvents"), resource: d.logStream("TrailLogs", stream),
		others: []string{d.logStream("PipelineLogs", stream), d.logStream("TrailLogs", "neighbour")},
	}})
}

// logGroupNeeds lets CloudWatch Logs encrypt every log group of the stack that has a key:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
func (d *deployment) logGroupNeeds() []claim {
	var needs []claim
	for id := range d.resources {
		if d.resolver.kind(id) != "AWS::Logs::LogGroup" {
			continue
		}
		group := own("logs", "log-group:"+d.resolver.name(id))
		if key := d.keyOf(d.resolver.arn(id)); key != "" {
			needs = append(needs, claim{service("logs." + ownRegion + ".amazonaws.com"), "encrypts " + id, need{
				actions:  actions("kms", "Decrypt DescribeKey Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo"),
				resource: key, context: values{logsContext: group}, refused: []values{{logsContext: abroad(group)[0]}, {logsContext: abroad(group)[1]}},
			}})
		}
	}
	return needs
}

// logStream returns the ARN of a stream of the log group whose logical id has the prefix.
func (d *deployment) logStream(group, stream string) string {
	return own("logs", "log-group:"+d.resolver.name(d.find("AWS::Logs::LogGroup", group))+":log-stream:"+stream)
}
