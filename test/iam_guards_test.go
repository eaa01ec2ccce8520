package test

import (
	"slices"
	"strings"
	"testing"

	"clinical-risk-pipeline/workflow"
)

// trust has the service that assumes a role, and on behalf of which resource, by the logical id of the role without its hash.
var trust = map[string]struct {
	service string
	source  func(*deployment) string // nil: any
	account bool                     // without a source: any resource of the account
}{
	"PipelineRole":                        {"states.amazonaws.com", func(d *deployment) string { return d.arn("AWS::StepFunctions::StateMachine", "Pipeline") }, false},
	"ApprovalRequestFunctionRole":         {"lambda.amazonaws.com", nil, false},
	"ApprovalDecideFunctionRole":          {"lambda.amazonaws.com", nil, false},
	"AlertsUpdateFunctionRole":            {"lambda.amazonaws.com", nil, false},
	"AlertsWatchFunctionRole":             {"lambda.amazonaws.com", nil, false},
	"AlertsActFunctionRole":               {"lambda.amazonaws.com", nil, false},
	"AlertsWatchDailyRole":                {"scheduler.amazonaws.com", scheduleGroup, false},
	"AlertsRunRole":                       {"scheduler.amazonaws.com", scheduleGroup, false},
	"TrailLogsRole":                       {"cloudtrail.amazonaws.com", func(d *deployment) string { return d.trailARN() }, false},
	"MonitoringApprovalWatchRole":         {"states.amazonaws.com", nil, true},
	"MonitoringApprovalWatchScheduleRole": {"events.amazonaws.com", nil, true},
}

// trustNeeds lets the service of each role assume it, and nobody else.
func (d *deployment) trustNeeds(t *testing.T) []claim {
	t.Helper()
	var needs []claim
	for id := range d.resources {
		if d.resolver.kind(id) != "AWS::IAM::Role" {
			continue
		}
		row, known := trust[hash.ReplaceAllString(id, "")]
		if !known {
			t.Fatalf("%s: trust does not list %s", d.name, id)
		}
		assume := need{actions: actions("sts", "AssumeRole"), resource: d.resolver.arn(id)}
		never := assume
		never.never = true
		needs = append(needs, claim{admin, "assumes " + id, never}, claim{service("ec2.amazonaws.com"), "assumes " + id, never})
		if row.source != nil {
			source := row.source(d)
			assume.context = from(source)
			assume.refused = []values{{"aws:SourceArn": source + "-2"}}
			if row.service != "cloudtrail.amazonaws.com" {
				assume.refused = append(assume.refused, values{"aws:SourceAccount": otherAccount})
			}
			if row.service == "states.amazonaws.com" {
				// Versions, aliases and the children of a map belong to the state machine, too.
				assume.also = []values{{"aws:SourceArn": source + ":1"}, {"aws:SourceArn": source + ":live"}, {"aws:SourceArn": source + "/" + workflow.ScoreCohort}}
			}
		}
		if row.account {
			assume.context, assume.refused = values{"aws:SourceAccount": ownAccount}, []values{{"aws:SourceAccount": otherAccount}}
		}
		needs = append(needs, claim{service(row.service), "assumes " + id, assume})
	}
	return needs
}

// guardNeeds returns what the policies of resources refuse to everybody, even to those whom IAM allows it, and what they leave to
// administrators.
func (d *deployment) guardNeeds() []claim {
	var needs []claim
	add := func(who actor, what string, n need) { needs = append(needs, claim{who, what, n}) }
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
			add(admin, "uses "+id+" through another service", uses)
			add(admin, "administers "+id, need{resource: arn, actions: actions("kms", "CancelKeyDeletion CreateAlias DeleteAlias DescribeKey "+
				"DisableKeyRotation EnableKey EnableKeyRotation GetKeyPolicy GetKeyRotationStatus ListGrants ListKeyPolicies "+
				"ListKeyRotations ListResourceTags PutKeyPolicy RevokeGrant RotateKeyOnDemand TagResource UntagResource "+
				"UpdateAlias UpdateKeyDescription")})
			needs = append(needs, d.destructionNeeds(id, arn)...)
		}
	}
	for _, prefix := range []string{"RecordsBucket", "TrailBucket"} {
		needs = append(needs, d.lockNeeds(prefix)...)
	}
	return append(append(needs, d.recordNeeds()...), d.peopleNeeds()...)
}

// destructionNeeds returns who may make a key unusable. Only the named roles may for keys of records and trail, and never within a week.
func (d *deployment) destructionNeeds(id, arn string) []claim {
	disable := need{actions: actions("kms", "DisableKey"), resource: arn}
	end := need{actions: actions("kms", "ScheduleKeyDeletion"), resource: arn, context: pending("30")}
	if !isKept(id) {
		return []claim{{admin, "disables " + id, disable}, {admin, "ends " + id, end}}
	}
	never := func(n need) need { n.never = true; return n }
	end.refused = []values{pending("7"), pending("29")}
	needs := []claim{
		{admin, "disables " + id, never(disable)},
		{admin, "ends " + id, need{actions: end.actions, resource: arn, context: end.context, never: true}},
		{byDeployment, "disables " + id, never(disable)},
		{byDeployment, "rolls back the creation of " + id, end},
	}
	if d.breakGlass != "" {
		who := session(d.breakGlass, administrator)
		needs = append(needs, claim{who, "disables " + id, disable}, claim{who, "ends " + id, end})
	}
	return needs
}

