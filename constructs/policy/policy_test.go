package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJSON(t *testing.T) {
	for reason, row := range map[string]struct {
		statement Statement
		want      map[string]any
	}{
		"a statement of a role": {
			Allow("Publish", []string{"arn:topic"}, "sns:Publish"),
			map[string]any{"Sid": "Publish", "Effect": "Allow", "Action": []string{"sns:Publish"}, "Resource": []string{"arn:topic"}},
		},
		"a statement of a resource, with conditions": {
			Allow("Publish", []string{"arn:topic"}, "sns:Publish").For(Service("events.amazonaws.com")).
				If("StringEquals", "a", "b").If("StringEquals", "c", []string{"d", "e"}),
			map[string]any{
				"Sid": "Publish", "Effect": "Allow", "Principal": map[string]any{"Service": "events.amazonaws.com"},
				"Action": []string{"sns:Publish"}, "Resource": []string{"arn:topic"},
				"Condition": map[string]map[string]any{"StringEquals": {"a": "b", "c": []string{"d", "e"}}},
			},
		},
		"a denial applies to everybody": {
			Deny("KeepVisible", "arn:bucket/*", "s3:DeleteObject", "s3:DeleteObjectVersion"),
			map[string]any{
				"Sid": "KeepVisible", "Effect": "Deny", "Principal": map[string]any{"AWS": "*"},
				"Action": []string{"s3:DeleteObject", "s3:DeleteObjectVersion"}, "Resource": []string{"arn:bucket/*"},
			},
		},
		"an account": {
			Allow("Use", []string{"*"}, "kms:Decrypt").For(Account("arn:root")),
			map[string]any{
				"Sid": "Use", "Effect": "Allow", "Principal": map[string]any{"AWS": "arn:root"},
				"Action": []string{"kms:Decrypt"}, "Resource": []string{"*"},
			},
		},
		"an encryption context": {
			Allow("Use", []string{"arn:key"}, "kms:Decrypt").InContext("aws:states:stateMachineArn", "arn:a", "arn:b"),
			map[string]any{
				"Sid": "Use", "Effect": "Allow", "Action": []string{"kms:Decrypt"}, "Resource": []string{"arn:key"},
				"Condition": map[string]map[string]any{
					"StringEquals": {"kms:EncryptionContext:aws:states:stateMachineArn": []string{"arn:a", "arn:b"}},
				},
			},
		},
	} {
		t.Run(reason, func(t *testing.T) {
			if diff := cmp.Diff(row.want, row.statement.JSON()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestIfLeavesTheOriginalUnchanged(t *testing.T) {
	plain := Allow("Use", []string{"*"}, "kms:Decrypt")
	one := plain.If("StringEquals", "a", "b")
	two := one.If("StringEquals", "c", "d")
	if len(plain.Conditions) != 0 || len(one.Conditions["StringEquals"]) != 1 || len(two.Conditions["StringEquals"]) != 2 {
		t.Errorf("got %v, %v and %v", plain, one, two)
	}
}

// The statements name no resources, because AWS knows none for these actions.
func TestObservability(t *testing.T) {
	actions := map[string]int{}
	for _, s := range Observability() {
		actions[s.Name] = len(s.Actions)
		if diff := cmp.Diff([]string{"*"}, s.Resources); diff != "" {
			t.Errorf("%s: %s", s.Name, diff)
		}
	}
	if diff := cmp.Diff(map[string]int{"Logging": 8, "Tracing": 4}, actions); diff != "" {
		t.Error(diff)
	}
}
