package asl

import (
	"errors"

	"clinical-risk-pipeline/asl/internal/clock"
	"clinical-risk-pipeline/asl/internal/items"
	"clinical-risk-pipeline/asl/intrinsic"
	"clinical-risk-pipeline/asl/value"
)

// mapRun is a run of a Distributed Map. It starts a child execution for each item or batch.
type mapRun struct {
	state      *mapState
	b          *branch
	input      any // the state's effective input
	id         string
	arn        string
	machineARN string // of the children
	tolerance  tolerance
	stream     *itemStream
	maxItems   float64   // MaxItems of the reader; 0: no limit
	grouping   *grouping // nil: one item per child execution
	export     *export   // nil: the results go into the state's output

	items, failed int // numbers of items
	started       int // number of child executions
	exhausted     bool
	results       [][]any // by child execution, unless exported
	resultSize    int
	view          *MapRun // nil: nobody watches
	jobs          *fanOut // the child executions
}

// runDistributed runs the item processor in child executions.
func (s *mapState) runDistributed(b *branch, input any, limit int) (any, error) {
	m := &mapRun{state: s, b: b, input: input}
	m.id = intrinsic.UUID(b.x.random)
	name := b.x.machineName + "/" + s.distributed.label
	m.arn = b.x.run.options.related("mapRun:" + name + ":" + m.id)
	m.machineARN = b.x.machineARN + "/" + s.distributed.label
	if err := m.prepare(); err != nil {
		return nil, err
	}
	b.record("MapRunStarted", &MapRunStarted{MapRunARN: m.arn})
	m.watch(limit)
	result, err := m.run(limit)
	var e *failure
	err = located(err, &b.at)
	failed := errors.As(err, &e)
	m.ended(err, failed)
	if err != nil {
		if failed {
			b.record("MapRunFailed", &Failure{Error: e.name, Cause: e.cause})
		}
		return nil, err
	}
	succeeded := b.note("MapRunSucceeded", nil)
	b.x.record(succeeded, b.p.Now(), "MapStateSucceeded", nil)
	return result, nil
}

// prepare evaluates the fields that apply to the whole run.
func (m *mapRun) prepare() (err error) {
	d, b := m.state.distributed, m.b
	if d.batcher != nil {
		if m.grouping, err = d.batcher.begin(b, m.input); err != nil {
			return err
		}
	}
	length := 0
	if d.reader == nil {
		list, err := m.state.list(b, m.input)
		if err != nil {
			return err
		}
		length = len(list)
		m.stream = &itemStream{source: items.Slice(list), left: maxItems, close: func() error { return nil }}
	}
	b.record("MapStateStarted", &MapStarted{Length: length})
	if m.tolerance, err = d.tolerance(b.evaluating(m.input)); err != nil {
		return err
	}
	if d.reader != nil {
		if m.maxItems, err = d.reader.limit(b.evaluating(m.input)); err != nil {
			return err
		}
	}
	if d.writer != nil && d.writer.arguments != nil {
		m.export, err = d.writer.begin(m)
	}
	return err
}

// run opens the items, runs the child executions and returns the result.
func (m *mapRun) run(limit int) (any, error) {
	if m.stream == nil {
		var err error
		if m.stream, err = m.state.distributed.reader.open(m.b, m.input, m.maxItems); err != nil {
			return nil, err
		}
	}
	defer func() { _ = m.stream.close() }()
	m.jobs = &fanOut{b: m.b, limit: limit, next: m.next}
	err := m.jobs.run()
	result, finishErr := m.finish() // a failed run also writes the results that it has
	if err != nil {
		return nil, err
	}
	return result, finishErr
}

// next returns the job of the next child execution.
func (m *mapRun) next() (job, error) {
	input, n, err := m.childInput()
	if err != nil {
		return nil, err
	}
	if n == 0 {
		m.exhausted = true
		return nil, m.judge()
	}
	index := m.started
	m.started++
	if m.export == nil {
		m.results = append(m.results, nil)
	}
	return func(p *clock.Process) error { return m.child(p, index, input, n) }, nil
}

// childInput returns the input of the next child execution and the number of items in it, which is 0 after the last.
func (m *mapRun) childInput() (any, int, error) {
	if m.grouping != nil {
		return m.grouping.take(m.item)
	}
	item, more, err := m.item()
	if err != nil || !more {
		return nil, 0, err
	}
	return item, 1, nil
}

// item returns the next item after ItemSelector.
func (m *mapRun) item() (any, bool, error) {
	v, source, more, err := m.stream.next()
	if err != nil || !more {
		return nil, false, err
	}
	item := newMapItem(m.items, v, source)
	m.items++
	selected, err := m.state.selected(m.b, m.input, item)
	return selected, err == nil, err
}

// child runs a child execution to its end.
func (m *mapRun) child(p *clock.Process, index int, input any, n int) error {
	x := m.newChild(p, input)
	x.result.MapRunARN, x.result.Items = m.arn, n
	m.childStarted(n)
	err := x.perform(m.state.processor, p)
	m.childEnded(x.result.Status, n)
	if doneErr := m.done(&x.result, index); err == nil {
		err = doneErr
	}
	if err != nil {
		return err
	}
	if x.result.Status == Failed || x.result.Status == TimedOut {
		m.failed += n
		return m.judge()
	}
	return nil
}

func (m *mapRun) newChild(p *clock.Process, input any) *execution {
	run, parent := m.b.x.run, m.b.x
	name := intrinsic.UUID(run.random)
	x := run.newExecution(&Machine{}, m.state.distributed.childType, name,
		run.options.related("execution:"+parent.machineName+"/"+m.state.distributed.label+":"+name), input, p.Now())
	x.parent = parent
	x.machineARN, x.machineName = m.machineARN, parent.machineName+"/"+m.state.distributed.label
	x.recording = run.options.OnChild != nil
	return x
}

// done takes the result of a child execution.
func (m *mapRun) done(child *Execution, index int) error {
	if tell := m.b.x.run.options.OnChild; tell != nil {
		tell(child)
	}
	if m.export != nil {
		return m.export.add(child)
	}
	contribution := m.state.distributed.writer.transform(child, m.machineARN)
	m.resultSize += value.Size(contribution)
	if m.resultSize <= 2*maxPayload { // a larger result cannot become an output, so it is not kept
		m.results[index] = contribution
	}
	return nil
}

// judge returns the failure of the run when more items failed than tolerated.
func (m *mapRun) judge() error {
	total := -1
	if m.exhausted {
		total = m.items
	}
	if !m.tolerance.exceeded(m.failed, total) {
		return nil
	}
	return toleranceFailure()
}

// toleranceFailure is the failure of a Distributed Map of which too many items failed.
func toleranceFailure() *failure {
	return &failure{name: ErrToleratedFailure, cause: "The specified tolerated failure threshold was exceeded"}
}

// finish returns the result of the run: the results of the child executions, or the place where they were exported.
func (m *mapRun) finish() (any, error) {
	if m.export != nil {
		return m.export.finish()
	}
	if m.resultSize > 2*maxPayload {
		return nil, dataLimitFailure(m.state.name)
	}
	all := make([]any, 0, len(m.results))
	for _, contribution := range m.results {
		all = append(all, contribution...)
	}
	return all, nil
}
