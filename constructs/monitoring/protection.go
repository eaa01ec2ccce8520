package monitoring

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// guard is something that keeps the records, with the calls that could take its protection away.
type guard struct {
	id      string // of the alarm
	service string // as CloudTrail names it
	calls   []string
	fields  []string // the fields of a request that may name the guarded thing
	names   []string // what is guarded; an ARN that ends in a name counts, too
	label   string
	says    string
}

// guards returns what keeps the records. CloudTrail names S3's calls as its API does, and some after the IAM action:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
func (m *Monitoring) guards() []guard {
	trail := m.props.Trail
	records := trail.Records()
	return []guard{
		{
			id: KeyChanges, service: "kms.amazonaws.com", label: "keys",
			calls:  []string{"ScheduleKeyDeletion", "DisableKey", "DeleteImportedKeyMaterial", "PutKeyPolicy"},
			fields: []string{"keyId"}, names: []string{*records.Key().KeyId(), *trail.Key().KeyId()},
			says: "Somebody scheduled the deletion of a key of the decision records or of their trail, disabled it or changed its policy, or tried to. " +
				"Restore the key within 30 days: aws kms cancel-key-deletion, then enable-key.",
		},
		{
			id: TrailChanges, service: "cloudtrail.amazonaws.com", label: "trail",
			calls:  []string{"StopLogging", "UpdateTrail", "DeleteTrail", "PutEventSelectors"},
			fields: []string{"name", "trailName"}, names: []string{trail.Name()},
			says: "Somebody stopped, changed or deleted the trail of the decision records, or tried to. Deploy the stack again, and find out what the trail missed.",
		},
		{
			id: BucketChanges, service: "s3.amazonaws.com", label: "buckets",
			calls:  []string{"PutBucketPolicy", "DeleteBucketPolicy", "PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"},
			fields: []string{"bucketName"},
			names:  []string{*records.Bucket().BucketName(), *records.AccessLogs().BucketName(), *trail.Bucket().BucketName()},
			says:   "Somebody changed the policy or the Object Lock of a bucket of decision records, access logs or trail, or tried to. Compare it with the template.",
		},
	}
}

// pattern selects the calls on what is guarded. It also selects every such call that is denied, whatever it was about: the
// event of a denied request may lack the request's parameters.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
func (g guard) pattern() string {
	about := []string{`($.errorCode = "AccessDenied*")`, `($.errorCode = "*UnauthorizedOperation")`}
	for _, field := range g.fields {
		for _, name := range g.names {
			about = append(about, fmt.Sprintf(`($.requestParameters.%s = "*%s")`, field, name))
		}
	}
	var calls []string
	for _, call := range g.calls {
		calls = append(calls, fmt.Sprintf(`($.eventName = %q)`, call))
	}
	return fmt.Sprintf(`{ ($.eventSource = %q) && (%s) && (%s) }`, g.service, strings.Join(calls, " || "), strings.Join(about, " || "))
}

// protection watches what keeps the records. It reads the log group of the trail, which gets the events of all regions and
// those of denied requests; EventBridge delivers such events at best effort, in their own region:
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudwatch-alarms-for-cloudtrail.html
// An alarm follows the call by some minutes. A deployment that changes what is guarded triggers it, too.
//
// Requirements: P11-10c, P11-10e, P11-300d
func (m *Monitoring) protection() section {
	if m.props.Trail == nil {
		return section{}
	}
	protection := section{title: "Changes of what keeps the records, and attempts"}
	for _, g := range m.guards() {
		// The name of the trail makes the metric's name unique in account and region: a filter of JSON events takes its dimensions
		// from the event only.
		changes := newMetric(namespace, g.id+" "+m.props.Trail.Name(), sum)
		awslogs.NewCfnMetricFilter(constructs.NewConstruct(m, jsii.String(g.id+"Filter")), jsii.String(resourceID), &awslogs.CfnMetricFilterProps{
			LogGroupName:  m.props.Trail.ManagementEvents().LogGroupName(),
			FilterPattern: jsii.String(g.pattern()),
			MetricTransformations: []any{&awslogs.CfnMetricFilter_MetricTransformationProperty{
				MetricNamespace: &changes.namespace, MetricName: &changes.name, MetricValue: jsii.String("1"),
			}},
		})
		m.add(alarm{id: g.id, metric: changes, threshold: 1, description: g.says})
		protection.left = append(protection.left, labelled(changes, g.label))
	}
	return protection
}
