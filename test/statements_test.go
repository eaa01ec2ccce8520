package test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// statements returns the statements of the executions' role, by name.
func (p *pipeline) statements(t *testing.T) map[string]object {
	t.Helper()
	return p.policy(t, "PipelinePermissions")
}

// policy returns the statements of the managed policy whose logical id contains a part, by name.
func (p *pipeline) policy(t *testing.T, part string) map[string]object {
	t.Helper()
	_, policy := p.one(t, "AWS::IAM::ManagedPolicy", part)
	return policyOf(policy["PolicyDocument"])
}

// bucketPolicy returns the statements of the policy of the bucket whose logical id contains a part, by name.
func (p *pipeline) bucketPolicy(t *testing.T, part string) map[string]object {
	t.Helper()
	_, policy := p.one(t, "AWS::S3::BucketPolicy", part)
	return policyOf(policy["PolicyDocument"])
}

// keyPolicy returns the statements of the policy of the key whose logical id contains a part, by name. It checks what every key
// has, and leaves it out: the key rotates, and the account may administer it but not use it.
func (p *pipeline) keyPolicy(t *testing.T, part string) map[string]object {
	t.Helper()
	id, key := p.one(t, "AWS::KMS::Key", part)
	if key["EnableKeyRotation"] != true {
		t.Errorf("%s does not rotate", id)
	}
	statements := policyOf(key["KeyPolicy"])
	administration := statements["Administration"]
	delete(statements, "Administration")
	root := joined("arn:", object{"Ref": "AWS::Partition"}, ":iam::", object{"Ref": "AWS::AccountId"}, ":root")
	if diff := cmp.Diff(any(object{"AWS": root}), administration["Principal"]); diff != "" {
		t.Errorf("others administer %s: %s", id, diff)
	}
	for _, action := range administration["Action"].([]any) {
		for _, use := range []string{"*", "Encrypt", "Decrypt", "GenerateDataKey", "ReEncrypt", "CreateGrant"} {
			if strings.Contains(action.(string), use) {
				t.Errorf("administrators of %s may use it: %s", id, action)
			}
		}
	}
	return statements
}

// policyOf returns the statements of a policy document, by name. The name of the CDK's own statements is empty.
func policyOf(document any) map[string]object {
	statements := map[string]object{}
	for _, s := range document.(object)["Statement"].([]any) {
		statement := s.(object)
		name, _ := statement["Sid"].(string)
		statements[name] = statement
	}
	return statements
}

// arn returns an ARN in the partition, region and account of the stack.
func arn(service, resource string) object {
	return object{"Fn::Join": []any{"", []any{
		"arn:", object{"Ref": "AWS::Partition"}, ":" + service + ":", object{"Ref": "AWS::Region"}, ":",
		object{"Ref": "AWS::AccountId"}, ":" + resource,
	}}}
}

// machineARN returns the ARN of a variant's state machine with a suffix. Policies name it before it exists.
func machineARN(suffix string) object {
	return arn("states", "stateMachine:Variant-Pipeline-EFE2F723"+suffix)
}

func attribute(id, name string) object { return object{"Fn::GetAtt": []any{id, name}} }

func joined(parts ...any) object { return object{"Fn::Join": []any{"", parts}} }

func allow(name string, resource any, actions any) object {
	return object{"Sid": name, "Effect": "Allow", "Action": actions, "Resource": resource}
}

func with(statement object, condition object) object {
	statement["Condition"] = condition
	return statement
}

// through returns the condition that a service makes the request.
func through(service string) object {
	return object{"StringEquals": object{"kms:ViaService": joined(service+".", object{"Ref": "AWS::Region"}, ".", object{"Ref": "AWS::URLSuffix"})}}
}

func refuse(name string, resource, condition any, actions any) object {
	statement := object{"Sid": name, "Effect": "Deny", "Principal": everybody, "Action": actions, "Resource": resource}
	if condition != nil {
		statement["Condition"] = condition
	}
	return statement
}

// everybody is the principal of a denial.
var everybody = object{"AWS": "*"}

// letAccount returns a statement for everybody in the account whom IAM allows the actions, under a condition.
func letAccount(name string, condition object, actions any) object {
	statement := with(allow(name, "*", actions), condition)
	statement["Principal"] = object{"AWS": joined("arn:", object{"Ref": "AWS::Partition"}, ":iam::", object{"Ref": "AWS::AccountId"}, ":root")}
	return statement
}

func letService(name string, service any, condition any, actions any) object {
	statement := allow(name, "*", actions)
	statement["Principal"] = object{"Service": service}
	if condition != nil {
		statement["Condition"] = condition
	}
	return statement
}

func letLogs(name string, groups any) object {
	return letService(name, joined("logs.", object{"Ref": "AWS::Region"}, ".", object{"Ref": "AWS::URLSuffix"}),
		object{"ArnLike": object{"kms:EncryptionContext:aws:logs:arn": []any{groups}}},
		[]any{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"})
}

var use = []any{"kms:Decrypt", "kms:GenerateDataKey"}

// manageRule has the actions on a rule that Step Functions manages.
var manageRule = []any{"events:DescribeRule", "events:PutRule", "events:PutTargets"}

// deployer is the role of CloudFormation that bootstrapping the CDK makes.
var deployer = object{"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-clinrisk-cfn-exec-role-${AWS::AccountId}-${AWS::Region}"}

var notTheDeployer = object{"ArnNotEquals": object{"aws:PrincipalArn": []any{deployer}}}

func wantTLSOnly(t *testing.T, policy object) {
	t.Helper()
	statements := text(policy["PolicyDocument"])
	for _, condition := range []string{`"aws:SecureTransport": "false"`, `"s3:TlsVersion": 1.2`} {
		if !strings.Contains(statements, condition) {
			t.Errorf("the bucket policy has no condition %s: %s", condition, statements)
		}
	}
}

var pipelineKey = attribute("PipelineKeyF48EE773", "Arn")
