package test

import (
	"testing"

	"clinical-risk-pipeline/workflow"
)

// trust says which service assumes a role, on behalf of what; by the beginning of the role's logical id.
var trust = map[string]struct {
	service string
	source  func(*deployment) string // nil: whatever it is on behalf of
	account bool                     // without a source: it is on behalf of something of the account
}{
	"PipelineRole":                        {"states.amazonaws.com", func(d *deployment) string { return d.arn("AWS::StepFunctions::StateMachine", "Pipeline") }, false},
	"ApprovalRequestFunctionRole":         {"lambda.amazonaws.com", nil, false},
	"ApprovalDecideFunctionRole":          {"lambda.amazonaws.com", nil, false},
	"TrailLogsRole":                       {"cloudtrail.amazonaws.com", func(d *deployment) string { return d.trailARN() }, false},
	"MonitoringApprovalWatchRole":         {"states.amazonaws.com", nil, true},
	"MonitoringApprovalWatchScheduleRole": {"events.amazonaws.com", nil, true},
}

// trustNeeds let each role be assumed by its service, and by nobody else.
func (d *deployment) trustNeeds(t *testing.T) []asked {
	t.Helper()
	var needs []asked
	for id := range d.resources {
		if d.resolver.kind(id) != "AWS::IAM::Role" {
			continue
		}
		row, known := trust[hash.ReplaceAllString(id, "")]
		if !known {
			t.Fatalf("%s: it is not known who assumes %s", d.name, id)
		}
		assume := need{actions: actions("sts", "AssumeRole"), resource: d.resolver.arn(id)}
		never := assume
		never.never = true
		needs = append(needs, asked{admin, "assumes " + id, never}, asked{service("ec2.amazonaws.com"), "assumes " + id, never})
		if row.source != nil {
			source := row.source(d)
			assume.context = from(source)
			assume.refused = []values{{"aws:SourceArn": source + "-2"}}
			if row.service == "states.amazonaws.com" {
				assume.refused = append(assume.refused, values{"aws:SourceAccount": otherAccount})
				// A version, an alias, and the children of a map are the machine's, too.
				assume.also = []values{{"aws:SourceArn": source + ":1"}, {"aws:SourceArn": source + ":live"}, {"aws:SourceArn": source + "/" + workflow.ScoreCohort}}
			}
		}
		if row.account {
			assume.context, assume.refused = values{"aws:SourceAccount": ownAccount}, []values{{"aws:SourceAccount": otherAccount}}
		}
		needs = append(needs, asked{service(row.service), "assumes " + id, assume})
	}
	return needs
}

// guardNeeds are what the policies of resources refuse to everybody, whatever IAM allows them, and what they leave to those
// who administer them.
func (d *deployment) guardNeeds() []asked {
	var needs []asked
	add := func(who actor, what string, n need) { needs = append(needs, asked{who, what, n}) }
	plain, old := values{"aws:SecureTransport": "false"}, values{"s3:TlsVersion": "1.1"}
	for id := range d.resources {
		kind := d.resolver.kind(id)
		if arns[kind] == "" {
			continue
		}
		arn := d.resolver.arn(id)
		switch kind {
		case "AWS::SNS::Topic":
			add(admin, "publishes to "+id, need{actions: actions("sns", "Publish"), resource: arn, refused: []values{plain}})
			add(outsider, "publishes to "+id, need{actions: actions("sns", "Publish"), resource: arn, never: true})
		case "AWS::SQS::Queue":
			add(admin, "reads "+id, need{actions: actions("sqs", "ReceiveMessage"), resource: arn, refused: []values{plain}})
			add(outsider, "reads "+id, need{actions: actions("sqs", "ReceiveMessage"), resource: arn, never: true})
		case "AWS::S3::Bucket":
			add(admin, "lists "+id, need{actions: actions("s3", "ListBucket"), resource: arn, refused: []values{plain, old}})
			add(admin, "reads from "+id, need{actions: actions("s3", "GetObject"), resource: arn + "/a/b", refused: []values{plain, old}})
			add(outsider, "reads from "+id, need{actions: actions("s3", "GetObject"), resource: arn + "/a/b", never: true})
		case "AWS::KMS::Key":
			add(outsider, "uses "+id, need{actions: actions("kms", "Decrypt GenerateDataKey"), resource: arn, context: viaService("s3"), never: true})
			uses := need{actions: actions("kms", "Decrypt Encrypt GenerateDataKey CreateGrant"), resource: arn, never: true}
			add(admin, "uses "+id+" without a service", uses)
			uses.context = viaService("ec2")
			add(admin, "uses "+id+" through a service that it is not for", uses)
			add(admin, "administers "+id, need{resource: arn, actions: actions("kms", "CancelKeyDeletion CreateAlias DeleteAlias DescribeKey "+
				"DisableKey DisableKeyRotation EnableKey EnableKeyRotation GetKeyPolicy GetKeyRotationStatus ListGrants ListKeyPolicies "+
				"ListKeyRotations ListResourceTags PutKeyPolicy RevokeGrant RotateKeyOnDemand ScheduleKeyDeletion TagResource UntagResource "+
				"UpdateAlias UpdateKeyDescription")})
		}
	}
	for _, prefix := range []string{"RecordsBucket", "TrailBucket"} {
		needs = append(needs, d.lockNeeds(prefix)...)
	}
	return append(append(needs, d.recordNeeds()...), d.peopleNeeds()...)
}

