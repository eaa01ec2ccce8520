package monitoring

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// period is what metrics are added up over. A failure matters whenever it happens, and a run may be over within minutes, so
// one period decides. Five minutes give data points that come late the time to fall into it.
const period = 5 * time.Minute

// alarm goes off when a metric reaches the threshold.
type alarm struct {
	id          string
	description string // what happened, and where to look; never data of a subject
	metric      awscloudwatch.Metric
	threshold   float64

	// below turns the threshold round: the alarm goes off for what is less.
	below bool

	// periods is in how many periods, one after the other, the threshold has to be reached. Default: one.
	periods int

	// missingIsBreach says that a period without data is as bad as one beyond the threshold.
	missingIsBreach bool
}

// add makes the alarm, which reaches operations.
func (m *Monitoring) add(a alarm) {
	setDefault(&a.periods, 1)
	props := &awscloudwatch.AlarmProps{
		AlarmDescription:   &a.description,
		Metric:             a.metric,
		Threshold:          &a.threshold,
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		EvaluationPeriods:  jsii.Number(a.periods),
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	}
	if a.below {
		props.ComparisonOperator = awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD
	}
	if a.missingIsBreach {
		props.TreatMissingData = awscloudwatch.TreatMissingData_BREACHING
	}
	made := awscloudwatch.NewAlarm(m, &a.id, props)
	made.AddAlarmAction(awscloudwatchactions.NewSnsAction(m.props.Operations))
	m.alarms = append(m.alarms, made)
}

// metric is a metric of a service, over one period.
func metric(namespace, name, statistic string, dimensions map[string]*string) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: &namespace, MetricName: &name, Statistic: &statistic, DimensionsMap: &dimensions,
		Period: seconds(period.Seconds()),
	})
}

const (
	sum     = "Sum"
	average = "Average"
	maximum = "Maximum"
)

// letAlarmsReachOperations lets CloudWatch publish the alarms of this account and region to the operations topic, and use the
// topic's key for that. Without the key, CloudWatch drops what it has to tell, silently:
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
// The conditions cannot name the alarms: they need the topic, which needs its key, first.
func (m *Monitoring) letAlarmsReachOperations() {
	topic := m.props.Operations
	publish := m.allowCloudWatch("PublishAlarms", *topic.TopicArn(), "sns:Publish")
	extended := *topic.AddToResourcePolicy(publish).StatementAdded
	if key := topic.MasterKey(); key != nil {
		encrypt := m.allowCloudWatch("EncryptAlarms", "*", "kms:Decrypt", "kms:GenerateDataKey")
		extended = *key.AddToResourcePolicy(encrypt, jsii.Bool(true)).StatementAdded && extended
	}
	if !extended {
		awscdk.Annotations_Of(m).AddWarningV2(jsii.String("clinical-risk-pipeline:operationsTopic"), jsii.String(
			"the policy of the imported Operations topic, or of its key, cannot be extended: it must let cloudwatch.amazonaws.com publish, or alarms reach nobody"))
	}
}

func (m *Monitoring) allowCloudWatch(name, resource string, actions ...string) awsiam.PolicyStatement {
	alarms := m.stack().FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("cloudwatch"), Resource: jsii.String("alarm"), ResourceName: jsii.String("*"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        &name,
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Actions:    jsii.Strings(actions...),
		Resources:  jsii.Strings(resource),
		Conditions: &map[string]any{
			"ArnLike":      map[string]*string{"aws:SourceArn": alarms},
			"StringEquals": map[string]*string{"aws:SourceAccount": m.stack().Account()},
		},
	})
}
