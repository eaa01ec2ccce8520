package monitoring

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// alarm goes off when a metric reaches the threshold.
type alarm struct {
	id          string
	description string // what happened, and where to look; never data of a subject
	metric      metric
	threshold   float64

	// below turns the comparison round: the alarm goes off for values below the threshold.
	below bool

	// periods is how many consecutive periods must reach the threshold. Default: one.
	periods int

	// missingIsBreach treats a period without data like one that reaches the threshold. A new alarm has no data yet, and goes
	// off: its description says so to those who get the message.
	missingIsBreach bool
}

// firstDeployment ends the description of an alarm for which missing data is a breach.
const firstDeployment = "This alarm also goes off after its first deployment. It must return to OK with the first data."

// add makes the alarm, which publishes to the operations topic.
func (m *Monitoring) add(a alarm) {
	comparison, missing := "GreaterThanOrEqualToThreshold", "notBreaching"
	if a.below {
		comparison = "LessThanThreshold"
	}
	if a.missingIsBreach {
		missing = "breaching"
		a.description += " " + firstDeployment
	}
	var dimensions []any
	for _, d := range a.metric.dimensions {
		dimensions = append(dimensions, &awscloudwatch.CfnAlarm_DimensionProperty{Name: &d.name, Value: &d.value})
	}
	made := awscloudwatch.NewCfnAlarm(constructs.NewConstruct(m, &a.id), jsii.String(resourceID), &awscloudwatch.CfnAlarmProps{
		AlarmDescription:   &a.description,
		Namespace:          &a.metric.namespace,
		MetricName:         &a.metric.name,
		Statistic:          &a.metric.statistic,
		Dimensions:         dimensions,
		Period:             jsii.Number(a.metric.period.Seconds()),
		Threshold:          &a.threshold,
		ComparisonOperator: &comparison,
		EvaluationPeriods:  jsii.Number(cmp.Or(a.periods, 1)),
		TreatMissingData:   &missing,
		AlarmActions:       &[]any{m.arns.operations},
	})
	m.alarms = append(m.alarms, made)
	m.byID[a.id] = made
}
