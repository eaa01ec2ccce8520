package asl

import "time"

// Running is the status of a Map Run that has not ended.
const Running Status = "RUNNING"

// MapRun describes a run of a Distributed Map, as DescribeMapRun does.
type MapRun struct {
	ARN                        string
	State                      string // the Map state
	Label                      string
	Status                     Status // Running, or how it ended
	Start, Stop                time.Time
	MaxConcurrency             int // 0: no limit
	ToleratedFailureCount      int
	ToleratedFailurePercentage float64
	Items, Executions          MapRunCounts

	control func(change func(*mapRun))
}

// MapRunCounts are numbers of items or child executions.
type MapRunCounts struct {
	Running, Succeeded, Failed, TimedOut, Aborted, ResultsWritten int
}

// Total returns the number of all.
func (c *MapRunCounts) Total() int {
	return c.Running + c.Succeeded + c.Failed + c.TimedOut + c.Aborted
}

// watch fills in the description of the run, if somebody watches.
func (m *mapRun) watch(limit int) {
	if m.b.x.run.options.OnMapRun == nil {
		return
	}
	m.view = &MapRun{ARN: m.arn, State: m.state.name, Label: m.state.distributed.label, Status: Running, Start: m.b.p.Now(),
		ToleratedFailureCount: max(0, int(m.tolerance.count)), ToleratedFailurePercentage: max(0, m.tolerance.percentage)}
	if m.state.maxConcurrency != nil {
		m.view.MaxConcurrency = limit
	}
	post := m.b.p.Poster()
	m.view.control = func(change func(*mapRun)) { post(func() { change(m) }) }
	m.tell()
}

// tell tells the watcher how the run is.
func (m *mapRun) tell() { m.b.x.run.options.OnMapRun(*m.view) }

// childStarted counts a child execution of n items.
func (m *mapRun) childStarted(n int) {
	if m.view != nil {
		m.view.Executions.Running++
		m.view.Items.Running += n
		m.tell()
	}
}

// childEnded counts how a child execution of n items ended.
func (m *mapRun) childEnded(status Status, n int) {
	if m.view == nil {
		return
	}
	for counts, n := range map[*MapRunCounts]int{&m.view.Executions: 1, &m.view.Items: n} {
		counts.Running -= n
		switch status {
		case Succeeded:
			counts.Succeeded += n
		case Failed:
			counts.Failed += n
		case TimedOut:
			counts.TimedOut += n
		default:
			counts.Aborted += n
		}
		if m.export != nil && status != Aborted {
			counts.ResultsWritten += n
		}
	}
	m.tell()
}

// ended tells how the run ended.
func (m *mapRun) ended(err error, failed bool) {
	if m.view == nil {
		return
	}
	m.view.Stop, m.view.Status = m.b.p.Now(), Succeeded
	switch {
	case failed:
		m.view.Status = Failed
	case err != nil:
		m.view.Status = Aborted
	}
	m.tell()
}

// Limit changes the limits of the run while it runs; nil leaves one as it is. Any goroutine may call it.
func (r *MapRun) Limit(maxConcurrency *int64, failurePercentage *float64, failureCount *int64) {
	r.control(func(m *mapRun) {
		if maxConcurrency != nil && m.jobs != nil {
			m.jobs.limit = defaultChildren
			if *maxConcurrency > 0 {
				m.jobs.limit = int(min(*maxConcurrency, maxChildren))
			}
		}
		if failurePercentage != nil {
			m.tolerance.percentage = *failurePercentage
		}
		if failureCount != nil {
			m.tolerance.count = float64(*failureCount)
		}
		if m.jobs != nil && m.jobs.waiting {
			m.b.p.Wake() // More child executions may start.
		}
	})
}
