package test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"clinical-risk-pipeline/constructs/audit"
)

// keptKey are the statements that keep a key, which spare the roles that may break the glass.
func keptKey(breakGlass []any) map[string]object {
	unless := func(arns []any) any {
		if len(arns) == 0 {
			return nil
		}
		return object{"ArnNotEquals": object{"aws:PrincipalArn": arns}}
	}
	return map[string]object{
		"KeepKey":          refuse("KeepKey", "*", unless(breakGlass), []any{"kms:DeleteImportedKeyMaterial", "kms:DisableKey"}),
		"KeepFromDeletion": refuse("KeepFromDeletion", "*", unless(append(slices.Clone(breakGlass), deployer)), "kms:ScheduleKeyDeletion"),
		"KeepRestorable": refuse("KeepRestorable", "*",
			object{"NumericLessThan": object{"kms:ScheduleKeyDeletionPendingWindowInDays": "30"}}, "kms:ScheduleKeyDeletion"),
	}
}

// refusedHolds are the statements of a bucket's policy that refuse the event holds of an upload.
func refusedHolds(objects any) map[string]object {
	setting := []any{"s3:PutObject", "s3:PutObjectRetention"}
	given := func(key string) object { return object{"Null": object{key: "false"}} }
	return map[string]object{
		"KeepFromHold":         refuse("KeepFromHold", objects, given("s3:object-lock-event-hold"), setting),
		"KeepFromHoldDuration": refuse("KeepFromHoldDuration", objects, given("s3:object-lock-event-hold-duration-days"), setting),
	}
}

// Requirements: P11-10c, P11-10g
func TestOnlyANamedRoleBreaksTheGlass(t *testing.T) {
	p := synthesizeStack(t, "break glass", func(stack awscdk.Stack) {
		records := audit.NewRecordStore(stack, "Records", &audit.RecordStoreProps{BreakGlass: []string{approverRole}})
		audit.NewTrail(stack, "Audit", &audit.TrailProps{Records: records, EndpointName: "dropout"})
	})
	for _, key := range []string{"Records", "Audit"} {
		got := p.keyPolicy(t, key)
		for name, want := range keptKey([]any{approverRole}) {
			if diff := cmp.Diff(want, got[name]); diff != "" {
				t.Errorf("%s: %s: %s", key, name, diff)
			}
		}
	}
}

// A bucket without its policy takes plain HTTP, delete markers and shorter locks. A resource that is new when its creation is
// rolled back is not worth keeping, and blocks nothing when it goes.
//
// Requirements: P11-10c
func TestWhatIsKeptIsKeptWithItsGuard(t *testing.T) {
	p := synthesizeTrail(t, "prop LogRetention", trailChanges["LogRetention"])
	kept := 0
	for id, r := range p.template["Resources"].(object) {
		resource := r.(object)
		switch resource["Type"] {
		case "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::KMS::Key", "AWS::Logs::LogGroup":
			kept++
			if got, want := []any{resource["DeletionPolicy"], resource["UpdateReplacePolicy"]}, []any{"RetainExceptOnCreate", "Retain"}; !cmp.Equal(got, want) {
				t.Errorf("%s: DeletionPolicy and UpdateReplacePolicy are %v, want %v", id, got, want)
			}
		}
	}
	if kept != 9 {
		t.Errorf("%d resources are kept, want three buckets with their policies, two keys and a log group", kept)
	}
}

// event is what CloudTrail writes of a call, as far as a trail's selectors read it.
type event struct {
	region, category, resourceType, arn string
	readOnly, global                    bool
}

// logs decides whether the trail of a template logs an event, as CloudTrail does:
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
func logs(trail object, resolve func(any) any, e event) bool {
	multiRegion := trail["IsMultiRegionTrail"] == true
	if e.global && (trail["IncludeGlobalServiceEvents"] != true || !multiRegion) || !e.global && !multiRegion && e.region != ownRegion {
		return false
	}
	fields := map[string]string{
		"eventCategory": e.category, "resources.type": e.resourceType, "resources.ARN": e.arn,
		"readOnly": map[bool]string{true: "true", false: "false"}[e.readOnly],
	}
	return slices.ContainsFunc(trail["AdvancedEventSelectors"].([]any), func(selector any) bool {
		return !slices.ContainsFunc(selector.(object)["FieldSelectors"].([]any), func(f any) bool {
			field := resolve(f).(object)
			has := func(operator string, is func(string, string) bool) bool {
				values, _ := field[operator].([]any)
				return slices.ContainsFunc(values, func(v any) bool { return is(fields[field["Field"].(string)], v.(string)) })
			}
			return !has("Equals", func(a, b string) bool { return a == b }) && !has("StartsWith", strings.HasPrefix)
		})
	})
}

// Requirements: SRC-15, P11-10e, P11-10g
func TestTheTrailHearsOfChangesOfRoles(t *testing.T) {
	p := synthesizeTrail(t, "default", nil)
	trail, resolve := p.resource(t, "AWS::CloudTrail::Trail"), resolver{p.template["Resources"].(object)}.resolve
	id, _ := p.one(t, "AWS::S3::Bucket", "RecordsBucket")
	records := "arn:aws:s3:::" + strings.ToLower(id)
	for reason, row := range map[string]struct {
		event event
		want  bool
	}{
		"the execution role gets a policy: PutRolePolicy":  {event{region: "us-east-1", category: "Management", global: true}, true},
		"the execution role trusts somebody else":          {event{region: "us-east-1", category: "Management", global: true}, true},
		"somebody looks at a role: GetRole":                {event{region: "us-east-1", category: "Management", global: true, readOnly: true}, false},
		"somebody schedules the deletion of a key":         {event{region: ownRegion, category: "Management"}, true},
		"somebody copies the records to a bucket far away": {event{region: otherRegion, category: "Management"}, true},
		"somebody reads a record":                          {event{region: ownRegion, category: "Data", resourceType: "AWS::S3::Object", arn: records + "/decisions/a.json", readOnly: true}, true},
		"somebody reads from another bucket":               {event{region: ownRegion, category: "Data", resourceType: "AWS::S3::Object", arn: records + "-2/decisions/a.json", readOnly: true}, false},
		"somebody calls an endpoint of the name, far away": {event{region: otherRegion, category: "Data", resourceType: "AWS::SageMaker::Endpoint", arn: "arn:aws:sagemaker:" + otherRegion + ":" + ownAccount + ":endpoint/dropout-inference"}, false},
		"an execution calls the endpoint":                  {event{region: ownRegion, category: "Data", resourceType: "AWS::SageMaker::Endpoint", arn: own("sagemaker", "endpoint/dropout-inference")}, true},
	} {
		if got := logs(trail, resolve, row.event); got != row.want {
			t.Errorf("%s: logged is %t, want %t", reason, got, row.want)
		}
	}
}
