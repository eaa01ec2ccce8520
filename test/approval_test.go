package test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/approval"
)

const (
	approverRole = "arn:aws:iam::123456789012:role/TrialLead"
	approverUser = "arn:aws:iam::123456789012:user/medical/monitor"
	existingKey  = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

type approvalProps func(awscdk.Stack, *approval.ApprovalProps)

// synthesizeApproval synthesizes an approval with required props and one change, connected to a state machine.
func synthesizeApproval(t *testing.T, name string, change approvalProps) *pipeline {
	t.Helper()
	name = "approval " + name
	if p := synthesized[name]; p != nil {
		return p
	}
	dir := filepath.Join(scratch, name)
	orFatal(t, func() {
		app := newApp(dir)
		stack := awscdk.NewStack(app, jsii.String("Approval"), nil)
		a := approval.NewApproval(stack, "Approval", approvalVariant(stack, change))
		machine := awsstepfunctions.NewStateMachine(stack, jsii.String("Machine"), &awsstepfunctions.StateMachineProps{
			DefinitionBody: awsstepfunctions.DefinitionBody_FromChainable(awsstepfunctions.NewPass(stack, jsii.String("Pass"), nil)),
		})
		// What the state machine's definition does: it needs the function, and is needed by the approval.
		machine.Node().AddDependency(a.RequestFunction())
		a.ConnectTo(machine, nil)
		app.Synth(nil)
	})
	p := &pipeline{template: readJSON(t, filepath.Join(dir, "Approval.template.json"))}
	synthesized[name] = p
	return p
}

func approvalVariant(stack awscdk.Stack, change approvalProps) *approval.ApprovalProps {
	props := &approval.ApprovalProps{
		Approvers: []string{approverRole},
		RecordBucket: awss3.Bucket_FromBucketAttributes(stack, jsii.String("Records"), &awss3.BucketAttributes{
			BucketName:    jsii.String("records"),
			EncryptionKey: awskms.Key_FromKeyArn(stack, jsii.String("RecordsKey"), jsii.String(existingKey)),
		}),
	}
	if change != nil {
		change(stack, props)
	}
	return props
}

// one returns the resource of a type whose logical id has a part.
func (p *pipeline) one(t *testing.T, kind, part string) (string, object) {
	t.Helper()
	found := p.resources(kind)
	maps.DeleteFunc(found, func(id string, _ object) bool { return !strings.Contains(id, part) })
	if len(found) != 1 {
		t.Fatalf("%d resources of type %s with %q, want one", len(found), kind, part)
	}
	id := slices.Collect(maps.Keys(found))[0]
	return id, found[id]
}

// policy returns the statements of a managed policy, by name.
func (p *pipeline) policy(t *testing.T, part string) map[string]object {
	t.Helper()
	_, policy := p.one(t, "AWS::IAM::ManagedPolicy", part)
	statements := map[string]object{}
	for _, s := range policy["PolicyDocument"].(object)["Statement"].([]any) {
		statement := s.(object)
		statements[statement["Sid"].(string)] = statement
	}
	return statements
}

func attribute(id, name string) object { return object{"Fn::GetAtt": []any{id, name}} }

func joined(parts ...any) object { return object{"Fn::Join": []any{"", parts}} }

// through is the condition that a service uses a key.
func through(service string) object {
	return object{"StringEquals": object{"kms:ViaService": joined(service+".", object{"Ref": "AWS::Region"}, ".", object{"Ref": "AWS::URLSuffix"})}}
}

func with(statement object, condition object) object {
	statement["Condition"] = condition
	return statement
}

// Requirements: SRC-13, P11-10d
func TestApprovalFunctionsMayDoExactlyThis(t *testing.T) {
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
		"WhoStarted":        allow("WhoStarted", "*", "cloudtrail:LookupEvents"),
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
			t.Errorf("%s: the role has statements besides its own policy", function)
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
	a := approval.NewApproval(stack, "Approval", approvalVariant(stack, nil))
	a.Table().GrantFullAccess(a.RequestFunction())
	a.Table().GrantFullAccess(a.DecideFunction())
	for _, child := range *stack.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		if id := *child.Node().Id(); id == "DefaultPolicy" {
			t.Errorf("%s adds statements", *child.Node().Path())
		}
	}
}

