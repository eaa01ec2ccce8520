package approval

import (
	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/lambda/approval"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// requestStatements are what the function may do that takes requests.
func (a *Approval) requestStatements() []policy.Statement {
	statements := []policy.Statement{
		allow("Requests", []string{*a.table.TableArn()}, nil, "dynamodb:GetItem", "dynamodb:PutItem"),
		a.requestsEncryption(),
		allow("TellApprovers", []string{*a.topic.TopicArn()}, nil, "sns:Publish"),
	}
	if key := a.topic.MasterKey(); key != nil {
		statements = append(statements,
			allow("TellApproversEncryption", []string{*key.KeyArn()}, a.through("sns"), "kms:Decrypt", "kms:GenerateDataKey"))
	}
	return statements
}

// decideStatements are what the function may do that takes decisions.
func (a *Approval) decideStatements() []policy.Statement {
	bucket, reviewed := *a.props.RecordBucket.BucketArn(), a.props.RecordPrefix
	statements := []policy.Statement{
		allow("Requests", []string{*a.table.TableArn()}, nil, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"),
		allow("OpenRequests", []string{*a.table.TableArn() + "/index/" + approval.OpenIndex}, nil, "dynamodb:Query"),
		a.requestsEncryption(),
		allow("FindRecords", []string{bucket}, map[string]map[string]any{
			"StringLike": {"s3:prefix": []string{reviewed + "*", approval.ApprovalsPrefix + "*"}},
		}, "s3:ListBucket"),
		allow("ReviewRecords", []string{bucket + "/" + reviewed + "*"}, nil, "s3:GetObject"),
		allow("RecordDecision", []string{bucket + "/" + approval.ApprovalsPrefix + "*"}, nil, "s3:GetObject", "s3:PutObject"),
		// CloudTrail's event history has no resources to name:
		// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
		allow("WhoStarted", []string{"*"}, nil, "cloudtrail:LookupEvents"),
	}
	if key := a.props.RecordBucket.EncryptionKey(); key != nil {
		statements = append(statements,
			allow("RecordsEncryption", []string{*key.KeyArn()}, a.through("s3"), "kms:Decrypt", "kms:GenerateDataKey"))
	}
	return statements
}

// completionStatements are what decisions need of the state machine: completing its tasks, and reading in its executions'
// histories whether they heard. Step Functions authorizes the completion of a task on the state machine that waits, although
// the service authorization reference names no resource for it; the CDK's GrantTaskResponse and SAM's StepFunctionsCallbackPolicy
// rely on that, too.
func (a *Approval) completionStatements(machine awsstepfunctions.IStateMachine, key awskms.IKey) []policy.Statement {
	name := a.stack().SplitArn(machine.StateMachineArn(), awscdk.ArnFormat_COLON_RESOURCE_NAME).ResourceName
	executions := a.stack().FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("states"), Resource: jsii.String("execution"), ResourceName: jsii.String(*name + ":*"),
		ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
	statements := []policy.Statement{
		allow("Complete", []string{*machine.StateMachineArn()}, nil, "states:SendTaskSuccess"),
		allow("Confirm", []string{*executions}, nil, "states:GetExecutionHistory"),
	}
	if key != nil { // for the history: a completion needs no key
		statements = append(statements, allow("ConfirmEncryption", []string{*key.KeyArn()}, a.through("states"), "kms:Decrypt").
			If("StringEquals", "kms:EncryptionContext:aws:states:stateMachineArn", *machine.StateMachineArn()))
	}
	return statements
}

// requestsEncryption is what DynamoDB asks of whoever uses an encrypted table
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html).
func (a *Approval) requestsEncryption() policy.Statement {
	return allow("RequestsEncryption", []string{*a.key.KeyArn()}, a.through("dynamodb"),
		"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")
}

// through is the condition that a key is used by a service on the function's behalf, and not by the function.
func (a *Approval) through(service string) map[string]map[string]any {
	return map[string]map[string]any{"StringEquals": {"kms:ViaService": a.in.Service(service)}}
}

// allow is a statement named after what it is for.
func allow(name string, resources []string, conditions map[string]map[string]any, actions ...string) policy.Statement {
	return policy.Statement{Name: name, Actions: actions, Resources: resources, Conditions: conditions}
}
