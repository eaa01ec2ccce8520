package test

import (
	"maps"
	"reflect"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/audit"
)

// trailName is the name that the CDK makes from the path of the construct.
const trailName = "Variant-Audit-5ABCF0AB"

var trailARN = arn("cloudtrail", "trail/"+trailName)

// forTheTrail returns the condition that a service acts on behalf of the trail, with more values.
func forTheTrail(more object) object {
	conditions := object{"aws:SourceArn": trailARN}
	for key, value := range more {
		conditions[key] = value
	}
	return object{"StringEquals": conditions}
}

func letCloudTrail(name string, resource any, condition object, actions any) object {
	return with(object{
		"Sid": name, "Effect": "Allow", "Principal": object{"Service": "cloudtrail.amazonaws.com"}, "Action": actions, "Resource": resource,
	}, condition)
}

func selected(name string, fields ...any) object {
	return object{"Name": name, "FieldSelectors": fields}
}

func field(name, operator string, values ...any) object {
	return object{"Field": name, operator: values}
}

// Requirements: SRC-15, P11-10e
func TestTrailLogsWhoDidWhat(t *testing.T) {
	p := synthesizeTrail(t, "default", nil)
	bucket, _ := p.one(t, "AWS::S3::Bucket", "AuditBucket")
	records, _ := p.one(t, "AWS::S3::Bucket", "RecordsBucket")
	key, _ := p.one(t, "AWS::KMS::Key", "Audit")
	want := object{
		"TrailName": trailName, "IsLogging": true, "EnableLogFileValidation": true,
		"S3BucketName": object{"Ref": bucket}, "KMSKeyId": attribute(key, "Arn"),
		"IsMultiRegionTrail": true, "IncludeGlobalServiceEvents": true,
		"AdvancedEventSelectors": []any{
			selected("Who read and wrote the records", field("eventCategory", "Equals", "Data"),
				field("resources.type", "Equals", "AWS::S3::Object"),
				field("resources.ARN", "StartsWith", joined(attribute(records, "Arn"), "/"))),
			selected("Who called the model", field("eventCategory", "Equals", "Data"),
				field("resources.type", "Equals", "AWS::SageMaker::Endpoint"),
				field("resources.ARN", "Equals", arn("sagemaker", "endpoint/dropout-inference"))),
			selected("Who started and redrove executions, and who changed what is deployed",
				field("eventCategory", "Equals", "Management"), field("readOnly", "Equals", "false")),
		},
	}
	if diff := cmp.Diff(want, p.resource(t, "AWS::CloudTrail::Trail")); diff != "" {
		t.Error(diff)
	}
}

// CloudTrail writes a test file when it creates a trail.
func TestTrailWaitsForThePolicyOfItsBucket(t *testing.T) {
	p := synthesizeTrail(t, "default", nil)
	policy, _ := p.one(t, "AWS::S3::BucketPolicy", "AuditBucket")
	id, _ := p.one(t, "AWS::CloudTrail::Trail", "")
	if diff := cmp.Diff([]any{policy}, p.template["Resources"].(object)[id].(object)["DependsOn"]); diff != "" {
		t.Error(diff)
	}
}

// Requirements: SRC-16, P11-10c, P11-30
func TestBucketOfTheTrail(t *testing.T) {
	p := synthesizeTrail(t, "default", nil)
	id, bucket := p.one(t, "AWS::S3::Bucket", "AuditBucket")
	logs, _ := p.one(t, "AWS::S3::Bucket", "AccessLogs")
	key, _ := p.one(t, "AWS::KMS::Key", "Audit")
	_, records := p.one(t, "AWS::S3::Bucket", "RecordsBucket")
	for property, want := range map[string]any{
		"LoggingConfiguration":           object{"DestinationBucketName": object{"Ref": logs}, "LogFilePrefix": "trail/"},
		"ObjectLockConfiguration":        records["ObjectLockConfiguration"],
		"ObjectLockEnabled":              true,
		"VersioningConfiguration":        object{"Status": "Enabled"},
		"PublicAccessBlockConfiguration": records["PublicAccessBlockConfiguration"],
		"OwnershipControls":              records["OwnershipControls"],
		"BucketEncryption": object{"ServerSideEncryptionConfiguration": []any{object{
			"BucketKeyEnabled":              true,
			"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": attribute(key, "Arn")},
		}}},
	} {
		if diff := cmp.Diff(want, bucket[property]); diff != "" {
			t.Errorf("%s: %s", property, diff)
		}
	}
	for _, kept := range []string{id, key} {
		if policy := p.deletionPolicy(kept); policy != "RetainExceptOnCreate" {
			t.Errorf("the DeletionPolicy of %s is %v, want RetainExceptOnCreate", kept, policy)
		}
	}
	_, policy := p.one(t, "AWS::S3::BucketPolicy", "AuditBucket")
	wantTLSOnly(t, policy)
}

