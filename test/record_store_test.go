package test

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/audit"
)

const days = 24 * time.Hour

// synthesizeStack synthesizes a stack of that name, once, with what build adds to it.
func synthesizeStack(t *testing.T, name string, build func(awscdk.Stack)) *pipeline {
	t.Helper()
	if p := synthesized[name]; p != nil {
		return p
	}
	dir := filepath.Join(scratch, name)
	orFatal(t, func() {
		app := newApp(dir)
		build(awscdk.NewStack(app, jsii.String("Variant"), nil))
		app.Synth(nil)
	})
	p := &pipeline{template: readJSON(t, filepath.Join(dir, "Variant.template.json"))}
	synthesized[name] = p
	return p
}

func recordStore(t *testing.T, name string, props *audit.RecordStoreProps) *pipeline {
	t.Helper()
	return synthesizeStack(t, "record store "+name, func(stack awscdk.Stack) { audit.NewRecordStore(stack, "Records", props) })
}

// policyOf returns the statements of a policy's document, by name; those of the CDK have none.
func policyOf(document any) map[string]object {
	statements := map[string]object{}
	for _, s := range document.(object)["Statement"].([]any) {
		statement := s.(object)
		name, _ := statement["Sid"].(string)
		statements[name] = statement
	}
	return statements
}

// bucketPolicy returns the statements of the policy of the bucket whose logical id has a part.
func (p *pipeline) bucketPolicy(t *testing.T, part string) map[string]object {
	t.Helper()
	_, policy := p.one(t, "AWS::S3::BucketPolicy", part)
	return policyOf(policy["PolicyDocument"])
}

// everybody is the principal of a statement that refuses.
var everybody = object{"AWS": "*"}

func refuse(name string, resource, condition any, actions any) object {
	statement := object{"Sid": name, "Effect": "Deny", "Principal": everybody, "Action": actions, "Resource": resource}
	if condition != nil {
		statement["Condition"] = condition
	}
	return statement
}

// deployer is the role that the CDK's bootstrapping gives CloudFormation.
var deployer = object{"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-cfn-exec-role-${AWS::AccountId}-${AWS::Region}"}

var notTheDeployer = object{"ArnNotEquals": object{"aws:PrincipalArn": []any{deployer}}}

func wantTLSOnly(t *testing.T, policy object) {
	t.Helper()
	statements := text(policy["PolicyDocument"])
	for _, condition := range []string{`"aws:SecureTransport": "false"`, `"s3:TlsVersion": 1.2`} {
		if !strings.Contains(statements, condition) {
			t.Errorf("the bucket takes what %s denies: %s", condition, statements)
		}
	}
}

// Requirements: SRC-16, P11-10c, P11-30
func TestRecordStore(t *testing.T) {
	p := recordStore(t, "default", nil)
	id, bucket := p.one(t, "AWS::S3::Bucket", "RecordsBucket")
	logs, _ := p.one(t, "AWS::S3::Bucket", "AccessLogs")
	want := object{
		"BucketEncryption": object{"ServerSideEncryptionConfiguration": []any{object{
			"BucketKeyEnabled": true,
			"ServerSideEncryptionByDefault": object{
				"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": attribute("RecordsKey99747094", "Arn"),
			},
		}}},
		"ObjectLockEnabled": true,
		"ObjectLockConfiguration": object{
			"ObjectLockEnabled": "Enabled", "Rule": object{"DefaultRetention": object{"Mode": "GOVERNANCE", "Days": 365.0}},
		},
		"LoggingConfiguration": object{"DestinationBucketName": object{"Ref": logs}, "LogFilePrefix": "records/"},
		"OwnershipControls":    object{"Rules": []any{object{"ObjectOwnership": "BucketOwnerEnforced"}}},
		"PublicAccessBlockConfiguration": object{
			"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
		},
		"VersioningConfiguration": object{"Status": "Enabled"},
	}
	if diff := cmp.Diff(want, bucket); diff != "" {
		t.Error(diff)
	}
	for _, kept := range []string{id, logs, "RecordsKey99747094"} {
		if policy := p.deletionPolicy(kept); policy != "Retain" {
			t.Errorf("the DeletionPolicy of %s is %v", kept, policy)
		}
	}
	_, policy := p.one(t, "AWS::S3::BucketPolicy", "RecordsBucket")
	wantTLSOnly(t, policy)
}

