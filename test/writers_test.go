package test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/stages"
)

// writersOf are the roles that may write below each prefix of a record store, by the name of the statement.
func writersOf(t *testing.T, p *pipeline) map[string]any {
	t.Helper()
	found := map[string]any{}
	for name, s := range p.bucketPolicy(t, "RecordsBucket") {
		if name == "KeepWriters1" || name == "KeepWriters2" {
			found[name] = s
		}
	}
	return found
}

// Requirements: P11-10d, P11-10e, P11-10g
func TestEachPrefixHasItsWriter(t *testing.T) {
	p := approvalPipeline(t)
	bucket, _ := p.one(t, "AWS::S3::Bucket", "RecordsBucket")
	pipeline, _ := p.one(t, "AWS::IAM::Role", "PipelineRole")
	decide, _ := p.one(t, "AWS::IAM::Role", "DecideFunctionRole")
	only := func(name, prefix, role string) object {
		return refuse(name, joined(attribute(bucket, "Arn"), "/"+prefix+"*"),
			object{"ArnNotEquals": object{"aws:PrincipalArn": []any{attribute(role, "Arn")}}}, "s3:PutObject")
	}
	want := map[string]any{
		"KeepWriters1": only("KeepWriters1", "decisions/", pipeline), "KeepWriters2": only("KeepWriters2", "approvals/", decide),
	}
	if diff := cmp.Diff(want, writersOf(t, p)); diff != "" {
		t.Error(diff)
	}
}

func TestTwoRolesMayShareAPrefix(t *testing.T) {
	p := synthesizeStack(t, "two writers", func(stack awscdk.Stack) {
		records := audit.NewRecordStore(stack, "Records", nil)
		records.WrittenBy("decisions/", jobRole)
		records.WrittenBy("approvals/", approverRole)
		records.WrittenBy("decisions/", approverUser)
	})
	got := writersOf(t, p)
	condition := object{"ArnNotEquals": object{"aws:PrincipalArn": []any{jobRole, approverUser}}}
	if diff := cmp.Diff(any(condition), got["KeepWriters1"].(object)["Condition"]); diff != "" || len(got) != 2 {
		t.Errorf("%d statements: %s", len(got), diff)
	}
}

// The record store of another stack names the roles of this one by their names: a reference would be a circle of stacks.
//
// Requirements: P11-10d, P11-10e, P11-10g
func TestARecordStoreOfAnotherStackNamesItsWriters(t *testing.T) {
	dir := environmentsFolder(t)
	prod := stages.Environments()[2]
	trials := trialTemplates(t, dir, prod)
	store, own := &pipeline{template: trials[1]}, &pipeline{template: trials[0]}
	want := map[string][]string{
		"/decisions/*": {"PipelineRole"}, "/approvals/*": {"ApprovalDecideFunctionRole"},
		"/alerts/*":     {"AlertsUpdateFunctionRole", "AlertsWatchFunctionRole", "AlertsActFunctionRole"},
		"/exclusions/*": {"AlertsUpdateFunctionRole"},
	}
	for name, statement := range store.bucketPolicy(t, "RecordsBucket") {
		if !strings.HasPrefix(name, "KeepWriters") {
			continue
		}
		resource := text(statement["Resource"])
		for folder, roles := range want {
			if !strings.Contains(resource, folder) {
				continue
			}
			delete(want, folder)
			writers := text(statement["Condition"].(object)["ArnNotEquals"])
			for _, role := range roles {
				_, found := own.one(t, "AWS::IAM::Role", role)
				if given, _ := found["RoleName"].(string); given == "" || len(given) > 64 || !strings.Contains(writers, ":role/"+given+"\"") {
					t.Errorf("%s: %s, named %q, is not in %s", name, role, given, writers)
				}
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("nobody keeps %v", want)
	}
}
