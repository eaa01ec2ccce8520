package monitoring

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
)

// deliveries watches that alerts reach the team: https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
func (m *Monitoring) deliveries() section {
	topic := map[string]*string{"TopicName": m.props.Alerts.TopicName()}
	failed := metric("AWS/SNS", "NumberOfNotificationsFailed", sum, topic)
	m.add(alarm{
		id: FailedDeliveries, metric: failed, threshold: 1,
		description: "SNS could not deliver an alert of the clinical risk pipeline to a subscriber. The decision records say what it was about.",
	})
	deliveries := section{
		title: "Alerts",
		left: []awscloudwatch.IMetric{
			labelled(metric("AWS/SNS", "NumberOfMessagesPublished", sum, topic), "published"),
			labelled(metric("AWS/SNS", "NumberOfNotificationsDelivered", sum, topic), "delivered"),
			labelled(failed, "failed"),
		},
	}
	if m.props.DeadLetters != nil {
		deliveries.right = append(deliveries.right, m.undelivered())
	}
	return deliveries
}

// undelivered watches the dead-letter queue. The number of messages is a gauge, so the maximum counts. A queue sends data as
// long as it has messages, and for six hours longer: one without data is empty.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
func (m *Monitoring) undelivered() awscloudwatch.IMetric {
	waiting := metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", maximum,
		map[string]*string{"QueueName": m.props.DeadLetters.QueueName()})
	m.add(alarm{
		id: UndeliveredAlerts, metric: waiting, threshold: 1,
		description: "The dead-letter queue holds alerts of the clinical risk pipeline that SNS could not deliver. Tell the team, and purge the queue.",
	})
	return labelled(waiting, "in the dead-letter queue")
}
