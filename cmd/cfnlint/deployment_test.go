package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestMatchesIsThatOfIAM(t *testing.T) {
	patterns := []string{"s3:*", "iam:Get*", "iam:PassRole"}
	for action, want := range map[string]bool{
		"s3:PutObject": true, "S3:putobject": true, "iam:GetRole": true, "iam:PassRole": true,
		"iam:PassRoles": false, "s3tables:GetTable": false, "iam:PutRolePolicy": false,
	} {
		if got := matches(patterns, action); got != want {
			t.Errorf("%s: %v, want %v", action, got, want)
		}
	}
}

func TestAllowedActionsReadsTheGuidesPolicy(t *testing.T) {
	got, err := allowedActions("../../" + deploymentPolicy)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"cloudtrail:*", "iam:PassRole", "iam:CreateServiceLinkedRole", "organizations:DescribeOrganization", "ssm:GetParameters"} {
		if !slices.Contains(got, want) {
			t.Errorf("the policy does not allow %s: %v", want, got)
		}
	}
}

func TestTypesOfLeavesAPromotionOut(t *testing.T) {
	file := filepath.Join(t.TempDir(), "template.json")
	text := `{"Resources": {"A": {"Type": "AWS::SNS::Topic"}, "B": {"Type": "AWS::CodeBuild::Project"}, "C": {"Type": "AWS::IAM::Role"}, "D": {"Type": "AWS::SNS::Topic"}}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := typesOf([]string{file})
	if err != nil || !slices.Equal(got, []string{"AWS::IAM::Role", "AWS::SNS::Topic"}) {
		t.Errorf("got %v, %v", got, err)
	}
}