// Requirements: SRC-15, P11-10c, P11-10e
func TestBucketPolicyOfTheTrail(t *testing.T) {
	p := synthesizeTrail(t, "default", nil)
	id, _ := p.one(t, "AWS::S3::Bucket", "AuditBucket")
	objects, bucket := joined(attribute(id, "Arn"), "/*"), attribute(id, "Arn")
	got := p.bucketPolicy(t, "AuditBucket")
	delete(got, "") // TLS: TestBucketOfTheTrail
	want := map[string]object{
		"KeepVisible":      refuse("KeepVisible", objects, nil, "s3:DeleteObject"),
		"KeepFromReplicas": refuse("KeepFromReplicas", objects, nil, []any{"s3:ReplicateDelete", "s3:ReplicateObject"}),
		"KeepLocked":       refuse("KeepLocked", objects, nil, "s3:BypassGovernanceRetention"),
		"KeepRetention": refuse("KeepRetention", objects,
			object{"NumericLessThan": object{"s3:object-lock-remaining-retention-days": []any{"365"}}}, "s3:PutObjectRetention"),
		"KeepRules": refuse("KeepRules", bucket, notTheDeployer,
			[]any{"s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"}),
		"KeepWriter": refuse("KeepWriter", objects, object{"StringNotEquals": object{"aws:PrincipalServiceName": "cloudtrail.amazonaws.com"}},
			"s3:PutObject"),
		"CheckTrailBucket": letCloudTrail("CheckTrailBucket", bucket, forTheTrail(nil), "s3:GetBucketAcl"),
		"WriteTrail": letCloudTrail("WriteTrail", joined(attribute(id, "Arn"), "/AWSLogs/", object{"Ref": "AWS::AccountId"}, "/*"),
			forTheTrail(object{"s3:x-amz-acl": "bucket-owner-full-control"}), "s3:PutObject"),
	}
	maps.Copy(want, refusedHolds(objects))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheTrailHasTheCustodiansOfTheRecords(t *testing.T) {
	for lock, want := range map[audit.LockMode]any{
		audit.Governance: object{"ArnNotEquals": object{"aws:PrincipalArn": []any{approverRole}}},
		audit.Compliance: nil, // nobody deletes early
	} {
		p := synthesizeStack(t, "trail custodians "+string(lock), func(stack awscdk.Stack) {
			records := audit.NewRecordStore(stack, "Records", &audit.RecordStoreProps{Custodians: []string{approverRole}})
			audit.NewTrail(stack, "Audit", &audit.TrailProps{Records: records, EndpointName: "dropout", Lock: lock})
		})
		if diff := cmp.Diff(want, p.bucketPolicy(t, "AuditBucket")["KeepLocked"]["Condition"]); diff != "" {
			t.Errorf("%s: %s", lock, diff)
		}
	}
}

// SageMaker writes the name of an endpoint in lower case in its ARN.
func TestTrailLogsAnEndpointInEitherCase(t *testing.T) {
	p := synthesizeTrail(t, "capitals", func(_ awscdk.Stack, p *audit.TrailProps) { p.EndpointName = "Dropout" })
	calls := p.resource(t, "AWS::CloudTrail::Trail")["AdvancedEventSelectors"].([]any)[1].(object)["FieldSelectors"].([]any)[2]
	if diff := cmp.Diff(any(field("resources.ARN", "Equals", arn("sagemaker", "endpoint/Dropout"), arn("sagemaker", "endpoint/dropout"))), calls); diff != "" {
		t.Error(diff)
	}
}

func TestTrailWithoutManagementEvents(t *testing.T) {
	p := synthesizeTrail(t, "prop WithoutManagementEvents", trailChanges["WithoutManagementEvents"])
	trail := p.resource(t, "AWS::CloudTrail::Trail")
	if got := len(trail["AdvancedEventSelectors"].([]any)); got != 2 {
		t.Errorf("%d selectors, want two, for records and endpoint", got)
	}
	if trail["IsMultiRegionTrail"] != false || trail["IncludeGlobalServiceEvents"] != false {
		t.Error("records and endpoint are regional, and so is a trail of them alone")
	}
}

func TestTrailToCloudWatchLogs(t *testing.T) {
	p := synthesizeTrail(t, "prop LogRetention", trailChanges["LogRetention"])
	group, logs := p.one(t, "AWS::Logs::LogGroup", "")
	key, _ := p.one(t, "AWS::KMS::Key", "Audit")
	if diff := cmp.Diff(object{"KmsKeyId": attribute(key, "Arn"), "RetentionInDays": 365.0}, logs); diff != "" {
		t.Error(diff)
	}
	id, role := p.one(t, "AWS::IAM::Role", "AuditLogsRole")
	created := p.resource(t, "AWS::CloudTrail::Trail")
	if diff := cmp.Diff([]any{attribute(group, "Arn"), attribute(id, "Arn")},
		[]any{created["CloudWatchLogsLogGroupArn"], created["CloudWatchLogsRoleArn"]}); diff != "" {
		t.Error(diff)
	}
	assume := role["AssumeRolePolicyDocument"].(object)["Statement"].([]any)[0].(object)
	if diff := cmp.Diff(forTheTrail(nil), assume["Condition"]); diff != "" {
		t.Error(diff)
	}
	stream := joined("arn:", object{"Ref": "AWS::Partition"}, ":logs:", object{"Ref": "AWS::Region"}, ":", object{"Ref": "AWS::AccountId"},
		":log-group:", object{"Ref": group}, ":log-stream:", object{"Ref": "AWS::AccountId"}, "_CloudTrail_", object{"Ref": "AWS::Region"}, "*")
	if diff := cmp.Diff(map[string]object{
		"WriteEvents": allow("WriteEvents", stream, []any{"logs:CreateLogStream", "logs:PutLogEvents"}),
	}, p.policy(t, "AuditLogsRolePermissions")); diff != "" {
		t.Error(diff)
	}
}

// An approval needs a log group with the starts of executions.
func TestTrailHasTheLogsOfStarts(t *testing.T) {
	stack := awscdk.NewStack(newApp(t.TempDir()), jsii.String("Starts"), nil)
	records := audit.NewRecordStore(stack, "Records", nil)
	for name, row := range map[string]struct {
		props audit.TrailProps
		want  bool
	}{
		"Logged":            {audit.TrailProps{LogRetention: awslogs.RetentionDays_ONE_YEAR}, true},
		"NotLogged":         {audit.TrailProps{}, false},
		"WithoutManagement": {audit.TrailProps{LogRetention: awslogs.RetentionDays_ONE_YEAR, WithoutManagementEvents: true}, false},
	} {
		row.props.Records, row.props.EndpointName = records, "dropout"
		if logs := audit.NewTrail(stack, name, &row.props).StartLogs(); (logs != nil) != row.want {
			t.Errorf("%s: got %v", name, logs)
		}
	}
}

// trailChanges sets each prop to a value other than its default.
var trailChanges = map[string]func(awscdk.Stack, *audit.TrailProps){
	"Records": func(stack awscdk.Stack, p *audit.TrailProps) {
		p.Records = audit.NewRecordStore(stack, "Others", nil)
	},
	"EndpointName":            func(_ awscdk.Stack, p *audit.TrailProps) { p.EndpointName = "another" },
	"WithoutManagementEvents": func(_ awscdk.Stack, p *audit.TrailProps) { p.WithoutManagementEvents = true },
	"Lock":                    func(_ awscdk.Stack, p *audit.TrailProps) { p.Lock = audit.Compliance },
	"Retention":               func(_ awscdk.Stack, p *audit.TrailProps) { p.Retention = 2 * 365 * days },
	"Key": func(stack awscdk.Stack, p *audit.TrailProps) {
		p.Key, p.KeyPrepared = awskms.Key_FromKeyArn(stack, jsii.String("Existing"), jsii.String(existingKey)), true
	},
	"LogRetention": func(_ awscdk.Stack, p *audit.TrailProps) { p.LogRetention = awslogs.RetentionDays_ONE_YEAR },
}

func TestEveryTrailPropChangesTheTemplate(t *testing.T) {
	unchanged := text(synthesizeTrail(t, "default", nil).template)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[audit.TrailProps]()) {
		if field.Name == "KeyPrepared" {
			continue // see TestImportedKeys
		}
		change := trailChanges[field.Name]
		if change == nil {
			t.Errorf("the prop %s needs a change", field.Name)
			continue
		}
		if p := synthesizeTrail(t, "prop "+field.Name, change); text(p.template) == unchanged {
			t.Errorf("the prop %s does not change the template", field.Name)
		}
	}
}

func TestTrailRefusesAForeignKey(t *testing.T) {
	stack, key := foreignKey(t)
	records := audit.NewRecordStore(stack, "Records", nil)
	wantForeignKeyRefused(t, func() {
		audit.NewTrail(stack, "Audit", &audit.TrailProps{Records: records, EndpointName: "dropout", Key: key})
	})
}
