package test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/policy"
)

// rolesStack has a role with every prop, and one with the required props.
func rolesStack(t *testing.T) *pipeline {
	t.Helper()
	return synthesizeStack(t, "roles", func(stack awscdk.Stack) {
		policy.NewRole(stack, "Full", &policy.RoleProps{
			PolicyID: "Reading", Description: "Reads.", PolicyDescription: "What a reader may do.", AssumedBy: "states.amazonaws.com",
			Conditions: map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": policy.In(stack).Account}},
			Statements: []policy.Statement{
				policy.Allow("Read", []string{"arn:aws:s3:::bucket/*"}, "s3:GetObject"),
				policy.Allow("List", []string{"arn:aws:s3:::bucket"}, "s3:ListBucket"),
			},
		})
		policy.NewRole(stack, "Least", &policy.RoleProps{
			AssumedBy: "lambda.amazonaws.com", Statements: []policy.Statement{policy.Allow("Log", []string{"*"}, "logs:PutLogEvents")},
		})
	})
}

func assumedBy(service string, condition any) object {
	statement := object{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": object{"Service": service}}
	if condition != nil {
		statement["Condition"] = condition
	}
	return object{"Version": "2012-10-17", "Statement": []any{statement}}
}

func TestNewRole(t *testing.T) {
	p := rolesStack(t)
	permissions, document := p.one(t, "AWS::IAM::ManagedPolicy", "Reading")
	_, role := p.one(t, "AWS::IAM::Role", "Full")
	if diff := cmp.Diff(object{
		"Description": "Reads.", "ManagedPolicyArns": []any{object{"Ref": permissions}},
		"AssumeRolePolicyDocument": assumedBy("states.amazonaws.com",
			object{"StringEquals": object{"aws:SourceAccount": object{"Ref": "AWS::AccountId"}}}),
	}, role); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(object{
		"Description": "What a reader may do.", "Path": "/",
		"PolicyDocument": object{"Version": "2012-10-17", "Statement": []any{
			allow("Read", "arn:aws:s3:::bucket/*", "s3:GetObject"), allow("List", "arn:aws:s3:::bucket", "s3:ListBucket"),
		}},
	}, document); diff != "" {
		t.Error(diff)
	}
	if found := p.resources("AWS::IAM::Policy"); len(found) != 0 {
		t.Errorf("other statements: %s", text(found))
	}
}

func TestDefaultsOfARole(t *testing.T) {
	p := rolesStack(t)
	permissions, document := p.one(t, "AWS::IAM::ManagedPolicy", "LeastPermissions")
	_, role := p.one(t, "AWS::IAM::Role", "Least")
	if diff := cmp.Diff(object{
		"ManagedPolicyArns": []any{object{"Ref": permissions}}, "AssumeRolePolicyDocument": assumedBy("lambda.amazonaws.com", nil),
	}, role); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]object{"Log": allow("Log", "*", "logs:PutLogEvents")}, policyOf(document["PolicyDocument"])); diff != "" {
		t.Error(diff)
	}
}
