package test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// maximumPattern is how long a filter pattern may be: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
const maximumPattern = 1024

// comparison is one comparison of a filter pattern: ($.field = "value"), the value with a wildcard at its ends, or ($.field = 403).
var comparison = regexp.MustCompile(`\(\$\.([\w.]+) = "?([^")]*)"?\)`)

// selects decides whether a filter pattern of the form {A && (B || C) && (D || E)} selects an event:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
func selects(t *testing.T, pattern string, event map[string]string) bool {
	t.Helper()
	inner := strings.TrimSuffix(strings.TrimPrefix(pattern, "{ "), " }")
	if left := strings.Trim(comparison.ReplaceAllString(inner, ""), " ()|&"); left != "" || inner == pattern {
		t.Fatalf("%q of the pattern %s is not understood", left, pattern)
	}
	return !slices.ContainsFunc(strings.Split(inner, " && "), func(either string) bool {
		return !slices.ContainsFunc(comparison.FindAllStringSubmatch(either, -1), func(c []string) bool {
			value, has := event[c[1]]
			wild := "^" + strings.ReplaceAll(regexp.QuoteMeta(c[2]), `\*`, ".*") + "$"
			return has && regexp.MustCompile(wild).MatchString(value)
		})
	})
}

// Requirements: P11-10c, P11-10e, P11-10g, P11-300d
func TestOperationsHearOfWhoeverTouchesWhatKeepsTheRecords(t *testing.T) {
	p := synthesizeMonitoring(t, "prop Trail", monitoringChanges["Trail"])
	resolve := resolver{p.template["Resources"].(object)}
	name := func(kind, part string) string { id, _ := p.one(t, kind, part); return resolve.name(id) }
	records, access, trailBucket := name("AWS::S3::Bucket", "RecordsBucket"), name("AWS::S3::Bucket", "AccessLogs"), name("AWS::S3::Bucket", "AuditBucket")
	key, trailKey, trail := name("AWS::KMS::Key", "RecordsKey"), name("AWS::KMS::Key", "AuditKey"), name("AWS::CloudTrail::Trail", "")
	call := func(service, name string, more ...string) map[string]string {
		event := map[string]string{"eventSource": service + ".amazonaws.com", "eventName": name}
		for i := 0; i < len(more); i += 2 {
			event[more[i]] = more[i+1]
		}
		return event
	}
	const keyID, bucketName, errorCode = "requestParameters.keyId", "requestParameters.bucketName", "errorCode"
	for reason, row := range map[string]struct {
		event map[string]string
		alarm string // "": none
	}{
		"the key of the records is to be deleted":         {call("kms", "ScheduleKeyDeletion", keyID, key), "KeyChanges"},
		"the key of the trail, by its ARN":                {call("kms", "DisableKey", keyID, "arn:aws:kms:eu-central-1:123456789012:key/"+trailKey), "KeyChanges"},
		"another policy of the key":                       {call("kms", "PutKeyPolicy", keyID, key), "KeyChanges"},
		"somebody tried, and the request is not logged":   {call("kms", "ScheduleKeyDeletion", errorCode, "AccessDenied"), "KeyChanges"},
		"imported key material":                           {call("kms", "DeleteImportedKeyMaterial", keyID, key), "KeyChanges"},
		"another key of the account":                      {call("kms", "ScheduleKeyDeletion", keyID, "other"), ""},
		"somebody uses the key":                           {call("kms", "Decrypt", keyID, key), ""},
		"the trail stops":                                 {call("cloudtrail", "StopLogging", "requestParameters.name", trail), "TrailChanges"},
		"the trail stops, by its ARN":                     {call("cloudtrail", "StopLogging", "requestParameters.name", resolve.arn(onlyID(t, p, "AWS::CloudTrail::Trail"))), "TrailChanges"},
		"the trail changes":                               {call("cloudtrail", "UpdateTrail", "requestParameters.name", trail), "TrailChanges"},
		"the trail is deleted":                            {call("cloudtrail", "DeleteTrail", "requestParameters.name", trail), "TrailChanges"},
		"the trail looks away":                            {call("cloudtrail", "PutEventSelectors", "requestParameters.trailName", trail), "TrailChanges"},
		"another trail of the account":                    {call("cloudtrail", "StopLogging", "requestParameters.name", "other"), ""},
		"somebody tried to stop the trail":                {call("cloudtrail", "StopLogging", errorCode, "AccessDeniedException"), "TrailChanges"},
		"another policy of the records' bucket":           {call("s3", "PutBucketPolicy", bucketName, records), "BucketChanges"},
		"no policy of the access logs' bucket":            {call("s3", "DeleteBucketPolicy", bucketName, access), "BucketChanges"},
		"another lock of the trail's bucket":              {call("s3", "PutObjectLockConfiguration", bucketName, trailBucket), "BucketChanges"},
		"another lock, named as IAM names it":             {call("s3", "PutBucketObjectLockConfiguration", bucketName, trailBucket), "BucketChanges"},
		"another bucket of the account":                   {call("s3", "PutBucketPolicy", bucketName, "other"), ""},
		"another service has a call of the name":          {call("glacier", "PutBucketPolicy", bucketName, records), ""},
		"a call that is denied, but of no interest to us": {call("s3", "ListBuckets", errorCode, "AccessDenied"), ""},
	} {
		var alarms []string
		for id, filter := range p.resources("AWS::Logs::MetricFilter") {
			pattern := resolve.resolve(filter["FilterPattern"]).(string)
			if selects(t, pattern, row.event) {
				alarms = append(alarms, strings.TrimPrefix(id[:strings.Index(id, "Filter")], "Monitoring"))
			}
			// Names and ids that CloudFormation gives are longer than the logical ids that stand for them.
			if longest := len(pattern) + 3*(63-len("accesslogs")); longest > maximumPattern {
				t.Errorf("the pattern of %s has up to %d characters, CloudWatch takes %d", id, longest, maximumPattern)
			}
		}
		want := []string{row.alarm}
		if row.alarm == "" {
			want = nil
		}
		if diff := cmp.Diff(want, alarms); diff != "" {
			t.Errorf("%s: %s", reason, diff)
		}
	}
}

// Requirements: P11-10e
func TestAlarmsOnTheGuardsCountWhatTheFiltersSelect(t *testing.T) {
	p := synthesizeMonitoring(t, "prop Trail", monitoringChanges["Trail"])
	group := onlyID(t, p, "AWS::Logs::LogGroup")
	counted := map[string]bool{}
	for id, filter := range p.resources("AWS::Logs::MetricFilter") {
		if diff := cmp.Diff(any(object{"Ref": group}), filter["LogGroupName"]); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
		metric := filter["MetricTransformations"].([]any)[0].(object)
		if metric["MetricValue"] != "1" {
			t.Errorf("%s counts %v for a call", id, metric["MetricValue"])
		}
		counted[fmt.Sprint(metric["MetricNamespace"], " ", metric["MetricName"])] = true
	}
	for _, id := range []string{"KeyChanges", "TrailChanges", "BucketChanges"} {
		alarm := p.alarms()[id]
		if alarm == nil || !counted[fmt.Sprint(alarm["Namespace"], " ", alarm["MetricName"])] || alarm["Threshold"] != 1.0 || alarm["Statistic"] != "Sum" {
			t.Errorf("%s: the alarm is %s", id, text(alarm))
		}
	}
}

// onlyID is the logical id of the template's only resource of a type.
func onlyID(t *testing.T, p *pipeline, kind string) string {
	t.Helper()
	id, _ := p.one(t, kind, "")
	return id
}
