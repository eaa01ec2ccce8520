package monitoring

// deliveries watches that alerts reach the team: https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
func (m *Monitoring) deliveries() section {
	topic := dimension{"TopicName", *m.props.Alerts.TopicName()}
	failed := newMetric("AWS/SNS", "NumberOfNotificationsFailed", sum, topic)
	m.add(alarm{
		id: FailedDeliveries, metric: failed, threshold: 1,
		description: "SNS could not deliver an alert of the clinical risk pipeline to a subscriber. The decision records say what it was about.",
	})
	deliveries := section{
		title: "Alerts",
		left: []series{
			labelled(newMetric("AWS/SNS", "NumberOfMessagesPublished", sum, topic), "published"),
			labelled(newMetric("AWS/SNS", "NumberOfNotificationsDelivered", sum, topic), "delivered"),
			labelled(failed, "failed"),
		},
	}
	if m.props.DeadLetters != nil {
		deliveries.right = append(deliveries.right, m.undelivered())
	}
	return deliveries
}

// undelivered watches the dead-letter queue. The number of messages is a gauge, so the alarm takes the maximum. A queue sends
// data while it has messages, and for six hours afterwards: a queue without data is empty.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
func (m *Monitoring) undelivered() series {
	waiting := newMetric("AWS/SQS", "ApproximateNumberOfMessagesVisible", maximum, dimension{"QueueName", *m.props.DeadLetters.QueueName()})
	m.add(alarm{
		id: UndeliveredAlerts, metric: waiting, threshold: 1,
		description: "The dead-letter queue holds alerts of the clinical risk pipeline that SNS could not deliver. Tell the team, and purge the queue.",
	})
	return labelled(waiting, "in the dead-letter queue")
}
