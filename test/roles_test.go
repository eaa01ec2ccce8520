package test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/policy"
	"clinical-risk-pipeline/constructs/risk"
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
			allow("List", "arn:aws:s3:::bucket", "s3:ListBucket"), allow("Read", "arn:aws:s3:::bucket/*", "s3:GetObject"),
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

// reviews are props with this many downstream systems.
func reviews(count int) props {
	return changedProps(func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		for i := range count {
			name := fmt.Sprintf("Review%d", i)
			arn := "arn:aws:states:eu-central-1:123456789012:stateMachine:" + strings.Repeat("x", 70) + name
			p.Downstream = append(p.Downstream, risk.StateMachineExecution{
				Name: name, StateMachine: awsstepfunctions.StateMachine_FromStateMachineArn(stack, &name, &arn),
			})
		}
	})
}

// IAM takes 6,144 characters without white space in a managed policy:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
//
// Requirements: SRC-13
func TestARoleWithManyPermissionsHasSeveralPolicies(t *testing.T) {
	few, many := synthesize(t, "two systems", reviews(2)), synthesize(t, "twenty systems", reviews(20))
	policies, seen := many.resources("AWS::IAM::ManagedPolicy"), map[string]bool{}
	for id, p := range policies {
		for name := range policyOf(p["PolicyDocument"]) {
			if seen[name] {
				t.Errorf("two policies have %s", name)
			}
			seen[name] = true
		}
		if size := len(text(p["PolicyDocument"])); size > 3*6144 { // with the intrinsics, which are longer than what takes their place
			t.Errorf("%s has %d characters", id, size)
		}
	}
	role, _ := many.one(t, "AWS::IAM::Role", "PipelineRole")
	attached := many.template["Resources"].(object)[role].(object)["Properties"].(object)["ManagedPolicyArns"].([]any)
	if len(policies) < 3 || len(attached) != len(policies) {
		t.Errorf("%d policies, %d of them attached", len(policies), len(attached))
	}
	for i := range 20 {
		if name := fmt.Sprintf("StartReview%d", i); !seen[name] {
			t.Errorf("no policy has %s", name)
		}
	}
	first, _ := few.one(t, "AWS::IAM::ManagedPolicy", "PipelinePermissions")
	for name := range few.statements(t) {
		if policyOf(policies[first]["PolicyDocument"])[name] == nil {
			t.Errorf("another system moved %s to another policy", name)
		}
	}
}

// Requirements: SRC-13
func TestMorePermissionsThanIAMTakesFailAtSynthesis(t *testing.T) {
	fault := panicOf(func() {
		stack := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("Stack"), nil)
		risk.NewClinicalRiskPipeline(stack, "Pipeline", reviews(200)(stack))
	})
	want := "Role must need at most 10 managed policies of 6144 characters, which IAM attaches to a role: let fewer systems hear of an alert, got "
	if got := fmt.Sprint(fault); !strings.HasPrefix(got, want) {
		t.Errorf("got %.200s, want %s", got, want)
	}
}
