package gates

import "slices"

// Suppressions returns all accepted findings of cdk-nag, in the stacks of the environments and in the stack of the promotion pipeline.
// A test fails on a suppression that accepts nothing.
func Suppressions() []Suppression { return slices.Concat(ofEnvironments, ofPromotion) }

var ofEnvironments = []Suppression{
	{
		Paths:    []string{"ClinicalRisk/Pipeline/Permissions", "CohortRisk/Pipeline/Permissions"},
		Rules:    []string{awsSolutions + "-IAM5"},
		Findings: []string{"Resource::*"},
		Reason: "Log delivery and X-Ray have no resources to name. The statements Logging and Tracing name their actions, and " +
			"our rule GxP-ResourceNamed lets no other statement name every resource.",
	},
	{
		Paths: []string{"CohortRisk/Pipeline/Permissions"},
		Rules: []string{awsSolutions + "-IAM5"},
		Findings: []string{
			`/^Resource::arn:(aws[a-z-]*|<AWS::Partition>):s3:::[a-z0-9.-]+\/[^*]+\/\*$/`,
			`/^Resource::<RecordsBucket[0-9A-F]{8}\.Arn>\/decisions\/\*$/`,
			`/^Resource::<RecordsBucket[0-9A-F]{8}\.Arn>\/approvals\/\*$/`,
		},
		Reason: "A run reads its own cohort, writes and reads its own decision records, and reads the record of the decision that it " +
			"asked for. Their names are known when it runs; the prefixes hold nothing else.",
	},
	{
		Paths: []string{"CohortRisk/Pipeline/Permissions"},
		Rules: []string{awsSolutions + "-IAM5"},
		Findings: []string{
			`/^Resource::arn:(aws[a-z-]*|<AWS::Partition>):states:[^*]+:execution:[^:*]+\/ScoreCohort:\*$/`,
			`/^Resource::arn:(aws[a-z-]*|<AWS::Partition>):states:[^*]+:execution:[^:*]+:\*$/`,
		},
		Reason: "An execution has its name when it is started. The statements allow the executions of one state machine each.",
	},
	{
		Paths:    []string{"CohortRisk/Approval/CompletionPermissions"},
		Rules:    []string{awsSolutions + "-IAM5"},
		Findings: []string{`/^Resource::arn:(aws[a-z-]*|<AWS::Partition>):states:[^*]+:execution:[^*]+:\*$/`},
		Reason: "Whoever decides has the history of the run that waits read, to confirm that it heard. An execution has its name " +
			"when it is started; the statement allows to read executions of the one state machine that asks.",
	},
	{
		Paths: []string{"CohortRisk/Approval/DecideFunctionPermissions"},
		Rules: []string{awsSolutions + "-IAM5"},
		Findings: []string{
			`/^Resource::<RecordsBucket[0-9A-F]{8}\.Arn>\/decisions\/\*$/`,
			`/^Resource::<RecordsBucket[0-9A-F]{8}\.Arn>\/approvals\/\*$/`,
		},
		Reason: "People review the decision records of any run, and the decision is recorded under the name of its request. The " +
			"prefixes hold nothing else, and Object Lock keeps what stands there from being changed.",
	},
	{
		Paths:    []string{"CohortRisk/Approval/DecideFunctionPermissions"},
		Rules:    []string{awsSolutions + "-IAM5"},
		Findings: []string{"Resource::*"},
		Reason: "CloudTrail's event history has no resources to name. The statement WhoStarted allows one action, which reads " +
			"who started the run, so that nobody approves their own.",
	},
	{
		Paths:    []string{"CohortRisk/Trail/LogsRolePermissions"},
		Rules:    []string{awsSolutions + "-IAM5"},
		Findings: []string{`/^Resource::arn:[^*]+:log-group:<TrailLogs[0-9A-F]{8}>:log-stream:[^*]+_CloudTrail_[^*]+\*$/`},
		Reason: "CloudTrail appends a suffix of its own to the names of its log streams. The statement allows streams of this " +
			"account's trail in one log group.",
	},
	{
		Paths:    []string{"CohortRisk/Monitoring/ApprovalWatch/RolePermissions"},
		Rules:    []string{awsSolutions + "-IAM5"},
		Findings: []string{"Resource::*"},
		Reason: "Log delivery, X-Ray and CloudWatch's metrics have no resources to name. The statements Logging, Tracing and " +
			"ReportCount name their actions, and ReportCount the namespace of its metric.",
	},
	{
		Paths: []string{"ClinicalRisk/Pipeline/UndeliveredAlerts", "CohortRisk/Pipeline/UndeliveredAlerts"},
		Rules: []string{awsSolutions + "-SQS3"},
		Reason: "The queue is the dead-letter queue of the alerts' subscriptions; the rule sees only those of other queues. An " +
			"alarm tells operations of what arrives there.",
	},
	{
		Paths: []string{"CohortRisk/Records/Bucket", "CohortRisk/Records/AccessLogs", "CohortRisk/Trail/Bucket"},
		Rules: inThree("S3BucketReplicationEnabled"),
		Reason: "S3 keeps each object in at least three availability zones, and Object Lock keeps it from being deleted. A copy in " +
			"another region is for each trial to decide, since it takes subjects' data out of the region that was agreed upon.",
	},
	{
		Paths: []string{"CohortRisk/Records/AccessLogs"},
		Rules: inThree("S3DefaultEncryptionKMS"),
		Reason: "S3 delivers access logs to no bucket that is encrypted with a KMS key. They are encrypted with S3's own key: " +
			"https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html",
	},
	{
		Paths: []string{"CohortRisk/Approval/Requests"},
		Rules: inTwo("DynamoDBInBackupPlan"),
		Reason: "The table can be restored to any second of the last 35 days, longer than any request waits. What was decided " +
			"stands in the record store.",
	},
	{
		Paths: []string{"CohortRisk/Approval/DecideFunction", "CohortRisk/Approval/RequestFunction"},
		Rules: inTwo("LambdaConcurrency"),
		Reason: "A reserved concurrency cannot be deployed to an account with Lambda's initial quota. Only the state machine and " +
			"the approvers may call the functions.",
	},
	{
		Paths: []string{"CohortRisk/Approval/DecideFunction", "CohortRisk/Approval/RequestFunction"},
		Rules: inTwo("LambdaDLQ"),
		Reason: "Nobody calls the functions asynchronously, and a dead-letter queue takes such calls only. The caller hears of " +
			"every error: the state machine retries and fails, the approver's command line reports.",
	},
	{
		Paths: []string{"CohortRisk/Approval/DecideFunction", "CohortRisk/Approval/RequestFunction"},
		Rules: inThree("LambdaInsideVPC"),
		Reason: "The functions call APIs of AWS only, over TLS and signed by IAM. There is nothing in a VPC that they use, and " +
			"nobody calls them from one.",
	},
}