// isKept reports whether a key encrypts records or their trail.
func isKept(key string) bool {
	return strings.HasPrefix(key, "RecordsKey") || strings.HasPrefix(key, "TrailKey")
}

// pending is the time until the deletion of a key, in days.
func pending(days string) values { return values{"kms:ScheduleKeyDeletionPendingWindowInDays": days} }

// ownHolds are the event holds that an upload can set on its object.
var ownHolds = []values{{"s3:object-lock-event-hold": "ON"}, {"s3:object-lock-event-hold-duration-days": "1"}}

// lockNeeds returns what nobody may do to a locked bucket, or only custodians and deployments.
func (d *deployment) lockNeeds(prefix string) []claim {
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
	retain.refused = append(retain.refused, ownHolds...)
	forbidden := func(n need) need { n.never = true; return n }
	needs := []claim{
		{admin, "hides an object", need{actions: actions("s3", "DeleteObject"), resource: object, never: true}},
		{admin, "retains an object for longer", retain},
		{admin, "replicates objects or delete markers into the bucket", need{actions: actions("s3", "ReplicateObject ReplicateDelete"), resource: object, never: true}},
		{admin, "lifts the lock of an object", forbidden(bypass)},
		{admin, "changes the rules", forbidden(rules)},
		{byDeployment, "changes the rules by a deployment", rules},
	}
	if d.custodian != "" {
		needs = append(needs, claim{session(d.custodian, administrator), "lifts the lock of an object", bypass})
	}
	return needs
}

// recordNeeds protects the encryption of records and their access logs.
func (d *deployment) recordNeeds() []claim {
	bucket := d.arn("AWS::S3::Bucket", "RecordsBucket")
	if bucket == "" {
		return nil
	}
	key := d.keyOf(bucket)
	encrypted := func(algorithm, key string) values {
		return values{"s3:if-none-match": "*", "s3:x-amz-server-side-encryption": algorithm, "s3:x-amz-server-side-encryption-aws-kms-key-id": key}
	}
	log := d.arn("AWS::S3::Bucket", "RecordsAccessLogs") + "/records/log"
	needs := []claim{
		{admin, "writes an object", need{
			actions: actions("s3", "PutObject"), resource: bucket + "/other/a.json", context: encrypted("aws:kms", key),
			refused: slices.Concat([]values{encrypted("aws:kms", renamed(key)[0])}, replacing, ownHolds),
		}},
		{admin, "writes an object with another encryption", need{
			actions: actions("s3", "PutObject"), resource: bucket + "/other/a.json", never: true,
			context: values{"s3:if-none-match": "*", "s3:x-amz-server-side-encryption": "AES256"},
		}},
		{admin, "deletes an access log", need{actions: actions("s3", "DeleteObject DeleteObjectVersion"), resource: log, never: true}},
	}
	for folder, role := range map[string]string{"/decisions/": "PipelineRole", "/approvals/": "ApprovalDecideFunctionRole", "/alerts/": "AlertsUpdateFunctionRole", "/exclusions/": "AlertsUpdateFunctionRole"} {
		if d.find("AWS::IAM::Role", role) == "" {
			continue
		}
		plant := need{actions: actions("s3", "PutObject"), resource: bucket + folder + "T-1/a.json", context: once, never: true}
		needs = append(needs, claim{admin, "plants a record", plant}, claim{byDeployment, "plants a record", plant})
	}
	return append(needs, d.readers("an auditor reads records", bucket, "s3", "Decrypt")...)
}

// readers returns what a reader of an encrypted resource needs from its key.
func (d *deployment) readers(what, resource, service, names string) []claim {
	var needs []claim
	for _, n := range d.encryption(resource, service, names) {
		needs = append(needs, claim{admin, what, n})
	}
	return needs
}

// peopleNeeds are what people need of the stack's resources. Approvers invoke the decide function, and nobody else does.
func (d *deployment) peopleNeeds() []claim {
	var needs []claim
	if trail := d.arn("AWS::S3::Bucket", "TrailBucket"); trail != "" {
		needs = append(needs, d.readers("an auditor reads the trail", trail, "s3", "Decrypt")...)
	}
	if queue := d.arn("AWS::SQS::Queue", "PipelineUndeliveredAlerts"); queue != "" {
		needs = append(needs, d.readers("operations read and return dead letters", queue, "sqs", "Decrypt GenerateDataKey")...)
	}
	if table := d.arn("AWS::DynamoDB::Table", "ApprovalRequests"); table != "" {
		for _, n := range d.encryption(table, "dynamodb", "CreateGrant") {
			needs = append(needs, claim{byDeployment, "makes the table", n})
		}
	}
	needs = append(needs, d.alertPeopleNeeds()...)
	function := d.arn("AWS::Lambda::Function", "ApprovalDecideFunction")
	if function == "" {
		return needs
	}
	approver, other := session(d.approver), session(d.approver+"-2")
	invoke := need{actions: actions("lambda", "InvokeFunction"), resource: function}
	never := invoke
	never.never = true
	return append(needs, claim{approver, "decides", invoke}, claim{other, "decides", never})
}
