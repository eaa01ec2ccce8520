package test

import (
	"maps"
	"reflect"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/audit"
)

// Requirements: SRC-16, P11-10c, P11-30
func TestRecordStore(t *testing.T) {
	p := synthesizeRecordStore(t, "default", nil)
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
		if policy := p.deletionPolicy(kept); policy != "RetainExceptOnCreate" {
			t.Errorf("the DeletionPolicy of %s is %v, want RetainExceptOnCreate", kept, policy)
		}
	}
	_, policy := p.one(t, "AWS::S3::BucketPolicy", "RecordsBucket")
	wantTLSOnly(t, policy)
}

// Requirements: P11-10c, P11-10d
func TestRecordStorePolicyClosesTheGapsOfTheLock(t *testing.T) {
	p := synthesizeRecordStore(t, "default", nil)
	bucket, _ := p.one(t, "AWS::S3::Bucket", "RecordsBucket")
	objects := joined(attribute(bucket, "Arn"), "/*")
	asked := func(header string, value any) object {
		return object{"Null": object{header: "false"}, "StringNotEquals": object{header: value}}
	}
	got := p.bucketPolicy(t, "RecordsBucket")
	delete(got, "") // TLS: TestRecordStore
	want := map[string]object{
		"KeepVisible":      refuse("KeepVisible", objects, nil, "s3:DeleteObject"),
		"KeepFromReplicas": refuse("KeepFromReplicas", objects, nil, []any{"s3:ReplicateDelete", "s3:ReplicateObject"}),
		"KeepLocked":       refuse("KeepLocked", objects, nil, "s3:BypassGovernanceRetention"),
		"KeepRetention": refuse("KeepRetention", objects,
			object{"NumericLessThan": object{"s3:object-lock-remaining-retention-days": []any{"365"}}}, "s3:PutObjectRetention"),
		"KeepRules": refuse("KeepRules", attribute(bucket, "Arn"), notTheDeployer,
			[]any{"s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"}),
		"KeepFirst":     refuse("KeepFirst", objects, object{"Null": object{"s3:if-none-match": "true"}}, "s3:PutObject"),
		"KeepOriginal":  refuse("KeepOriginal", objects, object{"Null": object{"s3:x-amz-copy-source": "false"}}, "s3:PutObject"),
		"KeepEncrypted": refuse("KeepEncrypted", objects, asked("s3:x-amz-server-side-encryption", "aws:kms"), "s3:PutObject"),
		"KeepKey": refuse("KeepKey", objects,
			asked("s3:x-amz-server-side-encryption-aws-kms-key-id", attribute("RecordsKey99747094", "Arn")), "s3:PutObject"),
	}
	maps.Copy(want, refusedHolds(objects))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Requirements: P11-10c
func TestRecordStoreInComplianceMode(t *testing.T) {
	p := synthesizeRecordStore(t, "compliance", &audit.RecordStoreProps{Lock: audit.Compliance, Retention: 10 * 365 * days})
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
	p := synthesizeRecordStore(t, "custodians", &audit.RecordStoreProps{Custodians: []string{approverRole}})
	want := object{"ArnNotEquals": object{"aws:PrincipalArn": []any{approverRole}}}
	if diff := cmp.Diff(want, p.bucketPolicy(t, "RecordsBucket")["KeepLocked"]["Condition"]); diff != "" {
		t.Error(diff)
	}
}

func TestAccessLogsOfTheRecords(t *testing.T) {
	p := synthesizeRecordStore(t, "access logs", &audit.RecordStoreProps{AccessLogRetention: 90 * days})
	id, logs := p.one(t, "AWS::S3::Bucket", "AccessLogs")
	records, _ := p.one(t, "AWS::S3::Bucket", "RecordsBucket")
	want := object{
		"BucketEncryption": object{"ServerSideEncryptionConfiguration": []any{object{
			"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "AES256"},
		}}},
		"LifecycleConfiguration": object{"Rules": []any{
			object{
				"Status": "Enabled", "ExpirationInDays": 90.0, "NoncurrentVersionExpiration": object{"NoncurrentDays": 30.0},
				"AbortIncompleteMultipartUpload": object{"DaysAfterInitiation": 7.0},
			},
			object{"Status": "Enabled", "ExpiredObjectDeleteMarker": true},
		}},
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
		t.Errorf("the statement of the S3 log service: %s", diff)
	}
}

// recordStoreChanges sets each prop to a value other than its default.
var recordStoreChanges = map[string]func(awscdk.Stack, *audit.RecordStoreProps){
	"Lock":               func(_ awscdk.Stack, p *audit.RecordStoreProps) { p.Lock = audit.Compliance },
	"Retention":          func(_ awscdk.Stack, p *audit.RecordStoreProps) { p.Retention = 7 * days },
	"Custodians":         func(_ awscdk.Stack, p *audit.RecordStoreProps) { p.Custodians = []string{approverUser} },
	"BreakGlass":         func(_ awscdk.Stack, p *audit.RecordStoreProps) { p.BreakGlass = []string{approverRole} },
	"AccessLogRetention": func(_ awscdk.Stack, p *audit.RecordStoreProps) { p.AccessLogRetention = 30 * days },
	"Key": func(stack awscdk.Stack, p *audit.RecordStoreProps) {
		p.Key, p.KeyPrepared = awskms.Key_FromKeyArn(stack, jsii.String("Existing"), jsii.String(existingKey)), true
	},
}

func TestEveryRecordStorePropChangesTheTemplate(t *testing.T) {
	unchanged := text(synthesizeRecordStore(t, "default", nil).template)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[audit.RecordStoreProps]()) {
		if field.Name == "KeyPrepared" {
			continue // see TestImportedKeys
		}
		change := recordStoreChanges[field.Name]
		if change == nil {
			t.Errorf("the prop %s needs a change", field.Name)
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

func TestRecordStoreRefusesAForeignKey(t *testing.T) {
	stack, key := foreignKey(t)
	wantForeignKeyRefused(t, func() { audit.NewRecordStore(stack, "Records", &audit.RecordStoreProps{Key: key}) })
}
