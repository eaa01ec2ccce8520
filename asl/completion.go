package asl

import (
	"errors"
	"sync"
	"time"
)

// ErrEnded is the error of a [Completion] whose task has already ended: by another call, a timeout or the end of the execution.
var ErrEnded = errors.New("the task has ended")

// Completion ends a task after its handler returned, in [Reply].Later. A handler makes it with [NewCompletion] and keeps it. Any goroutine
// may call its methods, at any time. Meanwhile, other branches go on, timeouts apply, and the execution's time goes as the wall clock does.
type Completion struct {
	mu      sync.Mutex
	steps   []step
	final   bool   // steps has the task's end
	ended   bool   // the task ended
	arrived func() // tells the execution; nil: it does not wait yet
	onEnd   func() // see NewCompletion
}

// step is something that happened to a task outside of the execution.
type step struct {
	kind   stepKind
	output any
	err    *Error
	worker string
}

type stepKind int

const (
	stepStarted stepKind = iota
	stepSubmitted
	stepBeat
	stepSucceeded
	stepFailed
)

// NewCompletion returns the completion of a task. When the task ends, for whatever reason, it calls onEnd, unless that is nil. onEnd must
// not call the completion.
func NewCompletion(onEnd func()) *Completion { return &Completion{onEnd: onEnd} }

// Start tells that a worker took the task of an activity.
func (c *Completion) Start(worker string) error {
	return c.add(step{kind: stepStarted, worker: worker})
}

// Submit tells that the service accepted the request of a .sync or .waitForTaskToken integration, and what it answered.
func (c *Completion) Submit(output any) error {
	return c.add(step{kind: stepSubmitted, output: output})
}

// Heartbeat tells that the worker is alive.
func (c *Completion) Heartbeat() error { return c.add(step{kind: stepBeat}) }

// Succeed ends the task with a result.
func (c *Completion) Succeed(output any) error {
	return c.add(step{kind: stepSucceeded, output: output})
}

// Fail ends the task with an error.
func (c *Completion) Fail(err *Error) error { return c.add(step{kind: stepFailed, err: err}) }

// Abandon forgets a completion whose task does not wait for it, because its handler returned something else.
func (c *Completion) Abandon() { c.end() }

func (c *Completion) add(s step) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || c.final {
		return ErrEnded
	}
	c.steps = append(c.steps, s)
	c.final = s.kind == stepSucceeded || s.kind == stepFailed
	if c.arrived != nil {
		c.arrived()
	}
	return nil
}

// attach lets the completion tell the execution of steps.
func (c *Completion) attach(arrived func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.arrived = arrived
}

// take returns the steps since the last call.
func (c *Completion) take() []step {
	c.mu.Lock()
	defer c.mu.Unlock()
	steps := c.steps
	c.steps = nil
	return steps
}

// end refuses all further steps.
func (c *Completion) end() {
	c.mu.Lock()
	c.ended, c.arrived = true, nil
	c.mu.Unlock()
	if c.onEnd != nil {
		c.onEnd()
	}
}

// waiting is a task call that waits for its completion.
type waiting struct {
	call     *taskCall
	b        *branch
	later    *Completion
	began    time.Time
	beat     time.Time // the last heartbeat; zero: nobody has to send one
	sleeping bool      // the process waits for a step
}

// await lets the execution wait for the completion. late is the timeout or missed heartbeat of the task.
func (t *taskCall) await(b *branch, later *Completion) (output any, thrown *Error, late *failure, err error) {
	w := &waiting{call: t, b: b, later: later, began: b.p.Now()}
	if t.state.resource.kind != activity {
		w.beat = w.began
	}
	b.p.Hold()
	post := b.p.Poster()
	defer b.p.Release()
	later.attach(func() { post(w.wake) })
	defer later.end()
	for {
		for _, s := range later.take() {
			switch s.kind {
			case stepSucceeded:
				return s.output, nil, nil, nil
			case stepFailed:
				return nil, s.err, nil, nil
			default:
				w.note(s)
			}
		}
		if late, err := w.sleep(); late != nil || err != nil {
			return nil, nil, late, err
		}
	}
}

// wake continues the task's process. It runs in the simulation.
func (w *waiting) wake() {
	if w.sleeping {
		w.b.p.Wake()
	}
}

// note records what happened to the task.
func (w *waiting) note(s step) {
	r := &w.call.state.resource
	w.beat = w.b.p.Now()
	switch s.kind {
	case stepStarted:
		w.call.record(w.b, "Started", &ActivityStarted{WorkerName: s.worker})
	case stepSubmitted:
		w.call.record(w.b, "Submitted", &TaskResult{ResourceType: r.service, Resource: r.action, Output: s.output})
	}
}

// sleep lets time pass until a step or a limit. late is the timeout or missed heartbeat of the task.
func (w *waiting) sleep() (late *failure, err error) {
	t := w.call
	deadline, owner := w.b.deadline()
	end := deadline
	if limit := w.began.Add(t.timeout); t.timeout > 0 && limit.Before(end) {
		end, late = limit, timeoutFailure(false)
	}
	if limit := w.beat.Add(t.heartbeat); t.heartbeat > 0 && !w.beat.IsZero() && limit.Before(end) {
		end, late = limit, timeoutFailure(true)
	}
	if w.b.p.Now().Before(end) {
		w.sleeping = true
		err := w.b.p.WaitUntil(end)
		w.sleeping = false
		return nil, err
	}
	if late == nil {
		return nil, &expired{owner}
	}
	return late, nil
}
