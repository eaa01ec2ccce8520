package monitoring

import "time"

// metric is a metric of a service, with its statistic over a period.
type metric struct {
	namespace, name, statistic string
	dimensions                 []dimension
	period                     time.Duration
}

type dimension struct{ name, value string }

const (
	sum     = "Sum"
	average = "Average"
	maximum = "Maximum"
)

// period is the period of the metrics. One failure matters, and a run may be over within minutes, so alarms look at one
// period. Within five minutes late data points still arrive.
const period = 5 * time.Minute

func newMetric(namespace, name, statistic string, dimensions ...dimension) metric {
	return metric{namespace: namespace, name: name, statistic: statistic, dimensions: dimensions, period: period}
}

// series is a metric with its label in a graph's legend.
type series struct {
	metric
	label string
}

func labelled(m metric, label string) series { return series{m, label} }
