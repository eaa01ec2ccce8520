package monitoring

import "time"

// metric is a metric of a service, added up over a period.
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

// period is what metrics are added up over. A failure matters whenever it happens, and a run may be over within minutes, so
// one period decides. Five minutes give data points that come late the time to fall into it.
const period = 5 * time.Minute

func newMetric(namespace, name, statistic string, dimensions ...dimension) metric {
	return metric{namespace: namespace, name: name, statistic: statistic, dimensions: dimensions, period: period}
}

// series is a metric by the name that a graph's legend calls it.
type series struct {
	metric
	label string
}

func labelled(m metric, label string) series { return series{m, label} }
