package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/approval"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/risk"
)

// Requirements: SRC-16, P11-10d
func TestKeyPolicyOfThePipeline(t *testing.T) {
	logs := arn("logs", "log-group:/aws/vendedlogs/states/Variant-Pipeline-EFE2F723")
	want := map[string]object{
		"Executions":     letAccount("Executions", object{"StringEquals": object{"kms:EncryptionContext:aws:states:stateMachineArn": []any{machineARN("")}}}, use),
		"LogDelivery":    letAccount("LogDelivery", object{"StringEquals": object{"kms:EncryptionContext:SourceArn": []any{arn("logs", "*")}}}, "kms:GenerateDataKey"),
		"DeliverLogs":    letService("DeliverLogs", "delivery.logs.amazonaws.com", nil, "kms:Decrypt"),
		"Logs":           letLogs("Logs", logs),
		"Topics":         letAccount("Topics", through("sns"), use),
		"ReportOutcomes": letService("ReportOutcomes", "events.amazonaws.com", nil, use),
	}
	if diff := cmp.Diff(want, smallestPipeline(t).keyPolicy(t, "Pipeline")); diff != "" {
		t.Error(diff)
	}
}

func TestKeyPolicyServesExistingResourcesOnly(t *testing.T) {
	common := []string{"DeliverLogs", "Executions", "LogDelivery", "Logs"}
	for name, row := range map[string]struct {
		props props
		more  []string
	}{
		"alert topic":     {alertTopicProps, []string{"ReportOutcomes", "Topics"}},
		"both topics":     {bothTopicsProps, nil},
		"alert addresses": {changedProps(changes["AlertEmails"]), []string{"DeadLetters", "KeepUndeliveredAlerts", "ReportOutcomes", "Topics"}},
	} {
		got := slices.Sorted(maps.Keys(synthesize(t, name, row.props).keyPolicy(t, "Pipeline")))
		want := slices.Sorted(slices.Values(append(slices.Clone(common), row.more...)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestExecutionsOfACohortAndOfItsChildrenAreEncrypted(t *testing.T) {
	p := cohortPipeline(t)
	want := object{"StringEquals": object{"kms:EncryptionContext:aws:states:stateMachineArn": []any{machineARN(""), machineARN("/ScoreCohort")}}}
	for name, statement := range map[string]object{
		"role": p.statements(t)["ExecutionEncryption"], "key": p.keyPolicy(t, "Pipeline")["Executions"],
	} {
		if diff := cmp.Diff(any(want), statement["Condition"]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Requirements: SRC-16, P11-30
func TestStateMachineLogsAndDeadLettersAreEncryptedWithTheKey(t *testing.T) {
	p := synthesize(t, "alert addresses", changedProps(changes["AlertEmails"]))
	machine := p.resource(t, "AWS::StepFunctions::StateMachine")
	if diff := cmp.Diff(any(object{"Type": "CUSTOMER_MANAGED_KMS_KEY", "KmsKeyId": pipelineKey}), machine["EncryptionConfiguration"]); diff != "" {
		t.Error(diff)
	}
	if name := machine["StateMachineName"]; name != "Variant-Pipeline-EFE2F723" {
		t.Errorf("the state machine is named %v, which is not the name in the policies", name)
	}
	for kind, property := range map[string]string{"AWS::Logs::LogGroup": "KmsKeyId", "AWS::SQS::Queue": "KmsMasterKeyId"} {
		if diff := cmp.Diff(any(pipelineKey), p.resource(t, kind)[property]); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
}

// Requirements: SRC-16, P11-10d
func TestKeyPoliciesOfRecordsAndTrail(t *testing.T) {
	p := synthesizeTrail(t, "prop LogRetention", trailChanges["LogRetention"])
	records := keptKey(nil)
	records["Records"] = letAccount("Records", through("s3"), use)
	if diff := cmp.Diff(records, p.keyPolicy(t, "Records")); diff != "" {
		t.Errorf("records: %s", diff)
	}
	cloudTrail := letCloudTrail("EncryptTrail", "*", forTheTrail(nil),
		[]any{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"})
	want := keptKey(nil)
	want["EncryptTrail"], want["ReadTrail"] = cloudTrail, letAccount("ReadTrail", through("s3"), "kms:Decrypt")
	want["EncryptTrailLogs"] = letLogs("EncryptTrailLogs", arn("logs", "log-group:*"))
	want["ReadTrailLogs"] = letAccount("ReadTrailLogs", through("logs"), "kms:Decrypt")
	if diff := cmp.Diff(want, p.keyPolicy(t, "Audit")); diff != "" {
		t.Errorf("trail: %s", diff)
	}
	delete(want, "EncryptTrailLogs") // this trail has no log group
	delete(want, "ReadTrailLogs")
	if diff := cmp.Diff(want, synthesizeTrail(t, "default", nil).keyPolicy(t, "Audit")); diff != "" {
		t.Errorf("trail without a log group: %s", diff)
	}
}

// Requirements: SRC-16, P11-10d
func TestKeyPolicyOfTheApproval(t *testing.T) {
	want := map[string]object{
		"ApprovalLogs": letLogs("ApprovalLogs", arn("logs", "log-group:*")),
		"Requests": letAccount("Requests", through("dynamodb"), []any{
			"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"}),
		"TellApprovers": letAccount("TellApprovers", through("sns"), use),
	}
	if diff := cmp.Diff(want, synthesizeApproval(t, "smallest", nil).keyPolicy(t, "")); diff != "" {
		t.Error(diff)
	}
}

// A construct cannot read the policy of an imported key. It refuses the key, with the statements that the policy needs, unless
// KeyPrepared is set. It extends the policy of a key of the same application.
func TestImportedKeys(t *testing.T) {
	for construct, row := range map[string]struct {
		build func(awscdk.Stack, awskms.IKey, bool)
		names []string // of the statements that the error must list
	}{
		"pipeline": {func(stack awscdk.Stack, key awskms.IKey, prepared bool) {
			props := smallestProps(stack)
			props.Key, props.KeyPrepared = key, prepared
			risk.NewClinicalRiskPipeline(stack, "Pipeline", props)
		}, []string{"Executions", "LogDelivery", "DeliverLogs", "Logs", "Topics", "ReportOutcomes"}},
		"records": {func(stack awscdk.Stack, key awskms.IKey, prepared bool) {
			audit.NewRecordStore(stack, "Records", &audit.RecordStoreProps{Key: key, KeyPrepared: prepared})
		}, []string{"Records", "KeepKey", "KeepFromDeletion", "KeepRestorable"}},
		"trail": {func(stack awscdk.Stack, key awskms.IKey, prepared bool) {
			audit.NewTrail(stack, "Audit", &audit.TrailProps{
				Records: audit.NewRecordStore(stack, "Records", nil), EndpointName: "dropout", Key: key, KeyPrepared: prepared})
		}, []string{"EncryptTrail", "ReadTrail", "KeepKey", "KeepFromDeletion", "KeepRestorable"}},
		"approval": {func(stack awscdk.Stack, key awskms.IKey, prepared bool) {
			approval.NewApproval(stack, "Approval", approvalProps(stack, func(_ awscdk.Stack, p *approval.ApprovalProps) {
				p.Key, p.KeyPrepared = key, prepared
			}))
		}, []string{"ApprovalLogs", "Requests", "TellApprovers"}},
	} {
		t.Run(construct, func(t *testing.T) {
			build := func(prepared bool, key func(awscdk.Stack) awskms.IKey) any {
				stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("Keys"), nil)
				return panicOf(func() { row.build(stack, key(stack), prepared) })
			}
			imported := func(stack awscdk.Stack) awskms.IKey {
				return awskms.Key_FromKeyArn(stack, jsii.String("Existing"), jsii.String(existingKey))
			}
			refused := fmt.Sprint(build(false, imported))
			for _, name := range append(row.names, "Key is imported", "set KeyPrepared") {
				if !strings.Contains(refused, name) {
					t.Errorf("refused with %s, want it to contain %q", refused, name)
				}
			}
			if fault := build(true, imported); fault != nil {
				t.Errorf("a prepared key is refused: %v", fault)
			}
			own := func(stack awscdk.Stack) awskms.IKey { return awskms.NewKey(stack, jsii.String("Own"), nil) }
			if fault := build(false, own); fault != nil {
				t.Errorf("a key of the application is refused: %v", fault)
			}
		})
	}
}

func TestPipelineAndApprovalRefuseAForeignKey(t *testing.T) {
	stack, key := foreignKey(t)
	wantForeignKeyRefused(t, func() {
		props := smallestProps(stack)
		props.Key = key
		risk.NewClinicalRiskPipeline(stack, "Pipeline", props)
	})
	wantForeignKeyRefused(t, func() {
		approval.NewApproval(stack, "Approval", approvalProps(stack, func(_ awscdk.Stack, p *approval.ApprovalProps) { p.Key = key }))
	})
}
