package approval

import (
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/lambda/approval"
	"clinical-risk-pipeline/workflow/alert"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// requestStatements are the permissions of the request function.
func (a *Approval) requestStatements() []policy.Statement {
	statements := []policy.Statement{
		policy.Allow("Requests", []string{*a.table.TableArn()}, "dynamodb:GetItem", "dynamodb:PutItem"),
		a.requestsEncryption(),
		policy.Allow("TellApprovers", []string{*a.topic.TopicArn()}, "sns:Publish"),
	}
	if key := a.topic.MasterKey(); key != nil {
		statements = append(statements,
			a.in.Through("sns", policy.Allow("TellApproversEncryption", []string{*key.KeyArn()}, "kms:Decrypt", "kms:GenerateDataKey")))
	}
	return statements
}

// decideStatements are the permissions of the decide function.
func (a *Approval) decideStatements() []policy.Statement {
	bucket, reviewed, decisions := *a.props.RecordBucket.BucketArn(), a.props.RecordPrefix, approval.ApprovalsPrefix
	if a.props.TrialID != "" {
		decisions += a.props.TrialID + "/"
	}
	readable := []string{reviewed + "*", decisions + "*"}
	if a.props.Alerts {
		readable = append(readable, alert.Folder+a.props.TrialID+"/*")
	}
	statements := []policy.Statement{
		policy.Allow("Requests", []string{*a.table.TableArn()}, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"),
		policy.Allow("OpenRequests", []string{*a.table.TableArn() + "/index/" + approval.OpenIndex}, "dynamodb:Query"),
		a.requestsEncryption(),
		policy.Allow("FindRecords", []string{bucket}, "s3:ListBucket").
			If("StringLike", "s3:prefix", readable),
		policy.Allow("ReviewRecords", []string{bucket + "/" + reviewed + "*"}, "s3:GetObject"),
		policy.Allow("RecordDecision", []string{bucket + "/" + decisions + "*"}, "s3:GetObject", "s3:PutObject"),
		policy.Allow("WhoStarted", []string{*a.props.TrailLogGroup.LogGroupArn()}, "logs:FilterLogEvents"),
	}
	if a.props.Alerts {
		statements = append(statements, policy.Allow("ReadAlerts", []string{bucket + "/" + alert.Folder + a.props.TrialID + "/*"}, "s3:GetObject"))
	}
	if key := a.props.TrailLogKey; key != nil {
		// CloudWatch Logs decrypts with its own permission, and may ask for the key on behalf of the reader:
		// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
		statements = append(statements, a.in.Through("logs", policy.Allow("WhoStartedEncryption", []string{*key.KeyArn()}, "kms:Decrypt")))
	}
	if key := a.props.RecordBucket.EncryptionKey(); key != nil {
		statements = append(statements,
			a.in.Through("s3", policy.Allow("RecordsEncryption", []string{*key.KeyArn()}, "kms:Decrypt", "kms:GenerateDataKey")))
	}
	return statements
}

// completionStatements are the permissions that decisions need on the state machine: to complete its tasks, and to read in
// the history of an execution whether it took the decision. Step Functions authorizes the completion of a task on the state
// machine that waits, although the service authorization reference names no resource for it. The CDK's GrantTaskResponse and
// SAM's StepFunctionsCallbackPolicy rely on that, too.
func (a *Approval) completionStatements(machine awsstepfunctions.IStateMachine, key awskms.IKey) []policy.Statement {
	name := a.stack().SplitArn(machine.StateMachineArn(), awscdk.ArnFormat_COLON_RESOURCE_NAME).ResourceName
	executions := a.stack().FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("states"), Resource: jsii.String("execution"), ResourceName: jsii.String(*name + ":*"),
		ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
	statements := []policy.Statement{
		policy.Allow("Complete", []string{*machine.StateMachineArn()}, "states:SendTaskSuccess"),
		policy.Allow("Confirm", []string{*executions}, "states:GetExecutionHistory"),
	}
	if key != nil { // only to read the history: completing a task needs no key
		confirm := policy.Allow("ConfirmEncryption", []string{*key.KeyArn()}, "kms:Decrypt").
			If("StringEquals", "kms:EncryptionContext:aws:states:stateMachineArn", *machine.StateMachineArn())
		statements = append(statements, a.in.Through("states", confirm))
	}
	return statements
}

// requestsEncryption is what DynamoDB requires of the users of an encrypted table
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html).
func (a *Approval) requestsEncryption() policy.Statement {
	return a.in.Through("dynamodb", policy.Allow("RequestsEncryption", []string{*a.key.KeyArn()},
		"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"))
}
