package test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/approval"
)

// Requirements: SRC-13, P11-10d
func TestApprovalFunctionsHaveExactlyTheseStatements(t *testing.T) {
	p := synthesizeApproval(t, "smallest", nil)
	table, _ := p.one(t, "AWS::DynamoDB::Table", "Requests")
	topic, _ := p.one(t, "AWS::SNS::Topic", "")
	keyID, _ := p.one(t, "AWS::KMS::Key", "")
	requestLogs, _ := p.one(t, "AWS::Logs::LogGroup", "RequestFunction")
	decideLogs, _ := p.one(t, "AWS::Logs::LogGroup", "DecideFunction")
	key := attribute(keyID, "Arn")
	logging := func(group string) object {
		return allow("Logging", attribute(group, "Arn"), []any{"logs:CreateLogStream", "logs:PutLogEvents"})
	}
	encryption := with(allow("RequestsEncryption", key, []any{
		"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"}), through("dynamodb"))
	if diff := cmp.Diff(map[string]object{
		"Requests":                allow("Requests", attribute(table, "Arn"), []any{"dynamodb:GetItem", "dynamodb:PutItem"}),
		"RequestsEncryption":      encryption,
		"TellApprovers":           allow("TellApprovers", object{"Ref": topic}, "sns:Publish"),
		"TellApproversEncryption": with(allow("TellApproversEncryption", key, []any{"kms:Decrypt", "kms:GenerateDataKey"}), through("sns")),
		"Logging":                 logging(requestLogs),
	}, p.policy(t, "RequestFunctionPermissions")); diff != "" {
		t.Errorf("the request function: %s", diff)
	}
	bucket := func(keys string) any {
		return joined("arn:", object{"Ref": "AWS::Partition"}, ":s3:::records"+keys)
	}
	if diff := cmp.Diff(map[string]object{
		"Requests":           allow("Requests", attribute(table, "Arn"), []any{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"}),
		"OpenRequests":       allow("OpenRequests", joined(attribute(table, "Arn"), "/index/open"), "dynamodb:Query"),
		"RequestsEncryption": encryption,
		"FindRecords": with(allow("FindRecords", bucket(""), "s3:ListBucket"),
			object{"StringLike": object{"s3:prefix": []any{"decisions/*", "approvals/*"}}}),
		"ReviewRecords":     allow("ReviewRecords", bucket("/decisions/*"), "s3:GetObject"),
		"RecordDecision":    allow("RecordDecision", bucket("/approvals/*"), []any{"s3:GetObject", "s3:PutObject"}),
		"RecordsEncryption": with(allow("RecordsEncryption", existingKey, []any{"kms:Decrypt", "kms:GenerateDataKey"}), through("s3")),
		"WhoStarted":        allow("WhoStarted", joined("arn:", object{"Ref": "AWS::Partition"}, ":logs:", object{"Ref": "AWS::Region"}, ":", object{"Ref": "AWS::AccountId"}, ":log-group:company/trail:*"), "logs:FilterLogEvents"),
		"Logging":           logging(decideLogs),
	}, p.policy(t, "DecideFunctionPermissions")); diff != "" {
		t.Errorf("the decide function: %s", diff)
	}
}

// Requirements: P11-10h
func TestApprovalCompletesTasksOfItsStateMachineOnly(t *testing.T) {
	p := synthesizeApproval(t, "smallest", nil)
	machine, _ := p.one(t, "AWS::StepFunctions::StateMachine", "")
	role, _ := p.one(t, "AWS::IAM::Role", "DecideFunction")
	_, policy := p.one(t, "AWS::IAM::ManagedPolicy", "Completion")
	if diff := cmp.Diff([]any{object{"Ref": role}}, policy["Roles"]); diff != "" {
		t.Error(diff)
	}
	name := object{"Fn::Select": []any{float64(6), object{"Fn::Split": []any{":", object{"Ref": machine}}}}}
	executions := joined("arn:", object{"Ref": "AWS::Partition"}, ":states:", object{"Ref": "AWS::Region"}, ":",
		object{"Ref": "AWS::AccountId"}, ":execution:", name, ":*")
	if diff := cmp.Diff(map[string]object{
		"Complete": allow("Complete", object{"Ref": machine}, "states:SendTaskSuccess"),
		"Confirm":  allow("Confirm", executions, "states:GetExecutionHistory"),
	}, p.policy(t, "Completion")); diff != "" {
		t.Error(diff)
	}
}

func TestApprovalFunctionsHaveNoOtherPolicy(t *testing.T) {
	p := synthesizeApproval(t, "smallest", nil)
	for _, function := range []string{"RequestFunction", "DecideFunction"} {
		policy, _ := p.one(t, "AWS::IAM::ManagedPolicy", function+"Permissions")
		_, role := p.one(t, "AWS::IAM::Role", function)
		if diff := cmp.Diff([]any{object{"Ref": policy}}, role["ManagedPolicyArns"]); diff != "" {
			t.Errorf("%s: %s", function, diff)
		}
		if role["Policies"] != nil {
			t.Errorf("%s: the role has inline policies", function)
		}
	}
	for id := range p.resources("AWS::IAM::Policy") {
		if !strings.HasPrefix(id, "Machine") {
			t.Errorf("%s adds statements", id)
		}
	}
}

func TestApprovalFunctionsAreGrantedNothingMore(t *testing.T) {
	stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("Granted"), nil)
	a := approval.NewApproval(stack, "Approval", approvalProps(stack, nil))
	a.Table().GrantFullAccess(a.RequestFunction())
	a.Table().GrantFullAccess(a.DecideFunction())
	for _, child := range *stack.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		if id := *child.Node().Id(); id == "DefaultPolicy" {
			t.Errorf("%s adds statements", *child.Node().Path())
		}
	}
}
