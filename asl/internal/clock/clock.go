// Package clock is a virtual clock with cooperative processes: a discrete-event simulation. One process runs at a time. It yields only
// when it sleeps or waits, and time moves only when every process sleeps or waits. Equal programs run equally.
//
// Processes are coroutines. A process that sleeps while no other process has to run before it wakes just moves the clock, which costs
// nothing.
//
// The world outside may take part. While a process holds the clock, and always on a clock made by [NewReal], time goes as the wall clock
// does, and the root process waits for it and for what others post.
package clock

import (
	"container/heap"
	"errors"
	"iter"
	"time"
)

// ErrStopped is the error of a blocking call in a stopped process. The process must return.
var ErrStopped = errors.New("process stopped")

// Clock is the virtual time of one simulation. It is not safe for concurrent use.
type Clock struct {
	now      time.Time
	queue    queue
	serial   uint64
	starting int // calls of Go that have not returned; their callers are not blocked
	outside  outside
}

// Process is a thread of control on a clock.
type Process struct {
	clock  *Clock
	wakeup *entry // the pending wake-up, if any
	// The other fields are nil in the root process, which runs on its caller's stack and drives the other processes.
	yield func(struct{}) bool
	next  func() (struct{}, bool)
	stop  func()
	done  bool
}

// New makes a clock that starts at a time. It returns the root process, which is the caller.
func New(start time.Time) *Process { return &Process{clock: &Clock{now: start}} }

// Now returns the virtual time.
func (p *Process) Now() time.Time {
	if p.clock.paced() {
		p.clock.follow()
	}
	return p.clock.now
}

// Go starts a process that runs body. The process runs at once. Go returns when it blocks or ends.
func (p *Process) Go(body func(*Process)) *Process {
	child := &Process{clock: p.clock}
	child.next, child.stop = iter.Pull(func(yield func(struct{}) bool) {
		child.yield = yield
		body(child)
		child.done = true
	})
	p.clock.starting++
	child.next()
	p.clock.starting--
	return child
}

// Stop ends a process at once: its blocking call returns ErrStopped, and Stop returns when the process has ended.
// Stop does nothing if the process has already ended. A process must not stop itself.
func (p *Process) Stop() {
	p.cancelWakeup()
	p.done = true
	p.stop()
}

// Wake lets a waiting process continue at the current virtual time.
func (p *Process) Wake() { p.wakeAt(p.clock.now) }

// Wait blocks until another process wakes this one.
func (p *Process) Wait() error {
	if p.yield != nil {
		if !p.yield(struct{}{}) {
			return ErrStopped
		}
		return nil
	}
	for {
		e, err := p.clock.next()
		if err != nil {
			return err
		}
		if e.process == p {
			return nil
		}
		e.process.next()
	}
}

// SleepUntil blocks until the virtual time is at least t.
func (p *Process) SleepUntil(t time.Time) error {
	if !t.After(p.Now()) {
		return nil
	}
	if next, ok := p.clock.peek(); p.clock.starting == 0 && (!ok || next.After(t)) && !p.clock.paced() {
		p.clock.now = t
		return nil
	}
	return p.WaitUntil(t)
}

// WaitUntil blocks until another process wakes this one, or until the virtual time is at least t.
func (p *Process) WaitUntil(t time.Time) error {
	p.wakeAt(t)
	return p.Wait()
}

func (p *Process) wakeAt(t time.Time) {
	if p.done || p.wakeup != nil && !p.wakeup.at.After(t) {
		return
	}
	p.cancelWakeup()
	p.clock.serial++
	p.wakeup = &entry{at: t, serial: p.clock.serial, process: p}
	heap.Push(&p.clock.queue, p.wakeup)
}

func (p *Process) cancelWakeup() {
	if p.wakeup != nil {
		heap.Remove(&p.clock.queue, p.wakeup.index)
		p.wakeup = nil
	}
}

// next returns the next wake-up, and moves the clock to it.
func (c *Clock) next() (*entry, error) {
	if c.paced() {
		return c.await()
	}
	if e, ok := c.pop(); ok {
		return e, nil
	}
	return nil, errors.New("clock: the root process waits, but no other process can wake it")
}

// pop takes the next wake-up from the queue and moves the clock to it.
func (c *Clock) pop() (*entry, bool) {
	if len(c.queue) == 0 {
		return nil, false
	}
	e := heap.Pop(&c.queue).(*entry)
	e.process.wakeup = nil
	if e.at.After(c.now) {
		c.now = e.at
	}
	return e, true
}

func (c *Clock) peek() (time.Time, bool) {
	if len(c.queue) == 0 {
		return time.Time{}, false
	}
	return c.queue[0].at, true
}
