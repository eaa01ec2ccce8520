package test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"clinical-risk-pipeline/asl"
	"clinical-risk-pipeline/constructs/audit"
	"clinical-risk-pipeline/constructs/risk"
)

// recordSchema returns the published schema of a decision record.
func recordSchema(t *testing.T) *jsonschema.Schema { return compileSchema(t, "decision-record") }

func compileSchema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("../docs/" + name + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func wantValid(t *testing.T, record object) {
	t.Helper()
	if err := recordSchema(t).Validate(record); err != nil {
		t.Errorf("the record is not valid: %v\n%s", err, text(record))
	}
}

// Requirements: P11-10a-records, P11-10b
func TestTheSchemaRefusesInvalidRecords(t *testing.T) {
	valid := runCohort(t, smallBatchPipeline(t), line("S-0", 0.9), nil).records["batch-0000000.json"]
	for reason, change := range map[string]func(object){
		"a feature is present":      func(r object) { r["subjects"].([]any)[0].(object)["age"] = 71.0 },
		"a score is above one":      func(r object) { r["subjects"].([]any)[0].(object)["score"] = 1.1 },
		"the threshold is missing":  func(r object) { delete(r, "threshold") },
		"a branch is unknown":       func(r object) { r["subjects"].([]any)[0].(object)["branch"] = "maybe" },
		"a time is not a timestamp": func(r object) { r["recordedAt"] = "noon" },
	} {
		var record object
		if err := json.Unmarshal([]byte(text(valid)), &record); err != nil {
			t.Fatal(err)
		}
		change(record)
		if recordSchema(t).Validate(record) == nil {
			t.Errorf("accepted a record: %s", reason)
		}
	}
}

// Requirements: SRC-19, P11-10e, P11-10f
func TestEveryDecisionIsRecordedBeforeTheAlert(t *testing.T) {
	for _, row := range []struct{ score, path, state, branch string }{
		{"0.9", "CheckInput StartEMRJob InvokeModel CheckRisk RecordDecision NotifyTeam End", "RecordDecision", "alert"},
		{"0.75", "CheckInput StartEMRJob InvokeModel CheckRisk RecordLowRisk End", "RecordLowRisk", "no alert"},
	} {
		var record object
		var key any
		s := healthyServices(row.score).with(row.state, func(task *asl.Task) (asl.Reply, error) {
			record, key = inputOf(task)["Body"].(object), inputOf(task)["Key"]
			return asl.Reply{Output: object{"ETag": "e"}}, nil
		})
		got := execute(t, recordedPipeline(t), oneSubject, s)
		if diff := cmp.Diff(row.path, join(got.Path())); diff != "" {
			t.Error(diff)
		}
		if key != recordsOf(got)+"record.json" {
			t.Errorf("the key of the record is %v", key)
		}
		wantValid(t, record)
		score := record["subjects"].([]any)[0].(object)
		if score["subject"] != "S-001" || score["branch"] != row.branch || asl.Encode(score["score"]) != row.score {
			t.Errorf("recorded %s", text(score))
		}
		if record["recordedAt"] == nil || record["threshold"] != 0.75 || record["run"].(object)["execution"] != got.ARN {
			t.Errorf("recorded %s", text(record))
		}
	}
}

// Requirements: P11-10f
func TestADecisionThatCannotBeRecordedSendsNoAlert(t *testing.T) {
	s := recordServices("0.9", recordStore{}).with("RecordDecision", failing("S3.S3Exception", "AccessDenied"))
	got := execute(t, recordedPipeline(t), oneSubject, s)
	if got.Status != asl.Failed || got.Error != "S3.S3Exception" || got.Path()[len(got.Path())-1] != "ReadRecord" {
		t.Errorf("ended as %s with %s by %v", got.Status, got.Error, got.Path())
	}
}

func TestRoleMayUseTheKeyOfTheRecords(t *testing.T) {
	p := synthesize(t, "locked records", changedProps(func(stack awscdk.Stack, p *risk.ClinicalRiskPipelineProps) {
		key := awskms.Key_FromKeyArn(stack, jsii.String("RecordKey"), jsii.String(existingKey))
		p.Records = audit.NewRecordStore(stack, "Records", &audit.RecordStoreProps{Key: key, KeyPrepared: true})
	}))
	if got := p.statements(t)["RecordDecisionEncryption"]["Resource"]; got != existingKey {
		t.Errorf("the role may use %v", got)
	}
}

// Requirements: SRC-08, SRC-13
func TestRoleMayAddRecordsAndReadCohorts(t *testing.T) {
	p := synthesize(t, "encrypted cohort", func(stack awscdk.Stack) *risk.ClinicalRiskPipelineProps {
		props := cohortProps(stack)
		props.Cohort.Prefix = "trials/cohorts"
		props.Cohort.Bucket = awss3.Bucket_FromBucketAttributes(stack, jsii.String("Encrypted"), &awss3.BucketAttributes{
			BucketName:    jsii.String("cohorts-bucket"),
			EncryptionKey: awskms.Key_FromKeyArn(stack, jsii.String("CohortKey"), jsii.String("arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ac")),
		})
		return props
	})
	got := map[string]object{}
	for _, name := range []string{"ReadRecord", "RecordsDecryption", "RecordDecision", "RecordDecisionEncryption", "FindCohort", "FindCohortMissing", "ScoreCohort", "ScoreCohortEncryption"} {
		got[name] = p.statements(t)[name]
	}
	want := map[string]object{
		"ReadRecord": allow("ReadRecord", object{"Fn::Join": []any{"", []any{
			object{"Fn::GetAtt": []any{"RecordsBucket600C9C86", "Arn"}}, "/decisions/*"}}}, "s3:GetObject"),
		"RecordsDecryption": with(allow("RecordsDecryption",
			object{"Fn::GetAtt": []any{"RecordsKey99747094", "Arn"}}, "kms:Decrypt"), through("s3")),
		"RecordDecision": allow("RecordDecision", object{"Fn::Join": []any{"", []any{
			object{"Fn::GetAtt": []any{"RecordsBucket600C9C86", "Arn"}}, "/decisions/*"}}}, "s3:PutObject"),
		"RecordDecisionEncryption": with(allow("RecordDecisionEncryption",
			object{"Fn::GetAtt": []any{"RecordsKey99747094", "Arn"}}, "kms:GenerateDataKey"), through("s3")),
		"ScoreCohort": allow("ScoreCohort", object{"Fn::Join": []any{"", []any{
			"arn:", object{"Ref": "AWS::Partition"}, ":s3:::cohorts-bucket/trials/cohorts/*"}}}, "s3:GetObjectVersion"),
		"FindCohort": allow("FindCohort", object{"Fn::Join": []any{"", []any{
			"arn:", object{"Ref": "AWS::Partition"}, ":s3:::cohorts-bucket/trials/cohorts/*"}}}, "s3:GetObject"),
		"FindCohortMissing": allow("FindCohortMissing", object{"Fn::Join": []any{"", []any{
			"arn:", object{"Ref": "AWS::Partition"}, ":s3:::cohorts-bucket"}}}, "s3:ListBucket"),
		"ScoreCohortEncryption": with(allow("ScoreCohortEncryption",
			"arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ac", "kms:Decrypt"), through("s3")),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRoleMayStartAndRedriveTheChildrenOfItsOwnStateMachine(t *testing.T) {
	got := cohortPipeline(t).statements(t)
	want := map[string]object{
		"ScoreCohortChildren": allow("ScoreCohortChildren", machineARN(""), "states:StartExecution"),
		"ScoreCohortDescribe": allow("ScoreCohortDescribe", arn("states", "execution:Variant-Pipeline-EFE2F723:*"), "states:DescribeExecution"),
		"ScoreCohortRedrive": allow("ScoreCohortRedrive", arn("states", "execution:Variant-Pipeline-EFE2F723/ScoreCohort:*"),
			[]any{"states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"}),
	}
	for name, statement := range want {
		if diff := cmp.Diff(statement, got[name]); diff != "" {
			t.Error(diff)
		}
	}
}