// lockNeeds are what nobody may do to a bucket with a lock, or only those who are named.
func (d *deployment) lockNeeds(prefix string) []asked {
	bucket := d.arn("AWS::S3::Bucket", prefix)
	if bucket == "" {
		return nil
	}
	lock := d.resources[d.find("AWS::S3::Bucket", prefix)]["ObjectLockConfiguration"].(object)["Rule"].(object)["DefaultRetention"].(object)
	object, longer := bucket+"/decisions/run-1/decision.json", values{"s3:object-lock-mode": lock["Mode"], "s3:object-lock-remaining-retention-days": "36500"}
	retain := need{
		actions: actions("s3", "PutObjectRetention"), resource: object, context: longer,
		refused: []values{{"s3:object-lock-remaining-retention-days": "1"}},
	}
	if lock["Mode"] == "COMPLIANCE" {
		retain.refused = append(retain.refused, values{"s3:object-lock-mode": "GOVERNANCE"})
	}
	bypass := need{actions: actions("s3", "BypassGovernanceRetention"), resource: object}
	rules := need{actions: actions("s3", "PutBucketObjectLockConfiguration PutBucketVersioning PutLifecycleConfiguration"), resource: bucket}
	forbidden := func(n need) need { n.never = true; return n }
	needs := []asked{
		{admin, "hides an object", need{actions: actions("s3", "DeleteObject"), resource: object, never: true}},
		{admin, "retains an object for longer", retain},
		{admin, "lifts the lock of an object", forbidden(bypass)},
		{admin, "changes the rules", forbidden(rules)},
		{byDeployment, "changes the rules by a deployment", rules},
	}
	if d.custodian != "" {
		needs = append(needs, asked{session(d.custodian, administrator), "lifts the lock of an object", bypass})
	}
	return needs
}

// recordNeeds keep records encrypted with their key, and the logs of who accessed them.
func (d *deployment) recordNeeds() []asked {
	bucket := d.arn("AWS::S3::Bucket", "RecordsBucket")
	if bucket == "" {
		return nil
	}
	key := d.keyOf(bucket)
	encrypted := func(algorithm, key string) values {
		return values{"s3:if-none-match": "*", "s3:x-amz-server-side-encryption": algorithm, "s3:x-amz-server-side-encryption-aws-kms-key-id": key}
	}
	log := d.arn("AWS::S3::Bucket", "RecordsAccessLogs") + "/records/log"
	needs := []asked{
		{admin, "writes an object", need{
			actions: actions("s3", "PutObject"), resource: bucket + "/other/a.json", context: encrypted("aws:kms", key),
			refused: append([]values{encrypted("aws:kms", renamed(key)[0])}, replacing...),
		}},
		{admin, "writes an object, encrypted otherwise", need{
			actions: actions("s3", "PutObject"), resource: bucket + "/other/a.json", never: true,
			context: values{"s3:if-none-match": "*", "s3:x-amz-server-side-encryption": "AES256"},
		}},
		{admin, "deletes an access log", need{actions: actions("s3", "DeleteObject DeleteObjectVersion"), resource: log, never: true}},
	}
	for folder, role := range map[string]string{"/decisions/": "PipelineRole", "/approvals/": "ApprovalDecideFunctionRole"} {
		if d.find("AWS::IAM::Role", role) == "" {
			continue
		}
		plant := need{actions: actions("s3", "PutObject"), resource: bucket + folder + "T-1/a.json", context: once, never: true}
		needs = append(needs, asked{admin, "plants a record", plant}, asked{byDeployment, "plants a record", plant})
	}
	return append(needs, d.readers("an auditor reads records", bucket, "s3", "Decrypt")...)
}

// readers use the key of a resource through its service.
func (d *deployment) readers(what, resource, service, names string) []asked {
	var needs []asked
	for _, n := range d.encryption(resource, service, names) {
		needs = append(needs, asked{admin, what, n})
	}
	return needs
}

// peopleNeeds are what people need of the stack's resources. Approvers decide through the function URL, and nobody else does;
// they call the function in no other way.
func (d *deployment) peopleNeeds() []asked {
	var needs []asked
	if trail := d.arn("AWS::S3::Bucket", "TrailBucket"); trail != "" {
		needs = append(needs, d.readers("an auditor reads the trail", trail, "s3", "Decrypt")...)
	}
	if queue := d.arn("AWS::SQS::Queue", "PipelineUndeliveredAlerts"); queue != "" {
		needs = append(needs, d.readers("operations read and return dead letters", queue, "sqs", "Decrypt GenerateDataKey")...)
	}
	if table := d.arn("AWS::DynamoDB::Table", "ApprovalRequests"); table != "" {
		for _, n := range d.encryption(table, "dynamodb", "CreateGrant") {
			needs = append(needs, asked{byDeployment, "makes the table", n})
		}
	}
	function := d.arn("AWS::Lambda::Function", "ApprovalDecideFunction")
	if function == "" {
		return needs
	}
	approver, other := session(d.approver), session(d.approver+"-2")
	url := need{
		actions: actions("lambda", "InvokeFunctionUrl"), resource: function,
		context: values{"lambda:FunctionUrlAuthType": "AWS_IAM"}, refused: []values{{"lambda:FunctionUrlAuthType": "NONE"}},
	}
	invoke := need{
		actions: actions("lambda", "InvokeFunction"), resource: function,
		context: values{"lambda:InvokedViaFunctionUrl": "true"}, refused: []values{{"lambda:InvokedViaFunctionUrl": "false"}},
	}
	needs = append(needs, asked{approver, "decides", url}, asked{approver, "decides", invoke})
	url.never, invoke.never = true, true
	return append(needs, asked{other, "decides", url}, asked{other, "decides", invoke})
}