// Requirements: P11-10d, P11-10g, P11-10h
func TestApprovalURLIsForSignedRequestsOfApprovers(t *testing.T) {
	p := synthesizeApproval(t, "two approvers", func(_ awscdk.Stack, p *approval.ApprovalProps) {
		p.Approvers = append(p.Approvers, approverUser)
	})
	if _, url := p.one(t, "AWS::Lambda::Url", ""); url["AuthType"] != "AWS_IAM" {
		t.Errorf("the URL's authentication is %v", url["AuthType"])
	}
	function, decide := p.one(t, "AWS::Lambda::Function", "DecideFunction")
	var got []object
	for _, permission := range p.resources("AWS::Lambda::Permission") {
		got = append(got, permission)
	}
	var want []object
	for _, approver := range []string{approverRole, approverUser} {
		name := attribute(function, "Arn")
		want = append(want,
			object{"FunctionName": name, "Principal": approver, "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "AWS_IAM"},
			object{"FunctionName": name, "Principal": approver, "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": true})
	}
	byText := func(a, b object) int { return strings.Compare(text(a), text(b)) }
	slices.SortFunc(got, byText)
	slices.SortFunc(want, byText)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if approvers := decide["Environment"].(object)["Variables"].(object)["APPROVAL_APPROVERS"]; approvers != approverRole+" "+approverUser {
		t.Errorf("the function admits %v", approvers)
	}
}

// Requirements: SRC-16
func TestApprovalStoresAreEncryptedWithTheKey(t *testing.T) {
	p := synthesizeApproval(t, "smallest", nil)
	keyID, key := p.one(t, "AWS::KMS::Key", "")
	if key["EnableKeyRotation"] != true {
		t.Error("the key does not rotate")
	}
	arn := attribute(keyID, "Arn")
	_, table := p.one(t, "AWS::DynamoDB::Table", "")
	if diff := cmp.Diff(object{"KMSMasterKeyId": arn, "SSEEnabled": true, "SSEType": "KMS"}, table["SSESpecification"]); diff != "" {
		t.Errorf("table: %s", diff)
	}
	if table["DeletionProtectionEnabled"] != true {
		t.Error("the table can be deleted")
	}
	if diff := cmp.Diff(object{"PointInTimeRecoveryEnabled": true}, table["PointInTimeRecoverySpecification"]); diff != "" {
		t.Errorf("table: %s", diff)
	}
	if _, topic := p.one(t, "AWS::SNS::Topic", ""); !cmp.Equal(topic["KmsMasterKeyId"], any(arn)) {
		t.Errorf("topic: %s", text(topic))
	}
	for id, group := range p.resources("AWS::Logs::LogGroup") {
		if !cmp.Equal(group["KmsKeyId"], any(arn)) {
			t.Errorf("%s: %s", id, text(group))
		}
	}
}

func TestApprovalFunctionsKnowWhereEverythingIs(t *testing.T) {
	p := synthesizeApproval(t, "smallest", nil)
	table, _ := p.one(t, "AWS::DynamoDB::Table", "")
	topic, _ := p.one(t, "AWS::SNS::Topic", "")
	url, _ := p.one(t, "AWS::Lambda::Url", "")
	common := object{"APPROVAL_TABLE": object{"Ref": table}, "APPROVAL_BUCKET": "records", "APPROVAL_PREFIX": "decisions/"}
	for function, own := range map[string]object{
		"RequestFunction": {"APPROVAL_TOPIC": object{"Ref": topic}, "APPROVAL_URL": attribute(url, "FunctionUrl")},
		"DecideFunction":  {"APPROVAL_APPROVERS": approverRole},
	} {
		maps.Copy(own, common)
		_, properties := p.one(t, "AWS::Lambda::Function", function)
		if diff := cmp.Diff(own, properties["Environment"].(object)["Variables"]); diff != "" {
			t.Errorf("%s: %s", function, diff)
		}
	}
}

// Requirements: P11-30
func TestApprovalTopicTakesTLSOnly(t *testing.T) {
	p := synthesizeApproval(t, "smallest", nil)
	deny := p.resource(t, "AWS::SNS::TopicPolicy")["PolicyDocument"].(object)["Statement"].([]any)[0].(object)
	if deny["Effect"] != "Deny" || !cmp.Equal(deny["Condition"], any(object{"Bool": object{"aws:SecureTransport": "false"}})) {
		t.Errorf("the topic does not deny what comes without TLS: %s", text(deny))
	}
}

func TestApprovalFunctionsRunOurBinaries(t *testing.T) {
	p := synthesizeApproval(t, "smallest", nil)
	for _, name := range []string{"Request", "Decide"} {
		_, function := p.one(t, "AWS::Lambda::Function", name+"Function")
		for field, want := range map[string]any{"Runtime": "provided.al2023", "Handler": "bootstrap", "Architectures": []any{"arm64"}} {
			if !cmp.Equal(function[field], want) {
				t.Errorf("%s: %s is %v, want %v", name, field, function[field], want)
			}
		}
		asset := function["Code"].(object)["S3Key"].(string)
		binary := filepath.Join(scratch, "approval smallest", "asset."+strings.TrimSuffix(asset, ".zip"), "bootstrap")
		program, err := os.ReadFile(binary)
		const aarch64 = 0xb7 // e_machine of an ELF file
		if err != nil || len(program) < 20 || string(program[:4]) != "\x7fELF" || program[18] != aarch64 {
			t.Errorf("%s: the asset is no program for arm64: %v", name, err)
		}
	}
}
