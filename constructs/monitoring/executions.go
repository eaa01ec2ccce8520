package monitoring

import (
	"fmt"
	"time"
)

// executionMetric counts executions of the state machine, started through any version or alias; a redriven execution counts
// again: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
// Step Functions sends ExecutionsStarted twice, as 1 and at the end as 0, and may send other metrics twice, too: only the sum
// counts.
func (m *Monitoring) executionMetric(name, statistic string) metric {
	return newMetric("AWS/States", name, statistic, dimension{"StateMachineArn", m.arns.machine})
}

// executions watches how executions end. Every execution that does not succeed matters.
func (m *Monitoring) executions() section {
	failed := m.executionMetric("ExecutionsFailed", sum)
	timedOut := m.executionMetric("ExecutionsTimedOut", sum)
	aborted := m.executionMetric("ExecutionsAborted", sum)
	throttled := m.executionMetric("ExecutionThrottled", sum)
	m.add(alarm{
		id: FailedExecutions, metric: failed, threshold: 1,
		description: "An execution of the clinical risk pipeline failed. Its error is in the execution's history; a redrive within 14 days resumes it.",
	})
	m.add(alarm{
		id: TimedOutExecutions, metric: timedOut, threshold: 1,
		description: "An execution of the clinical risk pipeline timed out. Its history shows the state that it waited in; a redrive within 14 days resumes it.",
	})
	m.add(alarm{
		id: AbortedExecutions, metric: aborted, threshold: 1,
		description: "Somebody stopped an execution of the clinical risk pipeline. CloudTrail's event StopExecution shows who.",
	})
	// This metric has data only while Step Functions throttles. Throttling delays executions and loses nothing.
	m.add(alarm{
		id: ThrottledExecutions, metric: throttled, threshold: float64(m.props.Throttles),
		description: "Step Functions throttles state transitions of the clinical risk pipeline: executions take longer. See the account's quotas.",
	})
	return section{
		title: "Executions",
		left: []series{
			labelled(m.executionMetric("ExecutionsStarted", sum), "started"),
			labelled(m.executionMetric("ExecutionsSucceeded", sum), "succeeded"),
			labelled(failed, "failed"),
			labelled(timedOut, "timed out"),
			labelled(aborted, "aborted"),
			labelled(throttled, "throttled transitions"),
		},
		right: []series{labelled(m.executionMetric("ExecutionTime", maximum), "longest, ms")},
	}
}

// grace is how late a run may start. It is also the period of the alarm.
const grace = time.Hour

// schedule watches that executions start. Its window moves by the hour, so the alarm goes off within an hour of a missed run;
// a period of a day would be slower. Without runs the metric has no data: missing data is the breach.
func (m *Monitoring) schedule() section {
	if m.props.RunEvery == 0 {
		return section{}
	}
	started := m.executionMetric("ExecutionsStarted", sum)
	started.period = grace
	m.add(alarm{
		id: OverdueRun, metric: started, threshold: 1,
		below: true, missingIsBreach: true, periods: int(min(m.props.RunEvery+grace, maximumRunEvery) / grace),
		description: fmt.Sprintf("No execution of the clinical risk pipeline started, although one is due every %v. Check the schedule, or whatever else starts executions.", m.props.RunEvery),
	})
	return section{title: "Executions started per hour", left: []series{labelled(started, "started")}}
}
