package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAStatementIsWhatIAMReads(t *testing.T) {
	statement := Allow("Publish", []string{"arn:topic"}, "sns:Publish").If("StringEquals", "a", "b").If("StringEquals", "c", []string{"d", "e"})
	statement.Principal = Service("events.amazonaws.com")
	want := map[string]any{
		"Sid": "Publish", "Effect": "Allow", "Principal": map[string]any{"Service": "events.amazonaws.com"},
		"Action": []string{"sns:Publish"}, "Resource": []string{"arn:topic"},
		"Condition": map[string]map[string]any{"StringEquals": {"a": "b", "c": []string{"d", "e"}}},
	}
	if diff := cmp.Diff(want, statement.JSON()); diff != "" {
		t.Error(diff)
	}
}

func TestAConditionMoreChangesNoOtherStatement(t *testing.T) {
	plain := Allow("Use", []string{"*"}, "kms:Decrypt")
	one := plain.If("StringEquals", "a", "b")
	other := one.If("StringEquals", "c", "d")
	if len(plain.Conditions) != 0 || len(one.Conditions["StringEquals"]) != 1 || len(other.Conditions["StringEquals"]) != 2 {
		t.Errorf("got %v, %v and %v", plain, one, other)
	}
	if _, ok := plain.JSON()["Condition"]; ok {
		t.Error("a statement without conditions has some")
	}
}

func TestPlace(t *testing.T) {
	in := Place{Partition: "aws-cn", Region: "cn-north-1", Account: "123456789012", URLSuffix: "amazonaws.com.cn"}
	want := []string{"arn:aws-cn:events:cn-north-1:123456789012:rule/x", "arn:aws-cn:iam::123456789012:root", "sns.cn-north-1.amazonaws.com.cn"}
	if diff := cmp.Diff(want, []string{in.ARN("events", "rule/x"), in.Root(), in.Service("sns")}); diff != "" {
		t.Error(diff)
	}
}
