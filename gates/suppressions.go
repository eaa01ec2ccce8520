package gates

import "slices"

// Suppressions returns all accepted findings of cdk-nag, in the stacks of the environments and in the stack of the promotion pipeline.
// A test fails on a suppression that accepts nothing.
func Suppressions() []Suppression { return slices.Concat(ofEnvironments, ofPromotion) }

var ofEnvironments = []Suppression{
	{
		Paths:    []string{"*/Pipeline/Permissions*"},
		Rules:    []string{awsSolutions + "-IAM5"},
		Findings: []string{"Resource::*"},
		Reason: "Log delivery and X-Ray have no resources to name. The statements Logging and Tracing list their actions, and our " +
			"rule GxP-ResourceNamed refuses the resource * in every other statement.",
	},
	{
		Paths: []string{"*/Pipeline/Permissions*"},
		Rules: []string{awsSolutions + "-IAM5"},
		Findings: []string{
			`/^Resource::arn:(aws[a-z-]*|<AWS::Partition>):s3:::[a-z0-9.-]+\/[^*]+\/\*$/`,
			`/^Resource::<RecordsBucket[0-9A-F]{8}\.Arn>\/decisions\/([^*]+\/)?\*$/`,
			`/^Resource::<RecordsBucket[0-9A-F]{8}\.Arn>\/approvals\/([^*]+\/)?\*$/`,
		},
		Reason: "A run reads its own cohort, writes and reads its own decision records, and reads the record of the decision that it " +
			"asked for. Their names are known only when it runs. Nothing else is below these prefixes.",
	},
	{
		Paths: []string{"*/Pipeline/Permissions*"},
		Rules: []string{awsSolutions + "-IAM5"},
		Findings: []string{
			`/^Resource::arn:(aws[a-z-]*|<AWS::Partition>):states:[^*]+:execution:[^:*]+\/ScoreCohort:\*$/`,
			`/^Resource::arn:(aws[a-z-]*|<AWS::Partition>):states:[^*]+:execution:[^:*]+:\*$/`,
		},
		Reason: "An execution gets its name when it starts. Each statement allows the executions of one state machine.",
	},
	{
		Paths:    []string{"*/Approval/CompletionPermissions"},
		Rules:    []string{awsSolutions + "-IAM5"},
		Findings: []string{`/^Resource::arn:(aws[a-z-]*|<AWS::Partition>):states:[^*]+:execution:[^*]+:\*$/`},
		Reason: "The function reads the history of the waiting run to confirm that the run took the decision. An execution gets " +
			"its name when it starts. The statement allows executions of one state machine, the one that asks for approvals.",
	},
	{
		Paths: []string{"*/Approval/DecideFunctionPermissions"},
		Rules: []string{awsSolutions + "-IAM5"},
		Findings: []string{
			`/^Resource::<RecordsBucket[0-9A-F]{8}\.Arn>\/decisions\/([^*]+\/)?\*$/`,
			`/^Resource::<RecordsBucket[0-9A-F]{8}\.Arn>\/approvals\/([^*]+\/)?\*$/`,
			`/^Resource::<RecordsBucket[0-9A-F]{8}\.Arn>\/alerts\/[^*]+\/\*$/`,
		},
		Reason: "People review the decision records of any run and, in a registered trial, what happened to its alerts before; the record of " +
			"a decision is named after its request. Nothing else is below these prefixes, and Object Lock prevents changes to the records.",
	},
	{
		Paths:    []string{"*/Approval/DecideFunctionPermissions"},
		Rules:    []string{awsSolutions + "-IAM5"},
		Findings: []string{`/^Resource::arn:(aws[a-z-]*|<AWS::Partition>):logs:[^*]+:log-group:[^*:]+:\*$/`},
		Reason: "IAM policies name a log group with this ending. The statement WhoStarted reads one group, the trail's, for who " +
			"started the run: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html",
	},
	{
		Paths:    []string{"*/Trail/LogsRolePermissions"},
		Rules:    []string{awsSolutions + "-IAM5"},
		Findings: []string{`/^Resource::arn:[^*]+:log-group:<TrailLogs[0-9A-F]{8}>:log-stream:[^*]+_CloudTrail_[^*]+\*$/`},
		Reason: "CloudTrail appends a suffix to the names of its log streams. The statement allows the streams of this account's " +
			"trail in one log group.",
	},
	{
		Paths:    []string{"*/Monitoring/ApprovalWatch/RolePermissions"},
		Rules:    []string{awsSolutions + "-IAM5"},
		Findings: []string{"Resource::*"},
		Reason: "Log delivery, X-Ray and CloudWatch's metrics have no resources to name. The statements Logging, Tracing and " +
			"ReportCount list their actions, and a condition limits ReportCount to the namespace of its metric.",
	},
	{
		Paths: []string{"*/Pipeline/UndeliveredAlerts"},
		Rules: []string{awsSolutions + "-SQS3"},
		Reason: "The queue is the dead-letter queue of the alerts' subscriptions. The rule recognizes only the dead-letter queues " +
			"of other queues. An alarm tells operations when a message arrives.",
	},
	{
		Paths: []string{"*/Records/Bucket", "*/Records/AccessLogs", "*/Trail/Bucket"},
		Rules: inThree("S3BucketReplicationEnabled"),
		Reason: "S3 stores each object in at least three availability zones, and Object Lock prevents its deletion. Each trial " +
			"has to decide about a copy in another region, because it takes subjects' data out of the agreed region.",
	},
	{
		Paths: []string{"*/Records/AccessLogs"},
		Rules: inThree("S3DefaultEncryptionKMS"),
		Reason: "S3 cannot deliver access logs to a bucket that is encrypted with a KMS key. S3's own key encrypts them: " +
			"https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html",
	},
	{
		Paths: []string{"*/Approval/Requests"},
		Rules: inTwo("DynamoDBInBackupPlan"),
		Reason: "The table can be restored to any second of the last 35 days, longer than any request waits. The record store " +
			"keeps the decisions.",
	},
	{
		Paths: []string{"*/Approval/DecideFunction", "*/Approval/RequestFunction"},
		Rules: inTwo("LambdaConcurrency"),
		Reason: "A reserved concurrency cannot be deployed to an account with Lambda's initial quota. Only the state machine and " +
			"the approvers may call the functions.",
	},
	{
		Paths: []string{"*/Approval/DecideFunction", "*/Approval/RequestFunction"},
		Rules: inTwo("LambdaDLQ"),
		Reason: "Nobody calls the functions asynchronously, and a dead-letter queue receives asynchronous calls only. The caller " +
			"gets every error: the state machine retries and then fails, and the approver's command line reports it.",
	},
	{
		Paths: []string{"*/Approval/DecideFunction", "*/Approval/RequestFunction"},
		Rules: inThree("LambdaInsideVPC"),
		Reason: "The functions call only AWS APIs, over TLS and with signed requests. They use nothing in a VPC, and nobody calls " +
			"them from a VPC.",
	},
	{
		Paths: []string{"*/Alerts/UpdateFunctionPermissions", "*/Alerts/WatchFunctionPermissions", "*/Alerts/ActFunctionPermissions"},
		Rules: []string{awsSolutions + "-IAM5"},
		Findings: []string{
			`/^Resource::<RecordsBucket[0-9A-F]{8}\.Arn>\/(decisions|alerts|exclusions)\/[^*]+\/\*$/`,
			`/^Resource::<AlertsWorklists[0-9A-F]{8}\.Arn>\/(trial|sites)\/\*$/`,
			`/^Resource::arn:(aws[a-z-]*|<AWS::Partition>):s3:::[a-z0-9.-]+\/[^*]+\/\*$/`,
		},
		Reason: "The functions read the decisions and cohorts of one trial's runs, and write the trial's transitions, exclusions and worklists. Their " +
			"names are known only when a run is over. Nothing of another trial is below these prefixes.",
	},
	{
		Paths: []string{"*/Alerts/Worklists"},
		Rules: slices.Concat([]string{awsSolutions + "-S1"},
			inThree("S3BucketLoggingEnabled"), inThree("S3BucketReplicationEnabled"), inThree("S3BucketVersioningEnabled")),
		Reason: "A worklist is a copy of what the registry and the record store say, which the next run replaces and S3 deletes after 90 days. " +
			"The records are in the record store, which has versions and access logs.",
	},
	{
		Paths:  []string{"TrialRecords/Registry/Table"},
		Rules:  inTwo("DynamoDBInBackupPlan"),
		Reason: "The table can be restored to any second of the last 35 days, and the record store has every transition of an alert.",
	},
	{
		Paths: []string{"*/Alerts/Missed", "*/Alerts/Undelivered"},
		Rules: []string{awsSolutions + "-SQS3"},
		Reason: "The queues are the dead-letter queues of schedules and subscriptions. The rule recognizes only the dead-letter queues of other " +
			"queues. An alarm tells operations when a message arrives.",
	},
	{
		Paths: []string{"*/Alerts/UpdateFunction", "*/Alerts/WatchFunction", "*/Alerts/ActFunction"},
		Rules: inTwo("LambdaConcurrency"),
		Reason: "A reserved concurrency cannot be deployed to an account with Lambda's initial quota. Only the state machine, a schedule and the " +
			"people of the trial may call the functions.",
	},
	{
		Paths: []string{"*/Alerts/UpdateFunction", "*/Alerts/WatchFunction", "*/Alerts/ActFunction"},
		Rules: inTwo("LambdaDLQ"),
		Reason: "Callers of the update and of people's actions get every error. The schedule calls the watch asynchronously: Lambda repeats a call " +
			"that failed twice, an alarm tells operations, and the next day's call finishes what is left.",
	},
	{
		Paths: []string{"*/Alerts/UpdateFunction", "*/Alerts/WatchFunction", "*/Alerts/ActFunction"},
		Rules: inThree("LambdaInsideVPC"),
		Reason: "The functions call only AWS APIs, over TLS and with signed requests. They use nothing in a VPC, and nobody calls " +
			"them from a VPC.",
	},
}
