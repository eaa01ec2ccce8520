package asl

import (
	"clinical-risk-pipeline/asl/internal/clock"
	"clinical-risk-pipeline/asl/internal/items"
	"clinical-risk-pipeline/asl/internal/value"
	"clinical-risk-pipeline/asl/intrinsic"
)

// mapRun is a Distributed Map at work: it starts a child execution for each item or batch, at most limit at a time.
type mapRun struct {
	state      *mapState
	b          *branch
	input      any // the state's effective input
	id         string
	arn        string
	machineARN string // of the children
	tolerance  tolerance
	reading    *reading
	batching   *batching // nil: an item a child
	export     *export   // nil: the results go into the state's output

	items, failed int // how many
	started       int // children
	exhausted     bool
	results       [][]any // by child, unless exported
	resultSize    int
}

// runDistributed runs the item processor in child executions.
func (s *mapState) runDistributed(b *branch, input any, limit int) (any, error) {
	r := &mapRun{state: s, b: b, input: input}
	r.id = intrinsic.UUID(b.x.random)
	name := b.x.machineName + "/" + s.distributed.label
	r.arn = b.x.run.options.related("mapRun:" + name + ":" + r.id)
	r.machineARN = b.x.machineARN + "/" + s.distributed.label
	if err := r.prepare(); err != nil {
		return nil, err
	}
	b.record("MapRunStarted", &MapRunStarted{MapRunARN: r.arn})
	result, err := r.run(limit)
	if err = located(err, &b.at); err != nil {
		b.recordFailed("MapRunFailed", err)
		b.recordFailed("MapStateFailed", err)
		return nil, err
	}
	b.record("MapRunSucceeded", nil)
	b.record("MapStateSucceeded", nil)
	return result, nil
}

// prepare evaluates the fields that hold for the whole run.
func (r *mapRun) prepare() (err error) {
	d, b := r.state.distributed, r.b
	if r.tolerance, err = d.tolerance(b.evaluating(r.input)); err != nil {
		return err
	}
	if d.batcher != nil {
		if r.batching, err = d.batcher.begin(b, r.input); err != nil {
			return err
		}
	}
	length := 0
	if d.reader == nil {
		list, err := r.state.list(b, r.input)
		if err != nil {
			return err
		}
		length = len(list)
		r.reading = &reading{source: items.Slice(list), left: maxItems, close: func() error { return nil }}
	}
	b.record("MapStateStarted", &MapStarted{Length: length})
	if d.writer != nil && d.writer.arguments != nil {
		r.export, err = d.writer.begin(r)
	}
	return err
}

// run opens the items, runs the children, and gives the result.
func (r *mapRun) run(limit int) (any, error) {
	if r.reading == nil {
		var err error
		if r.reading, err = r.state.distributed.reader.open(r.b, r.input); err != nil {
			return nil, err
		}
	}
	defer func() { _ = r.reading.close() }()
	f := fanOut{b: r.b, limit: limit, next: r.next}
	err := f.run()
	result, finishErr := r.finish() // what was done is written even when the run fails
	if err != nil {
		return nil, err
	}
	return result, finishErr
}

// next is the next child execution.
func (r *mapRun) next() (job, error) {
	input, n, err := r.childInput()
	if err != nil {
		return nil, err
	}
	if n == 0 {
		r.exhausted = true
		return nil, r.judge()
	}
	index := r.started
	r.started++
	if r.export == nil {
		r.results = append(r.results, nil)
	}
	return func(p *clock.Process) error { return r.child(p, index, input, n) }, nil
}

// childInput is the input of the next child execution, and the number of items in it; 0 after the last.
func (r *mapRun) childInput() (any, int, error) {
	if r.batching != nil {
		return r.batching.take(r.item)
	}
	item, more, err := r.item()
	if err != nil || !more {
		return nil, 0, err
	}
	return item, 1, nil
}

// item is the next item, after ItemSelector.
func (r *mapRun) item() (any, bool, error) {
	v, more, err := r.reading.next()
	if err != nil || !more {
		return nil, false, err
	}
	item := &mapItem{index: r.items, value: v}
	r.items++
	selected, err := r.state.selected(r.b, r.input, item)
	return selected, err == nil, err
}

// child runs a child execution to its end.
func (r *mapRun) child(p *clock.Process, index int, input any, n int) error {
	x := r.newChild(p, input)
	err := x.perform(r.state.processor, p)
	if doneErr := r.done(&x.result, index); err == nil {
		err = doneErr
	}
	if err != nil {
		return err
	}
	if x.result.Status == Failed || x.result.Status == TimedOut {
		r.failed += n
		return r.judge()
	}
	return nil
}

func (r *mapRun) newChild(p *clock.Process, input any) *execution {
	run, parent := r.b.x.run, r.b.x
	name := intrinsic.UUID(run.random)
	x := run.newExecution(&Machine{}, r.state.distributed.childType, name,
		run.options.related("execution:"+parent.machineName+"/"+r.state.distributed.label+":"+name), input, p.Now())
	x.parent = parent
	x.machineARN, x.machineName = r.machineARN, parent.machineName+"/"+r.state.distributed.label
	x.recording = run.options.OnChild != nil
	return x
}

// done takes the result of a child execution that ended.
func (r *mapRun) done(x *Execution, index int) error {
	if tell := r.b.x.run.options.OnChild; tell != nil {
		tell(x)
	}
	if r.export != nil {
		return r.export.add(x)
	}
	contribution := r.state.distributed.writer.transform(x, r.machineARN)
	r.resultSize += value.Size(contribution)
	if r.resultSize <= 2*maxPayload { // more cannot become an output, so it need not be kept
		r.results[index] = contribution
	}
	return nil
}

// judge is the failure of the run when more items failed than is tolerated.
func (r *mapRun) judge() error {
	total := -1
	if r.exhausted {
		total = r.items
	}
	if !r.tolerance.exceeded(r.failed, total) {
		return nil
	}
	return &failure{name: ErrToleratedFailure, cause: "The specified tolerated failure threshold was exceeded"}
}

// finish gives the result of the run: the list of what the children contribute, or where it was exported to.
func (r *mapRun) finish() (any, error) {
	if r.export != nil {
		return r.export.finish()
	}
	if r.resultSize > 2*maxPayload {
		return nil, dataLimitFailure(r.state.name)
	}
	all := make([]any, 0, len(r.results))
	for _, contribution := range r.results {
		all = append(all, contribution...)
	}
	return all, nil
}
