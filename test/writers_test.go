package test

import (
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/risk"
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

// The policy of the bucket would refer to a role that refers to the bucket.
func TestARecordStoreOfAnotherStackNamesNoWriter(t *testing.T) {
	dir := t.TempDir()
	var warned []string
	orFatal(t, func() {
		app := newApp(dir)
		records := audit.NewRecordStore(awscdk.NewStack(app, jsii.String("Store"), nil), "Records", nil)
		stack := awscdk.NewStack(app, jsii.String("Variant"), nil)
		props := smallestProps(stack)
		props.Records = records
		risk.NewClinicalRiskPipeline(stack, "Pipeline", props)
		for _, entry := range *stack.Node().FindChild(jsii.String("Pipeline")).Node().Metadata() {
			warned = append(warned, *entry.Type)
		}
		app.Synth(nil)
	})
	if !slices.Contains(warned, "aws:cdk:warning") {
		t.Errorf("nobody is warned: %v", warned)
	}
}
