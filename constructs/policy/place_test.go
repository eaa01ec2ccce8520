package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

var china = Place{Partition: "aws-cn", Region: "cn-north-1", Account: "123456789012", URLSuffix: "amazonaws.com.cn"}

func TestNamesOfAPlace(t *testing.T) {
	for want, got := range map[string]string{
		"arn:aws-cn:events:cn-north-1:123456789012:rule/x": china.ARN("events", "rule/x"),
		"arn:aws-cn:states:::sns:publish":                  china.Integration("sns:publish"),
		"arn:aws-cn:iam::123456789012:root":                china.Root(),
		"sns.cn-north-1.amazonaws.com.cn":                  china.Service("sns"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestThroughLimitsAKeyToAServiceOfTheRegion(t *testing.T) {
	want := Allow("Use", []string{"arn:key"}, "kms:Decrypt").If("StringEquals", "kms:ViaService", "sns.cn-north-1.amazonaws.com.cn")
	if diff := cmp.Diff(want, china.Through("sns", Allow("Use", []string{"arn:key"}, "kms:Decrypt"))); diff != "" {
		t.Error(diff)
	}
}

func TestPassRoleNamesTheService(t *testing.T) {
	want := Statement{
		Name: "StartJobRole", Actions: []string{"iam:PassRole"}, Resources: []string{"arn:role"},
		Conditions: map[string]map[string]any{"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}},
	}
	if diff := cmp.Diff(want, PassRole("StartJobRole", "arn:role", "glue.amazonaws.com")); diff != "" {
		t.Error(diff)
	}
}