// Requirements: P11-10c, P11-10d
func TestRecordStoreRefusesWhatTheLockLetsPass(t *testing.T) {
	p := recordStore(t, "default", nil)
	bucket, _ := p.one(t, "AWS::S3::Bucket", "RecordsBucket")
	objects := joined(attribute(bucket, "Arn"), "/*")
	asked := func(header string, value any) object {
		return object{"Null": object{header: "false"}, "StringNotEquals": object{header: value}}
	}
	got := p.bucketPolicy(t, "RecordsBucket")
	delete(got, "") // TLS: TestRecordStore
	want := map[string]object{
		"KeepVisible": refuse("KeepVisible", objects, nil, "s3:DeleteObject"),
		"KeepLocked":  refuse("KeepLocked", objects, nil, "s3:BypassGovernanceRetention"),
		"KeepRetention": refuse("KeepRetention", objects,
			object{"NumericLessThan": object{"s3:object-lock-remaining-retention-days": []any{"365"}}}, "s3:PutObjectRetention"),
		"KeepRules": refuse("KeepRules", attribute(bucket, "Arn"), notTheDeployer,
			[]any{"s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"}),
		"KeepEncrypted": refuse("KeepEncrypted", objects, asked("s3:x-amz-server-side-encryption", "aws:kms"), "s3:PutObject"),
		"KeepKey": refuse("KeepKey", objects,
			asked("s3:x-amz-server-side-encryption-aws-kms-key-id", attribute("RecordsKey99747094", "Arn")), "s3:PutObject"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Requirements: P11-10c
func TestRecordStoreInComplianceLeavesNoWayBack(t *testing.T) {
	p := recordStore(t, "compliance", &audit.RecordStoreProps{Lock: audit.Compliance, Retention: 10 * 365 * days})
	bucket, properties := p.one(t, "AWS::S3::Bucket", "RecordsBucket")
	if diff := cmp.Diff(object{"Mode": "COMPLIANCE", "Days": 3650.0},
		properties["ObjectLockConfiguration"].(object)["Rule"].(object)["DefaultRetention"]); diff != "" {
		t.Error(diff)
	}
	objects := joined(attribute(bucket, "Arn"), "/*")
	want := refuse("KeepCompliance", objects, object{"StringEquals": object{"s3:object-lock-mode": []any{"GOVERNANCE"}}}, "s3:PutObjectRetention")
	got := p.bucketPolicy(t, "RecordsBucket")
	if diff := cmp.Diff(want, got["KeepCompliance"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(object{"NumericLessThan": object{"s3:object-lock-remaining-retention-days": []any{"3650"}}}, got["KeepRetention"]["Condition"]); diff != "" {
		t.Error(diff)
	}
}

// Requirements: P11-10g
func TestCustodiansMayDeleteRecordsEarly(t *testing.T) {
	p := recordStore(t, "custodians", &audit.RecordStoreProps{Custodians: []string{approverRole}})
	want := object{"ArnNotEquals": object{"aws:PrincipalArn": []any{approverRole}}}
	if diff := cmp.Diff(want, p.bucketPolicy(t, "RecordsBucket")["KeepLocked"]["Condition"]); diff != "" {
		t.Error(diff)
	}
}

func TestAccessLogsOfTheRecords(t *testing.T) {
	p := recordStore(t, "access logs", &audit.RecordStoreProps{AccessLogRetention: 90 * days})
	id, logs := p.one(t, "AWS::S3::Bucket", "AccessLogs")
	records, _ := p.one(t, "AWS::S3::Bucket", "RecordsBucket")
	want := object{
		"BucketEncryption": object{"ServerSideEncryptionConfiguration": []any{object{
			"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "AES256"},
		}}},
		"LifecycleConfiguration": object{"Rules": []any{object{
			"Status": "Enabled", "ExpirationInDays": 90.0, "NoncurrentVersionExpiration": object{"NoncurrentDays": 90.0},
			"AbortIncompleteMultipartUpload": object{"DaysAfterInitiation": 7.0},
		}}},
		"OwnershipControls": object{"Rules": []any{object{"ObjectOwnership": "BucketOwnerEnforced"}}},
		"PublicAccessBlockConfiguration": object{
			"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
		},
		"VersioningConfiguration": object{"Status": "Enabled"},
	}
	if diff := cmp.Diff(want, logs); diff != "" {
		t.Error(diff)
	}
	_, policy := p.one(t, "AWS::S3::BucketPolicy", "AccessLogs")
	wantTLSOnly(t, policy)
	got := p.bucketPolicy(t, "AccessLogs")
	if diff := cmp.Diff(refuse("KeepLogs", joined(attribute(id, "Arn"), "/*"), nil, []any{"s3:DeleteObject", "s3:DeleteObjectVersion"}), got["KeepLogs"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(object{
		"Effect": "Allow", "Principal": object{"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
		"Resource": joined(attribute(id, "Arn"), "/records/*"),
		"Condition": object{
			"ArnLike":      object{"aws:SourceArn": attribute(records, "Arn")},
			"StringEquals": object{"aws:SourceAccount": object{"Ref": "AWS::AccountId"}},
		},
	}, got[""]); diff != "" {
		t.Errorf("who writes the logs: %s", diff)
	}
}

// recordStoreChanges has a value for every prop that is not its default.
var recordStoreChanges = map[string]func(awscdk.Stack, *audit.RecordStoreProps){
	"Lock":               func(_ awscdk.Stack, p *audit.RecordStoreProps) { p.Lock = audit.Compliance },
	"Retention":          func(_ awscdk.Stack, p *audit.RecordStoreProps) { p.Retention = 7 * days },
	"Custodians":         func(_ awscdk.Stack, p *audit.RecordStoreProps) { p.Custodians = []string{approverUser} },
	"AccessLogRetention": func(_ awscdk.Stack, p *audit.RecordStoreProps) { p.AccessLogRetention = 30 * days },
	"Key": func(stack awscdk.Stack, p *audit.RecordStoreProps) {
		p.Key, p.KeyPrepared = awskms.Key_FromKeyArn(stack, jsii.String("Existing"), jsii.String(existingKey)), true
	},
}

func TestEveryRecordStorePropChangesTheTemplate(t *testing.T) {
	unchanged := text(recordStore(t, "default", nil).template)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[audit.RecordStoreProps]()) {
		if field.Name == "KeyPrepared" {
			continue // a promise: TestImportedKeys
		}
		change := recordStoreChanges[field.Name]
		if change == nil {
			t.Errorf("no change is given for the prop %s", field.Name)
			continue
		}
		p := synthesizeStack(t, "record store prop "+field.Name, func(stack awscdk.Stack) {
			props := &audit.RecordStoreProps{}
			change(stack, props)
			audit.NewRecordStore(stack, "Records", props)
		})
		if text(p.template) == unchanged {
			t.Errorf("the prop %s does not change the template", field.Name)
		}
	}
}

// foreign is a stack whose account and region are known, with a key of another account and region.
func foreign(t *testing.T) (awscdk.Stack, awskms.IKey) {
	t.Helper()
	stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("Bound"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("999999999999"), Region: jsii.String("us-east-1")},
	})
	return stack, awskms.Key_FromKeyArn(stack, jsii.String("Foreign"), jsii.String(existingKey))
}

func wantForeignKeyRefused(t *testing.T, build func()) {
	t.Helper()
	want := "Key must be in the stack's account, 999999999999, got 123456789012\nKey must be in the stack's region, us-east-1, got eu-central-1"
	if err, ok := panicOf(build).(error); !ok || err.Error() != want {
		t.Errorf("got %v, want\n%s", err, want)
	}
}

func TestRecordStoreRefusesAForeignKey(t *testing.T) {
	stack, key := foreign(t)
	wantForeignKeyRefused(t, func() { audit.NewRecordStore(stack, "Records", &audit.RecordStoreProps{Key: key}) })
}
