package monitoring

import "time"

// watchGrace is how long after its day the watch may be late. An alarm looks at whole periods.
const watchGrace = 2 * time.Hour

// alerting watches the functions that give alerts a life. A run fails where the update fails; the watch and the people have nobody else
// who would tell.
func (m *Monitoring) alerting() section {
	a := m.props.Alerting
	if a == nil {
		return section{}
	}
	errorsOf := func(name string) metric {
		return newMetric("AWS/Lambda", "Errors", sum, dimension{"FunctionName", name})
	}
	watch := *a.Watch.FunctionName()
	failing := errorsOf(watch)
	m.add(alarm{
		id: FailingAlerts, metric: failing, threshold: 1,
		description: "The daily watch over alerts failed: nobody was told what is overdue. Lambda tries twice more; the function's log has the error.",
	})
	invoked := newMetric("AWS/Lambda", "Invocations", sum, dimension{"FunctionName", watch})
	invoked.period = grace
	m.add(alarm{
		id: MissingWatch, metric: invoked, threshold: 1,
		below: true, missingIsBreach: true, periods: int((24*time.Hour + watchGrace) / grace),
		description: "The daily watch over alerts did not run: nobody is told what is overdue. Check its schedule.",
	})
	missed := newMetric("AWS/SQS", "ApproximateNumberOfMessagesVisible", maximum, dimension{"QueueName", *a.Missed.QueueName()})
	m.add(alarm{
		id: MissedSchedules, metric: missed, threshold: 1,
		description: "A schedule could not start a run or the watch over alerts. The queue has what it tried. Start it by hand, and purge the queue.",
	})
	return section{
		title: "Alerts' functions, errors",
		left: []series{
			labelled(errorsOf(*a.Update.FunctionName()), "update"), labelled(failing, "watch"), labelled(errorsOf(*a.Act.FunctionName()), "act"),
		},
		right: []series{labelled(missed, "missed schedules")},
	}
}
